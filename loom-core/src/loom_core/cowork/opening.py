"""Beginning a session, or taking one up again from its journal."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom_core.contracts.tool import Tool
from loom_core.cowork.parts import SessionParts
from loom_core.cowork.undoing import settle
from loom_core.engine.owner import is_alive
from loom_core.engine.scope import TaskScope
from loom_core.errors import StoreBusy, UsageError
from loom_core.store import Store, TaskRecord
from loom_core.types import ApprovalMode, Task, TaskKind
from loom_core.workspace import BlobStore, Workspace

_MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class SessionOpening:
    """Makes what a session consists of."""

    store: Store
    tools: Mapping[str, Tool[Any]]
    blobs: BlobStore
    make_scope: Callable[[Task, int], TaskScope]

    def new(self, task_id: str, directory: Path, *, mode: ApprovalMode) -> SessionParts:
        """A session that is stored with its first turn. Raises ``WorkspaceError``."""
        workspace = Workspace(directory, blobs=self.blobs)
        task = Task(
            id=task_id,
            goal="(new session)",
            workspace=str(workspace.root),
            approval_mode=mode,
            kind=TaskKind.SESSION,
        )
        return SessionParts(task, self.store, workspace, dict(self.tools), self.make_scope)

    async def again(self, task_id: str) -> SessionParts:
        """A session as its journal has it, with what a crash cut off found out.

        Raises:
            UnknownTask: there is none of that id.
            UsageError: the id is that of a goal.
            StoreBusy: another process has a turn of it at work.
            WorkspaceError: its workspace is gone.
        """
        record = await self.store.task(task_id)
        if record.kind is not TaskKind.SESSION:
            raise UsageError(
                f"task {record.id} is a goal, no session; go on with it by `loom run --resume {record.id}`"
            )
        if record.owner and is_alive(record.owner):
            raise StoreBusy(
                f"session {record.id} has a turn at work in another process; stop it first"
            )
        workspace = Workspace(Path(record.workspace), blobs=self.blobs)
        await settle(self.store, record.id, workspace, self.tools)
        return SessionParts(
            record.task,
            self.store,
            workspace,
            dict(self.tools),
            self.make_scope,
            is_new=False,
            events=await self.store.events(record.id),
        )


async def latest_sessions(store: Store, workspace: Path | None = None) -> list[TaskRecord]:
    """The sessions of a workspace, or of all, the newest first."""
    records = await store.tasks(kind=TaskKind.SESSION, limit=_MOST_LISTED)
    if workspace is None:
        return records
    root = str(await asyncio.to_thread(workspace.resolve))
    return [record for record in records if record.workspace == root]
