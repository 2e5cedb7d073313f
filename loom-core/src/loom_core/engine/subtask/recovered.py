"""Which failed tool calls do not count: those the model recovered from, and mere probes."""

from collections.abc import Sequence

from loom_core.contracts.tool import Risk
from loom_core.errors import ErrorCategory
from loom_core.types import ToolRecord

_LOOKING_PROGRAMS = frozenset(
    {"cat", "file", "find", "grep", "head", "ls", "rg", "stat", "tail", "test", "wc", "which"}
)
"""Programs whose failure to find something is how one finds out. Not a list that guards anything."""


def with_recoveries(records: Sequence[ToolRecord]) -> list[ToolRecord]:
    """The records with each failure marked that a later success or its nature makes up for.

    A command is made up for only by the same program: that another one works says nothing of it.
    Any other failure is made up for by a later success of the same tool, or of any tool on the same
    target, such as a file that could not be edited and was written anew. A tool that only reads and
    does not find what it looks for was a probe, which is how a worker finds out. A tool that does
    not exist, or only reads and was given what it cannot read, did nothing, so that whatever succeeds
    later takes its place. So it is with a call that a
    crash left in doubt: the worker was told to look first, and repeating it may be just what is wrong.
    """
    return [
        record.model_copy(update={"was_recovered": _is_recovered(record, records[index + 1 :])})
        if record.is_error
        else record
        for index, record in enumerate(records)
    ]


def _is_recovered(record: ToolRecord, later: Sequence[ToolRecord]) -> bool:
    """Whether a failure does not count, given the calls after it."""
    if record.category is ErrorCategory.NOT_FOUND and _only_looks(record):
        return True
    if record.is_in_doubt:
        return any(not look.is_error for look in later)
    return any(_makes_up_for(success, record) for success in later if not success.is_error)


def _makes_up_for(success: ToolRecord, record: ToolRecord) -> bool:
    """Whether a call that succeeded does what the failed one was to do."""
    if record.risk == Risk.EXECUTE:
        return success.tool == record.tool and _programs(success) >= _programs(record)
    did_nothing = not record.risk or _is_refused_look(record)
    is_same_tool = success.tool == record.tool
    return did_nothing or is_same_tool or _share_an_argument(success, record)


def _is_refused_look(record: ToolRecord) -> bool:
    """Whether a reading tool could do nothing with its arguments, such as a pattern that is none."""
    return record.risk == Risk.READ and record.category is ErrorCategory.VALIDATION


def _only_looks(record: ToolRecord) -> bool:
    """Whether a call can do nothing but look: a reading tool, or a command that only looks."""
    if record.risk == Risk.EXECUTE:
        return _programs(record) <= _LOOKING_PROGRAMS
    return record.risk == Risk.READ


def _programs(record: ToolRecord) -> frozenset[str]:
    """The program that each text argument begins with, without its directory and version."""
    texts = [value for value in record.arguments.values() if isinstance(value, str)]
    return frozenset(
        text.split()[0].rsplit("/", 1)[-1].rstrip(".0123456789") for text in texts if text.split()
    )


def _share_an_argument(success: ToolRecord, record: ToolRecord) -> bool:
    """Whether two calls have a text in common, such as the path or the command."""
    return any(
        success.arguments.get(name) == value
        for name, value in record.arguments.items()
        if isinstance(value, str) and value
    )
