"""The tools that Loom's models work with, each registered by name in ``loom.tools``."""
