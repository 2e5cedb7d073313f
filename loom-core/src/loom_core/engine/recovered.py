"""Which failed tool calls do not count: those the model recovered from, and mere probes."""

from collections.abc import Sequence

from loom_core.contracts.tool import Risk
from loom_core.errors import ErrorCategory
from loom_core.types import ToolRecord


def with_recoveries(records: Sequence[ToolRecord]) -> list[ToolRecord]:
    """The records with each failure marked that a later success or its nature makes up for.

    A command is made up for only by the same command: that another one works says nothing of it.
    Any other failure is made up for by a later success of the same tool, or of any tool on the same
    target, such as a file that could not be edited and was written anew. A tool that only reads and
    does not find what it looks for was a probe, which is how a worker finds out. A tool that does
    not exist did nothing, so that whatever succeeds later takes its place.
    """
    return [
        record.model_copy(update={"was_recovered": _is_recovered(record, records[index + 1 :])})
        if record.is_error
        else record
        for index, record in enumerate(records)
    ]


def _is_recovered(record: ToolRecord, later: Sequence[ToolRecord]) -> bool:
    """Whether a failure does not count, given the calls after it."""
    if record.risk == Risk.READ and record.category is ErrorCategory.NOT_FOUND:
        return True
    return any(_makes_up_for(success, record) for success in later if not success.is_error)


def _makes_up_for(success: ToolRecord, record: ToolRecord) -> bool:
    """Whether a call that succeeded does what the failed one was to do."""
    if record.risk == Risk.EXECUTE:
        return success.tool == record.tool and _share_an_argument(success, record)
    is_same_tool = success.tool == record.tool
    return not record.risk or is_same_tool or _share_an_argument(success, record)


def _share_an_argument(success: ToolRecord, record: ToolRecord) -> bool:
    """Whether two calls have a text in common, such as the path or the command."""
    return any(
        success.arguments.get(name) == value
        for name, value in record.arguments.items()
        if isinstance(value, str) and value
    )
