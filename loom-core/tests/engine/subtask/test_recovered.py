"""Which failures a model made up for."""

import pytest

from loom_core.engine.subtask.recovered import with_recoveries
from loom_core.errors import ErrorCategory
from loom_core.types import ToolRecord

RISKS = {
    "read_file": "read",
    "shell_execute": "execute",
    "edit_file": "write",
    "write_file": "write",
}
NOT_FOUND = ErrorCategory.NOT_FOUND


def record(tool="edit_file", *, category=None, **arguments):
    return ToolRecord(
        tool=tool,
        arguments=arguments,
        is_error=category is not None,
        category=category,
        risk=RISKS.get(tool, ""),
    )


def failing(tool="edit_file", *, category=ErrorCategory.TOOL, **arguments):
    return record(tool, category=category, **arguments)


def recovered(*records):
    return [item.was_recovered for item in with_recoveries(records)]


def test_a_failure_with_a_later_success_of_the_same_tool_is_made_up_for():
    assert recovered(failing(path="a"), record(path="b")) == [True, False]


def test_a_failure_is_made_up_for_by_another_tool_on_the_same_target():
    edit = failing(path="a", old_str="x")

    assert recovered(edit, record("write_file", path="a", content="y")) == [True, False]
    assert recovered(edit, record("write_file", path="b", content="", old_str="")) == [False, False]


def test_an_earlier_success_makes_up_for_nothing():
    assert recovered(record(path="a"), failing(path="a")) == [False, False]


def test_a_success_of_another_tool_makes_up_for_nothing():
    assert recovered(failing(path="a"), record("read_file", path="b")) == [False, False]


@pytest.mark.parametrize("category", [ErrorCategory.RUNTIME, NOT_FOUND])
def test_only_the_same_program_makes_up_for_a_command(category):
    tests = failing("shell_execute", command="pytest", category=category)

    assert recovered(tests, record("shell_execute", command="echo ok")) == [False, False]
    assert recovered(tests, record("write_file", command="pytest")) == [False, False]
    assert recovered(
        tests, tests, record("shell_execute", command="pytest", timeout_seconds=9)
    ) == [True, True, False]


def test_the_same_program_called_another_way_makes_up_for_a_command():
    failed = failing("shell_execute", command="python main.py")

    assert recovered(failed, record("shell_execute", command="/usr/bin/python3.11 main.py")) == [
        True,
        False,
    ]


def test_a_command_that_only_looks_for_what_is_not_there_was_a_probe():
    assert recovered(failing("shell_execute", command="ls missing", category=NOT_FOUND)) == [True]
    assert recovered(failing("shell_execute", command="ls /", category=ErrorCategory.TOOL)) == [
        False
    ]


def test_a_program_that_never_ran_was_no_probe():
    assert recovered(failing("shell_execute", command="nose", category=NOT_FOUND)) == [False]


def test_reading_what_is_not_there_is_no_failure():
    assert recovered(failing("read_file", path="a", category=NOT_FOUND)) == [True]
    assert recovered(failing("read_file", path="a", category=ErrorCategory.TOOL)) == [False]


def test_a_tool_that_does_not_exist_is_made_up_for_by_doing_it_another_way():
    unknown = failing("make_file", name="a", category=NOT_FOUND)

    assert recovered(unknown, record("write_file", path="a")) == [True, False]
    assert recovered(unknown) == [False]


def test_order_and_number_of_records_stay():
    records = [record("a"), failing("b"), record("c")]

    assert [item.tool for item in with_recoveries(records)] == ["a", "b", "c"]
    assert with_recoveries([]) == []


def test_a_look_settles_what_a_crash_left_in_doubt():
    doubt = failing("shell_execute", command="make").model_copy(update={"is_in_doubt": True})

    assert recovered(doubt, record("read_file", path="a")) == [True, False]
    assert recovered(doubt, failing("read_file", path="a")) == [False, False]
    assert recovered(record("read_file", path="a"), doubt) == [False, False]


def test_a_look_that_was_refused_is_made_up_for_by_whatever_succeeds_later():
    refused = failing("read_file", path="a", category=ErrorCategory.VALIDATION)
    wrote = record("write_file", path="b")

    assert recovered(refused) == [False]
    assert recovered(refused, wrote) == [True, False]
    edit = failing("edit_file", path="a", category=ErrorCategory.VALIDATION)
    assert recovered(edit, wrote) == [False, False]
