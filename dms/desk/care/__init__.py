"""The archive cared for: log, checks, backup, rebuild, hand-over."""
