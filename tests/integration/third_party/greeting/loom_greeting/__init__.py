"""Greets, in every way that a plugin can."""
