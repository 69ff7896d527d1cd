"""The pages, one module for each part; every module has ``router``."""
