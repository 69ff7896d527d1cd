"""What an operator runs on a whole archive: health, recovery from a backup, migration to other engines."""
