"""The counter: web pages and an API over the same desk as the command line; no rule lives here."""
