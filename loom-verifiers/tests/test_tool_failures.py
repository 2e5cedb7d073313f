"""Which tool failures still stand at the end."""

import pytest

from loom_core.errors import ErrorCategory
from loom_core.types import ToolRecord
from loom_verifiers.tool_failures import unresolved_failures


def call(tool, *, category=None, was_recovered=False, **arguments):
    return ToolRecord(
        tool=tool,
        arguments=arguments,
        is_error=category is not None,
        category=category,
        was_recovered=was_recovered,
    )


BROKEN_EDIT = call("edit_file", category=ErrorCategory.TOOL, path="a.py", old_str="x")


@pytest.mark.parametrize(
    "records",
    [
        [],
        [call("write_file", path="a.py")],
        [call("read_file", category=ErrorCategory.NOT_FOUND, path="a.py")],
        [call("shell_execute", category=ErrorCategory.TOOL, command="x", was_recovered=True)],
        [BROKEN_EDIT, call("edit_file", path="b.py")],
        [BROKEN_EDIT, BROKEN_EDIT, call("write_file", path="a.py")],
    ],
)
def test_probes_and_failures_that_were_made_up_for_do_not_count(records):
    assert unresolved_failures(records) == []


@pytest.mark.parametrize(
    "records",
    [
        [BROKEN_EDIT],
        [call("edit_file", path="a.py"), BROKEN_EDIT],
        [BROKEN_EDIT, call("write_file", path="b.py")],
        [BROKEN_EDIT, call("edit_file", category=ErrorCategory.NOT_FOUND, path="a.py")],
        [BROKEN_EDIT, call("write_file", path="b.py", content="", old_str="")],
    ],
)
def test_other_failures_count(records):
    assert unresolved_failures(records) == [BROKEN_EDIT]
