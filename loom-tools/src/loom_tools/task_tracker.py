"""The tool with which a model keeps a list of what it still has to do."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, JsonValue, TypeAdapter

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.did_you_mean import did_you_mean
from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.types import ToolResult
from loom_tools.arguments import Arguments

MAX_ITEMS = 50
MAX_CONTENT_CHARACTERS = 200


class Status(StrEnum):
    """How far an item is."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    DONE = "done"


_MARKS = {Status.PENDING: "[ ]", Status.IN_PROGRESS: "[>]", Status.DONE: "[x]"}
_OTHER_STATUSES = {
    "todo": Status.PENDING,
    "open": Status.PENDING,
    "doing": Status.IN_PROGRESS,
    "started": Status.IN_PROGRESS,
    "completed": Status.DONE,
    "complete": Status.DONE,
    "finished": Status.DONE,
}
_ACTIONS = ("add", "update", "list", "remove")


class Item(BaseModel):
    """One thing to do."""

    id: int
    content: str
    status: Status = Status.PENDING


class _Kept(BaseModel):
    """The list between two calls."""

    items: list[Item] = []
    last_id: int = 0
    """Ids are never given twice, so that an old one cannot mean another item."""


_KEPT = TypeAdapter(_Kept)


class TaskTrackerArguments(Arguments):
    """What to do with which item."""

    action: Annotated[
        str, Field(max_length=20, json_schema_extra={"enum": list[JsonValue](_ACTIONS)})
    ]
    content: Annotated[str | None, Field(max_length=2000, description="one item a line")] = None
    item_id: int | None = None
    status: Annotated[
        str | None, Field(max_length=20, description="pending, in_progress or done")
    ] = None


class TaskTracker(Tool[TaskTrackerArguments]):
    """A list of things to do that lasts as long as the attempt.

    The list is in the facts of each result, so the journal has it and a resumed attempt gets it
    back. A new attempt begins without one, as the files it speaks of are taken back too.
    """

    name = "task_tracker"
    purpose = "Keep a list of your steps: add, update, list or remove items."
    arguments_model = TaskTrackerArguments
    essential = ("action",)
    optional = ("content", "item_id", "status")
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    timeout_seconds = 10.0

    async def intend(self, arguments: TaskTrackerArguments, context: ToolContext) -> Intent:
        """Nothing outside of the list changes."""
        return Intent(preview=f"task_tracker {arguments.action}")

    async def run(self, arguments: TaskTrackerArguments, context: ToolContext) -> ToolResult:
        """The whole list after the action."""
        kept = _KEPT.validate_python(context.kept or {})
        action = _known(arguments.action, _ACTIONS, "action")
        if action == "add":
            _add(kept, arguments)
        elif action == "update":
            _update(kept, arguments)
        elif action == "remove":
            kept.items.remove(_item(kept, arguments))
        return ToolResult(
            text=_said(kept.items), facts={"kept": _KEPT.dump_python(kept, mode="json")}
        )


def _add(kept: _Kept, arguments: TaskTrackerArguments) -> None:
    """Add an item for each line that is not there yet."""
    contents = [line.strip() for line in (arguments.content or "").splitlines() if line.strip()]
    if not contents:
        raise _refused("add needs content: what is to be done, one item a line")
    status = _status(arguments.status) if arguments.status else Status.PENDING
    there = {item.content for item in kept.items}
    for content in dict.fromkeys(_checked(content) for content in contents):
        if content in there:
            continue
        if len(kept.items) == MAX_ITEMS:
            raise _refused(f"the list is full with {MAX_ITEMS} items; remove some that are done")
        kept.last_id += 1
        kept.items.append(Item(id=kept.last_id, content=content, status=status))


def _update(kept: _Kept, arguments: TaskTrackerArguments) -> None:
    """Change the status or the content of one item."""
    item = _item(kept, arguments)
    if not arguments.status and not arguments.content:
        raise _refused("update needs a status or a content")
    if arguments.status:
        item.status = _status(arguments.status)
    if arguments.content:
        item.content = _checked(" ".join(arguments.content.split()))


def _item(kept: _Kept, arguments: TaskTrackerArguments) -> Item:
    """The item that is meant."""
    if arguments.item_id is None:
        raise _refused(f"{arguments.action} needs item_id; {_ids(kept)}")
    for item in kept.items:
        if item.id == arguments.item_id:
            return item
    raise ToolFailed(f"there is no item {arguments.item_id}; {_ids(kept)}", ErrorCategory.NOT_FOUND)


def _ids(kept: _Kept) -> str:
    """Which items there are, as the end of a sentence."""
    if not kept.items:
        return "the list is empty, add something first"
    return "items: " + ", ".join(str(item.id) for item in kept.items)


def _status(written: str) -> Status:
    """The status that is meant."""
    plain = written.strip().lower().replace(" ", "_").replace("-", "_")
    return _OTHER_STATUSES.get(plain) or Status(
        _known(plain, tuple(status.value for status in Status), "status")
    )


def _known(written: str, known: tuple[str, ...], what: str) -> str:
    """The name if it is known. Raises ``ToolFailed`` with the near one."""
    plain = written.strip().lower()
    if plain in known:
        return plain
    hint = did_you_mean(plain, known) or f"; use {', '.join(known)}"
    raise _refused(f"there is no {what} {written!r}{hint}")


def _checked(content: str) -> str:
    """A content that is short enough."""
    if len(content) > MAX_CONTENT_CHARACTERS:
        raise _refused(
            f"an item may have {MAX_CONTENT_CHARACTERS} characters, this one has {len(content)}"
        )
    return content


def _refused(text: str) -> ToolFailed:
    """What the model can correct."""
    return ToolFailed(text, ErrorCategory.VALIDATION)


def _said(items: list[Item]) -> str:
    """The list, one item a line."""
    if not items:
        return "(the list is empty)"
    done = sum(item.status is Status.DONE for item in items)
    lines = [f"{item.id} {_MARKS[item.status]} {item.content}" for item in items]
    return "\n".join([*lines, f"{done} of {len(items)} done"])
