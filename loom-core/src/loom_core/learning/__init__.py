"""Lessons out of finished tasks, and what later tasks make of them."""
