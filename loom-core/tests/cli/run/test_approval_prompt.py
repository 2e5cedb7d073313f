"""Asking the person at the terminal."""

import asyncio
from collections.abc import Iterator

import pytest

from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.approval_prompt import ApprovalPrompt
from loom_core.contracts.context import PendingCall
from loom_core.contracts.tool import Intent, Risk


def pending(preview: str = "rm -rf build") -> PendingCall:
    intent = Intent(preview=preview, is_gated=True, reason="it deletes")
    return PendingCall("shell_execute", {}, Risk.EXECUTE, intent, "digest")


def typed(*lines: str) -> Iterator[str]:
    return iter(lines)


def make_prompt(*lines: str) -> ApprovalPrompt:
    rest = typed(*lines)

    async def read_line() -> str:
        return next(rest)

    return ApprovalPrompt(read_line, StatusLine(is_shown=False))


@pytest.mark.parametrize(
    ("lines", "approved"),
    [
        (["y\n"], True),
        (["YES\n"], True),
        (["n\n"], False),
        ([""], False),
        (["\n", "sure\n", "y\n"], True),
        (["maybe\n", ""], False),
    ],
)
async def test_only_a_yes_is_a_yes(lines, approved, capsys):
    decision = await make_prompt(*lines).ask(pending())

    assert (decision.approved, decision.by) == (approved, "terminal")
    assert bool(decision.reason) is not approved


async def test_exactly_what_runs_is_shown(capsys):
    await make_prompt("n\n").ask(pending("echo one\nrm \u202e-rf /\x1b[2A\x1b[2K"))

    shown = capsys.readouterr().err
    assert "shell_execute asks to run (it deletes):" in shown
    assert "  │ echo one\n  │ rm <U+202E>-rf /␛[2A␛[2K\n" in shown
    assert "\x1b" not in shown


async def test_questions_come_one_after_another(capsys):
    gate = asyncio.Event()
    asked = []

    async def read_line() -> str:
        asked.append(1)
        await gate.wait()
        return "y\n"

    prompt = ApprovalPrompt(read_line, StatusLine(is_shown=False))
    both = [asyncio.create_task(prompt.ask(pending())) for _ in range(2)]
    await asyncio.sleep(0)
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

    await ApprovalPrompt(read_line, status).ask(pending())

    assert capsys.readouterr().err.endswith("something happened\n")
