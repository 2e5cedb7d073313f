"""Loom's provider for Claude, over Anthropic's messages API."""
