"""Which failed tool calls still stand against an attempt at its end."""

from collections.abc import Sequence

from loom_core.errors import ErrorCategory
from loom_core.types import ToolRecord


def unresolved_failures(records: Sequence[ToolRecord]) -> list[ToolRecord]:
    """The failures that nothing made up for.

    Made up for is what the harness marked as recovered, a look for something that is not there (a
    probe says nothing about the work), and a failure followed by a success of the same tool or of
    any tool on the same target, such as a file that could not be edited and was written anew.
    """
    return [
        record
        for index, record in enumerate(records)
        if record.is_error
        and not record.was_recovered
        and record.category is not ErrorCategory.NOT_FOUND
        and not any(_makes_up_for(later, record) for later in records[index + 1 :])
    ]


def _makes_up_for(later: ToolRecord, record: ToolRecord) -> bool:
    """Whether a later call succeeded with the same tool, or with an argument in common."""
    if later.is_error:
        return False
    return later.tool == record.tool or any(
        later.arguments.get(name) == value
        for name, value in record.arguments.items()
        if isinstance(value, str) and value
    )
