"""What the events of a subtask tell without a model: humans' words, results, detours."""

from loom_core import events as e
from loom_core.errors import ErrorCategory
from loom_core.extraction.digest import digest
from loom_core.extraction.human_words import human_words
from loom_core.extraction.tool_facts import detours, tool_results
from loom_core.types import MemoryKind, ToolRecord, ToolResult

ASKED = e.ApprovalRequested(approval_id="a1", what="rm -rf build", reason="destructive")


def record(tool="shell_execute", *, risk="execute", error=None, recovered=False, **arguments):
    return ToolRecord(
        tool=tool,
        arguments=arguments,
        is_error=error is not None,
        category=error,
        risk=risk,
        was_recovered=recovered,
    )


def called(step, text, *, tool="shell_execute", is_error=False, **arguments):
    category = ErrorCategory.RUNTIME if is_error else None
    result = ToolResult(text=text, is_error=is_error, category=category)
    return (
        e.ToolCallStarted(
            step=step, call_id=f"c{step}", tool=tool, arguments=arguments, recovery="unknown"
        ),
        e.ToolCallFinished(step=step, call_id=f"c{step}", tool=tool, result=result),
    )


def test_a_refusal_and_its_reason_are_a_decision():
    no = e.ApprovalDecided(approval_id="a1", approved=False, by="me", reason="never delete build")

    (entry,) = human_words([ASKED, no], "make-it")

    assert entry.kind is MemoryKind.DECISION
    assert entry.text == "the user refused: rm -rf build, because: never delete build"


def test_an_answer_is_an_instruction():
    events = [
        e.QuestionAsked(question_id="q", question="Tabs or spaces?"),
        e.QuestionAnswered(question_id="q", answer="tabs, always", by="me"),
    ]

    (entry,) = human_words(events, "make-it")

    assert entry.kind is MemoryKind.USER_INSTRUCTION
    assert entry.text == "asked 'Tabs or spaces?', the user answered: tabs, always"


def test_the_last_result_of_a_command_is_kept_with_its_end():
    events = [
        *called(1, "exit code 1\nboom", is_error=True, command="pytest -q"),
        *called(2, "exit code 0\nmany lines\n3 passed", command="pytest -q"),
        *called(3, "the content", tool="read_file", path="a.txt"),
    ]

    (entry,) = tool_results(events, [record(), record("read_file", risk="read")], "make-it")

    assert entry.kind is MemoryKind.TOOL_RESULT
    assert entry.text == "shell_execute(command=pytest -q): exit code 0 … 3 passed"


def test_a_command_that_names_a_file_of_secrets_is_not_kept():
    events = [*called(1, "exit code 0\nKEY=x", command="cat .env")]

    assert tool_results(events, [record()], "make-it") == []


def test_what_worked_in_the_end_is_a_discovery():
    records = [
        record("read_file", risk="read", error=ErrorCategory.NOT_FOUND, recovered=True, path="a"),
        record("read_file", risk="read", path="src/a"),
    ]

    (entry,) = detours(records, "make-it")

    assert entry.kind is MemoryKind.DISCOVERY
    assert entry.text == (
        "read_file(path=a) failed (not_found); what worked then: read_file(path=src/a)"
    )


def test_a_digest_keeps_the_end_within_its_bound():
    events = [one for n in range(50) for one in called(n, f"result number {n}", command="x")]

    text = digest(events, max_characters=500)

    assert len(text) < 600
    assert text.startswith("[… what was before is left out]")
    assert text.endswith("result: result number 49")
