"""Loom's core: types, hooks, engine and store. Importing it loads pluggy and nothing heavy."""

from loom_core.hookspecs import hookimpl

__all__ = ["__version__", "hookimpl"]

__version__ = "0.1.0"
"""Version of this distribution."""
