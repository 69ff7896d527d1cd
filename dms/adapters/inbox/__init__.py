"""Drop folders."""
