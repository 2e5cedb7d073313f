"""What a server said of its tools when they were first used: what it says later must be the same.

A description is read by models as if the user had written it. A server that changes one after it was looked
at could have them do something else.
"""

import json
import os
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from loom_core.errors import UsageError
from loom_mcp.client.described import Described, Unusable, check_schema


class Pins:
    """The pinned descriptions of one server, in a file of Loom's home."""

    def __init__(self, home: Path, server: str) -> None:
        """Read nothing yet."""
        self._path = home / "mcp" / f"{server}.json"
        self._server = server

    def read(self) -> dict[str, Described]:
        """Every pinned tool by its name; none before the first use.

        Raises:
            UsageError: the file is damaged, and nothing is taken for pinned.
        """
        try:
            known: object = json.loads(self._path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise self._damaged(error) from error
        try:
            items = cast("dict[str, Any]", known).items()
            return {name: _pinned(self._server, name, value) for name, value in items}
        except (Unusable, KeyError, TypeError, AttributeError) as error:
            raise self._damaged(error) from error

    def pin(self, tools: Sequence[Described]) -> None:
        """Take what these tools say for what holds from now on; others stay as they are.

        Raises:
            OSError: the file cannot be written.
        """
        known = self.read() | {tool.name: tool for tool in tools}
        values = {
            name: {"description": tool.description, "schema": tool.schema}
            for name, tool in sorted(known.items())
        }
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(values, file, indent=1)
            temporary.replace(self._path)
        finally:
            temporary.unlink(missing_ok=True)

    def _damaged(self, error: Exception) -> UsageError:
        """Why nothing is pinned."""
        return UsageError(
            f"{self._path} cannot be read ({error}); delete it and look at the tools of {self._server} "
            "again: loom mcp list"
        )


def _pinned(server: str, name: str, value: Any) -> Described:
    """A tool as it is in the file. Raises what is wrong with it."""
    check_schema(value["schema"])
    return Described(server, name, str(value["description"]), value["schema"])
