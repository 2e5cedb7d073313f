"""Searching the contents of many files with regular expressions, in bounded time."""
