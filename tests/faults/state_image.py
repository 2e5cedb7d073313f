"""What a database and a workspace hold, without what no two runs have in common.

Left out are times, sequence numbers, who held the task how often (owner, lease, fence, claims) and the
task's id; paths of the workspace and the id are replaced inside of texts. The exact prompt is left
out as well, because a subtask is shown what its neighbours have done by then, which depends on
timing without any crash; ``comparing.broken_beginnings`` holds it to something stricter. Everything
else is compared: every row of every table, and every record of the journal in order within its attempt.
"""

import json
from pathlib import Path
from typing import Any

from ledgers import Ask, Ledger

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


def image_of(ledger: Ledger) -> dict[str, Any]:
    """Everything that the database holds of its only task, ready to be compared."""
    with ledger.reading() as ask:
        tables = {name: _rows(ask, name, hidden) for name, hidden in _LEFT_OUT.items()}
        tables["journal"] = _journal(ask)
        tables["searchable"] = sorted(row["text"] for row in ask(ledger.search))
        (task,) = ask("SELECT id, workspace FROM tasks")
    text = json.dumps(tables, sort_keys=True, default=str)
    return json.loads(text.replace(task["id"], "TASK").replace(task["workspace"], "WORKSPACE"))


def records_of(ledger: Ledger) -> list[dict[str, Any]]:
    """The journal as it is; empty where there is none yet."""
    with ledger.reading() as ask:
        is_there = ask(ledger.has_journal)
        rows = ask("SELECT * FROM journal ORDER BY sequence") if is_there else []
    return [{**row, "payload": json.loads(row["payload"])} for row in rows]


def files_of(directory: Path) -> dict[str, bytes]:
    """Every file of a workspace, hidden ones and leftovers too."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def _rows(ask: Ask, table: str, hidden: set[str]) -> list[str]:
    """The rows of a table in an order that depends on nothing but what is in them."""
    shown = [
        {key: value for key, value in row.items() if key not in hidden}
        for row in ask(f"SELECT * FROM {table}")
    ]
    return sorted(json.dumps(row, sort_keys=True, default=str) for row in shown)


def _journal(ask: Ask) -> dict[str, list[Any]]:
    """The records of each attempt in order."""
    attempts: dict[str, list[Any]] = {}
    for row in ask("SELECT * FROM journal ORDER BY sequence"):
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
