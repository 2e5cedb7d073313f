"""Measuring a model on its server: what works, how fast, and how much of a small test it gets right."""

from loom_core.probing.probe import probe

__all__ = ["probe"]
