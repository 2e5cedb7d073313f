"""The command line ``loom``: a lazy shell around the engine; nothing imports it."""
