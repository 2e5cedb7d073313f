"""What a database says of tasks, read from outside: SQLite or PostgreSQL."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

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

    def tool_records(self, task: str) -> list[tuple[str, dict]]:
        """Intents and ends of calls of tools, in order."""
        rows = self._rows(
            "SELECT type, payload FROM journal WHERE task_id = ? ORDER BY sequence", task
        )
        known = ("ToolCallStarted", *_ENDS)
        return [(kind, json.loads(payload)) for kind, payload in rows if kind in known]

    def open_call(self, task: str) -> dict | None:
        """The intent that has no end: the window in which nobody can know without looking."""
        open_calls: dict[int, dict] = {}
        for kind, said in self.tool_records(task):
            if kind == "ToolCallStarted":
                open_calls[said["step"]] = said
            else:
                open_calls.pop(said["step"], None)
        return next(iter(open_calls.values()), None)

    def problems(self, task: str) -> list[str]:
        """Steps with more than one end, or with none."""
        ends: dict[int, int] = {}
        for kind, said in self.tool_records(task):
            ends[said["step"]] = ends.get(said["step"], 0) + (kind in _ENDS)
        return [f"step {step} has {count} ends" for step, count in ends.items() if count != 1]

    def doubted_commands(self, task: str) -> list[str]:
        """Commands that were told to be in doubt."""
        commands: dict[int, str] = {}
        found: list[str] = []
        for kind, said in self.tool_records(task):
            if kind == "ToolCallStarted":
                commands[said["step"]] = said["arguments"].get("command", "")
            elif kind == "StepInDoubt" and commands.get(said["step"]):
                found.append(commands[said["step"]])
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
