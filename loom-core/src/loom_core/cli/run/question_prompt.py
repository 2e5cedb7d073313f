"""Asking the person at the terminal what a model wants to know."""

import click

from loom_core.cli.run.dialogue import Dialogue
from loom_core.cli.terminal.marks import WAITING
from loom_core.sanitize import sanitize_line, sanitize_text
from loom_core.types import Question


class QuestionPrompt:
    """Shows a question with its options and takes an answer that is not empty."""

    def __init__(self, dialogue: Dialogue) -> None:
        """Ask in this dialogue, one question at a time."""
        self._dialogue = dialogue

    async def ask(self, question: Question) -> str:
        """What was typed, or the option whose number was; empty at the end of input."""
        async with self._dialogue.turn():
            _show(question)
            while True:
                line = await self._dialogue.read("  answer: ")
                answer = question.answer_of(line)
                if answer or not line:
                    return answer
                click.echo("  please type an answer", err=True)


def _show(question: Question) -> None:
    click.echo(f"{WAITING} the model asks:", err=True)
    for line in sanitize_text(question.text).splitlines():
        click.echo(f"  │ {line}", err=True)
    for number, option in enumerate(question.options, start=1):
        click.echo(f"  {number}. {sanitize_line(option)}", err=True)
