"""The printed sheets, one per file, drawn through the ``Paper`` port."""
