"""Dealings, reports and the four-property check (R10, R14)."""
