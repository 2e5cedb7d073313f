"""What the scripted server remembers of each request to a model, in memory and as JSON lines."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, Any


@dataclass(slots=True)
class RequestRecord:
    """One request to a model. Times are seconds since the epoch, comparable across processes."""

    index: int
    """Order of arrival, from 0."""
    api: str
    """``openai``, ``ollama`` or ``anthropic``."""
    path: str
    body: dict[str, Any]
    """The request as it was sent."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names in lower case. Not written to the log: they may hold keys."""
    arrived: float = 0.0
    ended: float = 0.0
    """0 while the answer is on its way."""
    status: int = 0
    cancelled: bool = False
    """The client left before the answer was complete."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    turn: int = 0
    """Assistant turns in the conversation."""


class RequestLog:
    """A file with two lines for each request: ``arrived`` at once, ``ended`` with everything."""

    def __init__(self, file: IO[str] | None) -> None:
        """Write to this file; None writes nothing."""
        self._file = file

    def arrived(self, record: RequestRecord) -> None:
        """Note that a request came."""
        self._write({"event": "arrived", "index": record.index, "time": record.arrived})

    def ended(self, record: RequestRecord) -> None:
        """Note how a request ended."""
        facts = asdict(record)
        del facts["headers"]
        self._write({"event": "ended", **facts})

    def _write(self, line: dict[str, object]) -> None:
        """Write one line, so that another process sees it at once."""
        if self._file is not None:
            self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
            self._file.flush()
