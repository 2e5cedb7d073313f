"""Loom's cowork mode in a terminal; start with ``loom_cowork.command``."""
