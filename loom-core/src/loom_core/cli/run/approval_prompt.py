"""Asking the person at the terminal whether a call may run."""

from collections.abc import Mapping

import click

from loom_core.cli.run.dialogue import Dialogue
from loom_core.cli.scope_text import describe_scope
from loom_core.cli.terminal.marks import WAITING
from loom_core.contracts.context import PendingCall
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import ApprovalScope, Decision

_HEAD_LINES, _TAIL_LINES = 30, 15
"""Of a long preview; all of it is shown when asked for."""
_MAX_LINE_CHARACTERS = 1000

_NO = Decision(approved=False, by="terminal", reason="the user said no")


class ApprovalPrompt:
    """Shows exactly what would run and asks."""

    def __init__(self, dialogue: Dialogue) -> None:
        """Ask in this dialogue, one question at a time."""
        self._dialogue = dialogue

    async def ask(self, call: PendingCall) -> Decision | None:
        """The answer of the person, with its scope. The end of input is no answer."""
        preview = sanitize_text(call.intent.preview).splitlines() or [""]
        shown = shortened_preview(preview)
        choices = approval_choices(call)
        async with self._dialogue.turn():
            _show(call, shown, choices)
            while True:
                line = await self._dialogue.read(_question(shown != preview))
                if not line:
                    return None
                answer = line.strip().lower()
                if answer in choices:
                    return Decision(approved=True, by="terminal", scope=choices[answer])
                if answer in {"n", "no"}:
                    return _NO
                if answer in {"v", "view"}:
                    _show_lines(preview)
                else:
                    click.echo("  please type y, a, s or n", err=True)


def _question(is_shortened: bool) -> str:
    view = ", [v]iew all of it" if is_shortened else ""
    return f"  [y]es once, [a]lways, for this [s]ession, [n]o{view}: "


def approval_choices(call: PendingCall) -> Mapping[str, ApprovalScope]:
    """What can be typed to say yes, and what that covers."""
    always = ApprovalScope.TARGET if call.intent.target else ApprovalScope.CALL
    return {
        "y": ApprovalScope.ONCE,
        "yes": ApprovalScope.ONCE,
        "a": always,
        "always": always,
        "s": ApprovalScope.SESSION,
        "session": ApprovalScope.SESSION,
    }


def _show(call: PendingCall, lines: list[str], choices: Mapping[str, ApprovalScope]) -> None:
    """Write what would run, why it asks, and what each wider yes would cover."""
    reason = f" ({sanitize_line(call.reason)})" if call.reason else ""
    click.echo(f"{WAITING} {sanitize_line(call.tool)} asks to run{reason}:", err=True)
    _show_lines(lines)
    for key in ("a", "s"):
        covered = describe_scope(choices[key], tool=call.tool, target=call.intent.target)
        click.echo(f"  {key} covers {covered}", err=True)


def _show_lines(lines: list[str]) -> None:
    for line in lines:
        click.echo(f"  │ {line}", err=True)


def shortened_preview(lines: list[str]) -> list[str]:
    """The lines, without the middle of a long text and of long lines; says what is left out."""
    cut = [_cut(line) for line in lines]
    left_out = len(cut) - _HEAD_LINES - _TAIL_LINES
    if left_out <= 1:
        return cut
    return [*cut[:_HEAD_LINES], f"… {left_out:,} lines left out …", *cut[-_TAIL_LINES:]]


def _cut(line: str) -> str:
    if len(line) <= _MAX_LINE_CHARACTERS:
        return line
    half = _MAX_LINE_CHARACTERS // 2
    return f"{line[:half]}… {len(line) - 2 * half:,} characters left out …{line[-half:]}"
