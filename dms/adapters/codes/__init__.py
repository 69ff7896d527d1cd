"""Two-dimensional codes, read and drawn."""
