"""One subtask from its history on."""

from types import SimpleNamespace

from loom_core.engine.gate import Gate
from loom_core.engine.instructions import Instructions
from loom_core.engine.journal import StepJournal
from loom_core.engine.subtask.history import AttemptHistory, SubtaskHistory
from loom_core.engine.subtask.subtask_run import SubtaskRun
from loom_core.types import (
    ChangeKind,
    FileChange,
    Outcome,
    OutcomeStatus,
    Subtask,
    ToolRecord,
    Usage,
)

OUTCOME = Outcome(
    status=OutcomeStatus.COMPLETED,
    changes=(FileChange(path="a.txt", kind=ChangeKind.MODIFIED, before="1", after="2"),),
    tool_records=(ToolRecord(tool="write_file", arguments={}, is_error=False),),
    usage=Usage(calls=2),
)


def subtask_run(*tools, outcome=None, installed=("read_file", "shell_execute")):
    attempt = AttemptHistory(number=1, tier=1, outcome=outcome)
    scope = SimpleNamespace(
        store=None,
        fence=1,
        task=SimpleNamespace(id="t"),
        tools=dict.fromkeys(installed, "a tool"),
        note=lambda _subtask_id, _body: None,
        open_journal=StepJournal,
        gate=Gate(),
        instructions=Instructions(),
    )
    subtask = Subtask(id="one", description="do it", tools=tools)
    history = SubtaskHistory(attempts=[attempt])
    return SubtaskRun(scope, subtask, history, can_replan=lambda: False), attempt


def test_an_attempt_that_was_cut_off_before_its_verdict_is_judged_by_what_it_did():
    run, attempt = subtask_run(outcome=OUTCOME)

    context = run._context(attempt)

    assert tuple(context.changes) == OUTCOME.changes
    assert tuple(context.records) == OUTCOME.tool_records
    assert context.usage == OUTCOME.usage


def test_a_subtask_gets_the_tools_that_its_plan_names_and_no_other():
    run, attempt = subtask_run("read_file", "no_such_tool")

    assert list(run._context(attempt).tools) == ["read_file"]


def test_a_subtask_whose_tools_are_not_there_gets_none():
    run, attempt = subtask_run("no_such_tool")

    assert list(run._context(attempt).tools) == []


def test_a_subtask_without_named_tools_gets_all():
    run, attempt = subtask_run()

    assert list(run._context(attempt).tools) == ["read_file", "shell_execute"]
