"""Asking the person at the terminal what a model wants to know."""

import pytest

from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.run.dialogue import Dialogue
from loom_core.cli.run.question_prompt import QuestionPrompt
from loom_core.types import Question

QUESTION = Question(text="Which colour?\x1b[2J", options=("red", "blue\x1b]52;c;eA==\x07"))


async def answer(*lines: str) -> str:
    rest = iter(lines)

    async def read_line() -> str:
        return next(rest)

    dialogue = Dialogue(read_line, StatusLine(is_shown=False))
    return await QuestionPrompt(dialogue).ask(QUESTION)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["1\n"], "red"),
        (["red\n"], "red"),
        (["3\n"], "3"),
        (["0\n"], "0"),
        (["something else\n"], "something else"),
        (["\n", "  \n", "green\n"], "green"),
        ([""], ""),
    ],
)
async def test_a_number_picks_an_option_and_nothing_is_no_answer(lines, said, capsys):
    assert await answer(*lines) == said


async def test_question_and_options_are_shown_and_cannot_act(capsys):
    await answer("1\n")

    shown = capsys.readouterr().err
    assert "Which colour?␛[2J" in shown
    assert "1. red\n" in shown
    assert "2. blue␛]52" in shown
    assert "\x1b" not in shown
