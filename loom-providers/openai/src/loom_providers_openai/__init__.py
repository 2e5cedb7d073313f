"""Loom's provider for OpenAI-compatible servers: LM Studio, llama-server, vLLM, OpenAI and others."""
