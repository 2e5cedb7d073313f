"""Answers of the benchmark kept in a file, so that a run can go on where it was broken off."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """The calls of one method for one case."""

    case: str
    method: str
    calls: list[dict[str, Any]]
    seconds: float
    """Wall time of the answer."""


class AnswerFile:
    """The answers there are; without a path they are only kept in memory."""

    def __init__(self, path: Path | None) -> None:
        """Read what an earlier run left."""
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path and path.exists() else []
        answers = (Answer(**json.loads(line)) for line in lines)
        self._known = {(one.case, one.method): one for one in answers}

    def get(self, case: str, method: str) -> Answer | None:
        """The answer of an earlier run; None when there is none."""
        return self._known.get((case, method))

    def add(self, answer: Answer) -> None:
        """Keep an answer."""
        self._known[answer.case, answer.method] = answer
        if self._path:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(answer)) + "\n")
