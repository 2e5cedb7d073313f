"""Loom's own plugins of extraction."""

from loom_core.extraction.archivist import Archivist
from loom_core.extraction.chronicler import Chronicler
from loom_core.extraction.extractor import Extractor


def own_extraction() -> dict[str, object]:
    """Each of them by its name; what takes a model comes last."""
    return {
        "loom-archivist": Archivist(),
        "loom-chronicler": Chronicler(),
        "loom-extractor": Extractor(),
    }
