"""Tables of the settings for a server that behaves in a way."""

import json
import sys
from pathlib import Path

from loom_core.sandbox import describe
from loom_core.settings.shape import SandboxSettings

RAW = Path(__file__).parent / "raw_server.py"
CONFINES = describe(SandboxSettings(backend="bubblewrap")).sandbox.name == "bubblewrap"
"""Whether servers can be confined here, as they are where nothing else is said."""


def table(way, *, name="far", **more):
    """The settings of a server that behaves in a way; confined where that works here."""
    values = {"command": sys.executable, "args": [str(RAW), way], "confined": CONFINES, **more}
    if values["confined"]:
        values["readable"] = [str(RAW), *values.get("readable", [])]
    else:
        for key in ("network", "readable", "writable"):
            values.pop(key, None)
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    return "\n".join([f"[mcp.servers.{name}]", *lines, ""])
