"""Loom's provider for Ollama's native API, where the context window can be set."""
