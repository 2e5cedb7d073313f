"""The engine of a server: whoever has to be asked answers over the API, whenever that is."""

import logging
from pathlib import Path

from loom_core.app import Loom
from loom_core.settings.shape import Settings

_log = logging.getLogger(__name__)


def engine_for(settings: Settings, home: Path, *, is_offline: bool = False) -> Loom:
    """An engine that asks nobody at a terminal and fetches no model unasked.

    Raises:
        LoomError: what ``Loom`` raises.
    """
    return Loom.build(
        settings,
        home=home,
        is_offline=is_offline,
        say=lambda line: _log.info("%s", line),
        confirm=lambda _question: False,
    )
