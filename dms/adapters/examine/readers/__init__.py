"""One reader for each family of files, found by being here. They run in a child process and never trust what they read.

A module that reads a format names it in ``FORMATS``; what is known and not taken stands in ``REFUSALS``
(:mod:`dms.adapters.examine.registry`).
"""
