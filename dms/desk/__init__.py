"""What people do with the archive: describe, file, search, print, reserve, verify."""
