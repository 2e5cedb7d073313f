"""Going in circles."""

from loom_core.engine.attempt.stuck import Progress, RepeatedCalls, Repetition
from loom_core.types import Evidence, VerdictStatus


def looks(calls, *states, tool="read_file", arguments=None):
    return [calls.look(tool, arguments or {"path": "a"}, state=state) for state in states]


def test_the_same_call_on_the_same_state_climbs_the_ladder():
    assert looks(RepeatedCalls(), 1, 1, 1, 1, 1) == [
        Repetition.FRESH,
        Repetition.NOTICED,
        Repetition.NUDGED,
        Repetition.STALLED,
        Repetition.STALLED,
    ]


def test_a_change_of_the_workspace_makes_a_call_fresh():
    assert looks(RepeatedCalls(), 1, 2, 3) == [Repetition.FRESH] * 3


def test_other_arguments_and_other_tools_are_other_calls():
    calls = RepeatedCalls()
    looks(calls, 1)

    assert looks(calls, 1, arguments={"path": "b"}) == [Repetition.FRESH]
    assert looks(calls, 1, tool="write_file") == [Repetition.FRESH]


def test_the_order_of_arguments_makes_no_difference():
    calls = RepeatedCalls()
    calls.look("t", {"a": 1, "b": 2}, state=0)

    assert calls.look("t", {"b": 2, "a": 1}, state=0) is Repetition.NOTICED


def test_a_result_is_kept_for_its_state_only():
    calls = RepeatedCalls()
    calls.keep("t", {}, "text", state=1)

    assert calls.kept("t", {}, state=1) == "text"
    assert calls.kept("t", {}, state=2) is None


def evidence(*statuses):
    return [Evidence(check=f"check {n}", status=status) for n, status in enumerate(statuses)]


PASSED, FAILED = VerdictStatus.PASSED, VerdictStatus.FAILED


def test_changes_that_make_no_check_pass_are_noticed():
    progress = Progress()

    told = [progress.is_stalled(evidence(PASSED, FAILED)) for _ in range(5)]

    assert told == [False, False, False, True, True]


def test_a_check_that_passes_now_is_progress():
    progress = Progress()
    for _ in range(3):
        progress.is_stalled(evidence(FAILED, FAILED))

    assert not progress.is_stalled(evidence(PASSED, FAILED))
    assert not progress.is_stalled(evidence(PASSED, FAILED))


def test_changes_while_all_checks_pass_are_no_sign_of_being_stuck():
    progress = Progress()

    assert not any(progress.is_stalled(evidence(PASSED)) for _ in range(9))
