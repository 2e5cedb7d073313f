"""Loom's embedded models: llama.cpp in process, with a catalogue and a resolver."""

__all__: list[str] = []
