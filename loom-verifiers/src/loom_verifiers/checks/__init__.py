"""Executable acceptance checks, one class each, registered in ``loom.checks``."""
