"""Keeping a conversation inside the window of its model."""
