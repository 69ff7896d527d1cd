"""The relational catalogue."""
