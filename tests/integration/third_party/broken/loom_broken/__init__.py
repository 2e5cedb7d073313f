"""Breaks as soon as one of its modules is imported."""
