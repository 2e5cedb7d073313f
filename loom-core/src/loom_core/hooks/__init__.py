"""The hooks of all plugins behind one typed method each; sync and async implementations alike."""

from loom_core.hooks.dispatch import Answer, Failure
from loom_core.hooks.facade import Hooks
from loom_core.hooks.plugin import Plugin

__all__ = ["Answer", "Failure", "Hooks", "Plugin"]
