"""The reading desk for language models: read-only tools over the same desk as the command line; no rule lives here."""
