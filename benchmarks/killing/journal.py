"""What a database says of tasks, read from outside: SQLite or PostgreSQL."""

import json
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

_INTENT = "ToolCallStarted"
_ENDS = ("ToolCallFinished", "ToolCallDenied", "StepInDoubt")


class Journal:
    """The database of all jobs."""

    def __init__(self, place: Path, url: str) -> None:
        """Of a home, or of a URL of PostgreSQL where there is one."""
        self._file = place / "loom.db"
        self._url = url

    def task_of(self, goal: str) -> str:
        """The task with a goal; empty when it was never stored."""
        rows = self._rows("SELECT id FROM tasks WHERE goal = ?", goal)
        return rows[0][0] if rows else ""

    def state_of(self, task: str) -> str:
        return self._rows("SELECT state FROM tasks WHERE id = ?", task)[0][0]

    def records(self, task: str, *types: str) -> list[tuple[str, int, dict]]:
        """Type, attempt and content of the records of some types, in order."""
        rows = self._rows(
            "SELECT type, attempt, payload FROM journal WHERE task_id = ? ORDER BY sequence", task
        )
        return [(kind, attempt, json.loads(said)) for kind, attempt, said in rows if kind in types]

    def open_call(self, task: str) -> dict | None:
        """The intent that has no end: the window in which nobody can know without looking."""
        open_calls: dict[tuple[int, int], dict] = {}
        for kind, attempt, said in self.records(task, _INTENT, *_ENDS):
            if kind == _INTENT:
                open_calls[attempt, said["step"]] = said
            else:
                open_calls.pop((attempt, said["step"]), None)
        return next(iter(open_calls.values()), None)

    def problems(self, task: str) -> list[str]:
        """Steps with more than one end, or with none."""
        ends: Counter = Counter()
        for kind, attempt, said in self.records(task, _INTENT, *_ENDS):
            ends[attempt, said["step"]] += kind in _ENDS
        return [f"step {step} has {count} ends" for step, count in ends.items() if count != 1]

    def failed_attempts(self, task: str) -> list[str]:
        """Why attempts failed, which were then taken back and begun anew."""
        return [said["reason"] for _, _, said in self.records(task, "AttemptFailed")]

    def doubted_commands(self, task: str) -> list[str]:
        """Commands that were told to be in doubt."""
        commands: dict[tuple[int, int], str] = {}
        found: list[str] = []
        for kind, attempt, said in self.records(task, _INTENT, "StepInDoubt"):
            if kind == _INTENT:
                commands[attempt, said["step"]] = said["arguments"].get("command", "")
            elif commands.get((attempt, said["step"])):
                found.append(commands[attempt, said["step"]])
        return found

    def _rows(self, query: str, value: str) -> list[tuple]:
        if self._url:
            import psycopg

            with psycopg.connect(self._url) as connection:
                if not connection.execute("SELECT to_regclass('tasks')").fetchone()[0]:
                    return []
                return connection.execute(query.replace("?", "%s"), (value,)).fetchall()
        if not self._file.exists():
            return []
        with closing(sqlite3.connect(self._file, timeout=60)) as connection:
            tables = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'")
            return connection.execute(query, (value,)).fetchall() if tables.fetchone() else []
