"""Which failed tool calls do not count: those the model recovered from, and mere probes."""

from collections.abc import Sequence

from loom_core.errors import ErrorCategory
from loom_core.types import ToolRecord


def with_recoveries(records: Sequence[ToolRecord]) -> list[ToolRecord]:
    """The records with each failure marked that a later success or its nature makes up for.

    A failure is made up for when a later call of the same tool succeeded, or when it only looked
    for something that is not there: looking is how a worker finds out.
    """
    succeeded: set[str] = set()
    marked: list[ToolRecord] = []
    for record in reversed(records):
        if not record.is_error:
            succeeded.add(record.tool)
            marked.append(record)
            continue
        is_probe = record.category is ErrorCategory.NOT_FOUND
        recovered = record.tool in succeeded or is_probe
        marked.append(record.model_copy(update={"was_recovered": recovered}))
    return marked[::-1]
