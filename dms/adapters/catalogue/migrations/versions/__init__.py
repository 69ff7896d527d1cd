"""One revision a file, each saying why."""
