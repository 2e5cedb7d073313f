"""Executors that lie about their work, and the engine that has to notice."""
