"""The archive's own words, pure: no files, no clock, no third-party package."""
