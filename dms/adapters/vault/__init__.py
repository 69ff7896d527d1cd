"""Where originals live for good."""
