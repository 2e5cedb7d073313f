"""Which failures a model made up for."""

from loom_core.engine.recovered import with_recoveries
from loom_core.errors import ErrorCategory
from loom_core.types import ToolRecord


def record(tool="shell_execute", *, fails=False, category=ErrorCategory.TOOL):
    return ToolRecord(tool=tool, arguments={}, is_error=fails, category=category if fails else None)


def recovered(*records):
    return [item.was_recovered for item in with_recoveries(records)]


def test_a_failure_with_a_later_success_of_the_same_tool_is_made_up_for():
    assert recovered(record(fails=True), record()) == [True, False]


def test_an_earlier_success_makes_up_for_nothing():
    assert recovered(record(), record(fails=True)) == [False, False]


def test_a_success_of_another_tool_makes_up_for_nothing():
    assert recovered(record(fails=True), record("read_file")) == [False, False]


def test_looking_for_what_is_not_there_is_no_failure():
    probe = record("read_file", fails=True, category=ErrorCategory.NOT_FOUND)

    assert recovered(probe) == [True]


def test_order_and_number_of_records_stay():
    records = [record("a"), record("b", fails=True), record("c")]

    assert [item.tool for item in with_recoveries(records)] == ["a", "b", "c"]
    assert with_recoveries([]) == []
