"""What a database and a workspace hold, without what no two runs have in common.

Left out are times, sequence numbers, who held the task how often (owner, lease, fence, claims) and the
task's id; paths of the workspace and the id are replaced inside of texts. The exact prompt is left
out as well, because a subtask is shown what its neighbours have done by then, which depends on
timing without any crash; ``comparing.broken_beginnings`` holds it to something stricter. Everything
else is compared: every row of every table, and every record of the journal in order within its attempt.
"""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

_LEFT_OUT = {
    "tasks": {
        "id",
        "sequence",
        "owner",
        "lease_until",
        "lease_boot",
        "lease_ticks",
        "fence",
        "created_at",
        "started_at",
        "finished_at",
    },
    "plans": {"task_id"},
    "subtasks": {"task_id", "started_at", "finished_at"},
    "approvals": {"task_id", "requested_at", "decided_at"},
    "changes": {"task_id", "sequence"},
    "memory_entries": {"task_id", "id", "sequence", "at"},
    "commands": {"id", "task_id", "created_at", "taken_at"},
}
_PAUSES = {"TaskPaused"}
_MAY_COME_AGAIN = {"TaskClaimed", "PlanningStarted", "TaskExecutionStarted", "ModelCallStarted"}
"""Records that a resume adds; a request that nobody lived to see answered is sent again."""


def image_of(database: Path) -> dict[str, Any]:
    """Everything that the database holds of its only task, ready to be compared."""
    with open_database(database) as connection:
        tables = {name: _rows(connection, name, hidden) for name, hidden in _LEFT_OUT.items()}
        tables["journal"] = _journal(connection)
        tables["searchable"] = sorted(
            row["text"]
            for row in connection.execute(
                "SELECT text FROM memory_entries WHERE id IN "
                "(SELECT rowid FROM memory_index WHERE memory_index MATCH 'there OR created')"
            )
        )
        (task,) = connection.execute("SELECT id, workspace FROM tasks").fetchall()
    text = json.dumps(tables, sort_keys=True, default=str)
    return json.loads(text.replace(task["id"], "TASK").replace(task["workspace"], "WORKSPACE"))


@contextmanager
def open_database(database: Path) -> Iterator[sqlite3.Connection]:
    """A connection to a copy: reading the original would already mend what a crash left behind."""
    with TemporaryDirectory() as directory:
        for file in database.parent.glob(f"{database.name}*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, directory)
        with closing(sqlite3.connect(Path(directory, database.name))) as connection:
            connection.row_factory = sqlite3.Row
            yield connection


def records_of(database: Path) -> list[dict[str, Any]]:
    """The journal as it is; empty where there is none yet."""
    with open_database(database) as connection:
        if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'journal'").fetchall():
            return []
        rows = connection.execute("SELECT * FROM journal ORDER BY sequence").fetchall()
    return [{**dict(row), "payload": json.loads(row["payload"])} for row in rows]


def files_of(directory: Path) -> dict[str, bytes]:
    """Every file of a workspace, hidden ones and leftovers too."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def _rows(connection: sqlite3.Connection, table: str, hidden: set[str]) -> list[str]:
    """The rows of a table in an order that depends on nothing but what is in them."""
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    shown = [{key: row[key] for key in row.keys() if key not in hidden} for row in rows]  # noqa: SIM118 - a Row iterates over values
    return sorted(json.dumps(row, sort_keys=True) for row in shown)


def _journal(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    """The records of each attempt in order."""
    attempts: dict[str, list[Any]] = {}
    for row in connection.execute("SELECT * FROM journal ORDER BY sequence"):
        if row["type"] in _PAUSES:
            continue
        record = [row["type"], row["version"], _without_chance(json.loads(row["payload"]))]
        attempt = attempts.setdefault(f"{row['subtask_id']}/{row['attempt']}", [])
        if row["type"] not in _MAY_COME_AGAIN or record not in attempt:
            attempt.append(record)
    return attempts


def _without_chance(payload: dict[str, Any]) -> dict[str, Any]:
    """A record without the owner of a claim, the seconds a model took, and what the prompt shows."""
    kept = {
        key: value
        for key, value in payload.items()
        if key not in {"owner", "is_resumed", "prompt", "seen", "shows_names", "recalled_from"}
    }
    if "response" in kept:
        kept["response"] = {k: v for k, v in kept["response"].items() if k != "timings"}
    return kept
