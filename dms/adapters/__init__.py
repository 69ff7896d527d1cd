"""The real parts behind the ports, one per file, chosen by URL scheme in ``dms.assembly``."""
