"""Real-looking documents for `dms demo`, tests and benchmarks: fictional people, filled-in forms, a bad scanner.

Everything is drawn by this package from a seed; nobody in it exists. Same seed, same fonts: same document.
"""
