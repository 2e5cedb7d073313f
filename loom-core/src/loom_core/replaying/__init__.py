"""Finished runs played again from their journals, compared, and turned into regression tests."""
