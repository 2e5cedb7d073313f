"""Questions to the user: what is shown of them, and what an answer to them means."""

import asyncio
from dataclasses import dataclass, field

from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from loom_core.cli.run.approval_prompt import approval_choices, shortened_preview
from loom_core.cli.scope_text import describe_scope
from loom_core.contracts.context import PendingCall
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import Decision, Question

_BY = "terminal"


@dataclass(slots=True)
class _Open:
    """What waits for an answer."""

    call: PendingCall | None
    question: Question | None
    answer: "asyncio.Future[str]" = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )


class Asking:
    """Shows what is asked, one after another, and takes the answers."""

    def __init__(self, console: Console) -> None:
        """Show it here."""
        self._console = console
        self._one_at_a_time = asyncio.Lock()
        self._open: _Open | None = None

    @property
    def hint(self) -> str:
        """What can be typed now; empty when nothing is asked."""
        if self._open is None:
            return ""
        if self._open.call is not None:
            return "[y]es once  [a]lways  this [s]ession  [n]o  [v]iew, or say why not"
        return "your answer, or the number of an option"

    @property
    def is_approval(self) -> bool:
        """Whether a yes or no is waited for."""
        return self._open is not None and self._open.call is not None

    def take(self, line: str) -> bool:
        """Take a line as the answer; False when nothing is asked."""
        if self._open is None or self._open.answer.done():
            return False
        self._open.answer.set_result(line)
        return True

    async def approve(self, call: PendingCall) -> Decision:
        """The user's decision on a call. What is no yes is a no, with what was typed as the reason."""
        choices = approval_choices(call)
        async with self._one_at_a_time:
            self._show_call(call, is_whole=False)
            while True:
                line = (await self._next(call=call)).strip()
                if line.lower() in choices:
                    scope = choices[line.lower()]
                    return Decision(approved=True, by=_BY, scope=scope)
                if line.lower() in {"v", "view"}:
                    self._show_call(call, is_whole=True)
                elif line:
                    is_bare = line.lower() in {"n", "no"}
                    reason = "the user said no" if is_bare else f"the user said: {line}"
                    return Decision(approved=False, by=_BY, reason=reason)

    async def answer(self, question: Question) -> str:
        """The user's answer to a question of the model."""
        async with self._one_at_a_time:
            self._show_question(question)
            while True:
                answer = question.answer_of(await self._next(question=question))
                if answer:
                    return answer

    async def _next(
        self, *, call: PendingCall | None = None, question: Question | None = None
    ) -> str:
        """The next line that is typed."""
        self._open = _Open(call, question)
        try:
            return await self._open.answer
        finally:
            self._open = None

    def _show_call(self, call: PendingCall, *, is_whole: bool) -> None:
        """Exactly what would run, why it asks, and what each wider yes would cover."""
        lines = sanitize_text(call.intent.preview).splitlines() or [""]
        text = Text("\n".join(lines if is_whole else shortened_preview(lines)))
        choices = approval_choices(call)
        for key in ("a", "s"):
            covered = describe_scope(choices[key], tool=call.tool, target=call.intent.target)
            text.append(f"\n{key}: {covered}", style="dim")
        reason = f" ({sanitize_line(call.reason)})" if call.reason else ""
        title = Text(f"{sanitize_line(call.tool)} asks to run{reason}")
        self._console.print(Panel(text, title=title, title_align="left", border_style="yellow"))

    def _show_question(self, question: Question) -> None:
        """The question with its options."""
        text = Text(sanitize_text(question.text))
        for number, option in enumerate(question.options, start=1):
            text.append(f"\n{number}. {sanitize_line(option)}")
        self._console.print(
            Panel(text, title=Text("the model asks"), title_align="left", border_style="cyan")
        )
