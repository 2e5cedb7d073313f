"""Loom's full-screen terminal interface; start with ``loom_tui.command``."""
