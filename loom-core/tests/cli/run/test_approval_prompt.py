"""Asking the person at the terminal whether a call may run."""

import asyncio

import pytest

from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.approval_prompt import ApprovalPrompt
from loom_core.cli.run.dialogue import Dialogue
from loom_core.contracts.context import PendingCall
from loom_core.contracts.tool import Intent, Risk
from loom_core.types import ApprovalScope


def pending(preview: str = "rm -rf build", target: str = "") -> PendingCall:
    intent = Intent(preview=preview, is_gated=True, target=target)
    return PendingCall("shell_execute", {}, Risk.EXECUTE, intent, "digest", "it deletes")


def make_prompt(*lines: str) -> ApprovalPrompt:
    rest = iter(lines)

    async def read_line() -> str:
        return next(rest)

    return ApprovalPrompt(Dialogue(read_line, StatusLine(is_shown=False)))


@pytest.mark.parametrize(
    ("lines", "approved"),
    [
        (["y\n"], True),
        (["YES\n"], True),
        (["n\n"], False),
        (["\n", "sure\n", "y\n"], True),
        (["maybe\n", "no\n"], False),
    ],
)
async def test_only_a_yes_is_a_yes(lines, approved, capsys):
    decision = await make_prompt(*lines).ask(pending())

    assert (decision.approved, decision.by) == (approved, "terminal")
    assert decision.scope is ApprovalScope.ONCE
    assert bool(decision.reason) is not approved


@pytest.mark.parametrize("lines", [[""], ["maybe\n", ""]])
async def test_the_end_of_input_is_no_answer(lines, capsys):
    assert await make_prompt(*lines).ask(pending()) is None


@pytest.mark.parametrize(
    ("typed", "target", "scope"),
    [
        ("a\n", "git status", ApprovalScope.TARGET),
        ("always\n", "", ApprovalScope.CALL),
        ("s\n", "git status", ApprovalScope.SESSION),
    ],
)
async def test_a_wider_yes_says_before_what_it_covers(typed, target, scope, capsys):
    decision = await make_prompt(typed).ask(pending(target=target))

    shown = capsys.readouterr().err
    assert (decision.approved, decision.scope) == (True, scope)
    covered = "shell_execute for 'git status'" if target else "exactly this call of shell_execute"
    assert f"a covers {covered}, in this task\n" in shown
    assert "s covers every shell_execute of this task that asks for the same reason\n" in shown


async def test_exactly_what_runs_is_shown(capsys):
    await make_prompt("n\n").ask(pending("echo one\nrm \u202e-rf /\x1b[2A\x1b[2K"))

    shown = capsys.readouterr().err
    assert "shell_execute asks to run (it deletes):" in shown
    assert "  │ echo one\n  │ rm <U+202E>-rf /␛[2A␛[2K\n" in shown
    assert "\x1b" not in shown


async def test_of_a_long_text_head_and_tail_are_shown_and_all_of_it_when_asked_for(capsys):
    preview = "\n".join(f"line {number}" for number in range(100))

    await make_prompt("v\n", "n\n").ask(pending(preview))

    first, _, rest = capsys.readouterr().err.partition("[v]iew all of it")
    assert "│ line 0\n" in first
    assert "│ line 99\n" in first
    assert "│ line 50\n" not in first
    assert "55 lines left out" in first
    assert all(f"│ line {number}\n" in rest for number in range(100))


async def test_of_a_long_line_both_ends_are_shown(capsys):
    await make_prompt("n\n").ask(pending("echo " + "x" * 5000 + " && rm -rf precious"))

    shown = capsys.readouterr().err
    assert "&& rm -rf precious" in shown
    assert "characters left out" in shown
    assert "[v]iew all of it" in shown


async def test_questions_come_one_after_another(capsys):
    gate = asyncio.Event()
    asked = []

    async def read_line() -> str:
        asked.append(1)
        await gate.wait()
        return "y\n"

    prompt = ApprovalPrompt(Dialogue(read_line, StatusLine(is_shown=False)))
    both = [asyncio.create_task(prompt.ask(pending())) for _ in range(2)]
    for _ in range(5):
        await asyncio.sleep(0)
    assert len(asked) == 1
    gate.set()

    assert [d.approved for d in await asyncio.gather(*both)] == [True, True]


async def test_what_happens_meanwhile_is_shown_after_the_answer(capsys):
    status = StatusLine(is_shown=False)

    async def read_line() -> str:
        status.write_above("something happened")
        assert "something happened" not in capsys.readouterr().err
        return "y\n"

    await ApprovalPrompt(Dialogue(read_line, status)).ask(pending())

    assert capsys.readouterr().err.endswith("something happened\n")
