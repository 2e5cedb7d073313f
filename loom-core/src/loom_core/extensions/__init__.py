"""The named parts that installed distributions bring: providers, tools, verifiers and the rest.

Part means one entry point. ``load``, ``load_all`` and ``names`` are for using them, ``listing`` is
for looking at them without running any of their code.
"""

from loom_core.extensions.group import Group
from loom_core.extensions.index import forget
from loom_core.extensions.listing import ExtensionInfo, listing
from loom_core.extensions.loading import LoadedPart, LoadedParts, load, load_all, names

__all__ = [
    "ExtensionInfo",
    "Group",
    "LoadedPart",
    "LoadedParts",
    "forget",
    "listing",
    "load",
    "load_all",
    "names",
]
