"""Calls of models and tools, journalled: intent, effect, result."""
