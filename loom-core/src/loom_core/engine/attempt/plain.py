"""Attempts in plain words: a model is asked for code or content, and the harness acts with it.

A small model writes right programs and files and wrong actions (``benchmarks/README.md``): half of
what it knows is lost on the way into a JSON string. So the harness asks for the thing itself, does
with it what has to be done, and sends back what the checks say.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from loom_core.contracts.context import Beginning, Context, ModelFacts
from loom_core.engine.attempt.endings import done_by_checks, failed
from loom_core.engine.attempt.opening import ShownFiles
from loom_core.engine.window.fitting import conversation_tokens, fit_result, refuse_full
from loom_core.errors import ErrorCategory
from loom_core.prompts import instruction_text, with_instructions
from loom_core.types import (
    Evidence,
    FailureKind,
    FinishReason,
    Message,
    ModelRole,
    Outcome,
    Role,
    VerdictStatus,
)
from loom_core.workspace import Workspace

MAX_ANSWER_TOKENS = 1_000
"""Tokens of one answer: what is asked for is short, and a small model that is lost never ends."""
MAX_ANSWERS = 3
"""Answers of one attempt; each after the first knows what was wrong with the one before."""

_CUT_OFF = "the answer was cut off before its end; make it shorter"

Try = Callable[[str, int], Awaitable[str]]
"""Acts with the text of an answer and its number; gives what is wrong afterwards, else nothing."""

First = Callable[[], Awaitable[str]]
"""Acts without an answer; gives what is wrong afterwards, else nothing."""


async def run_plainly(
    beginning: Beginning,
    context: Context,
    facts: ModelFacts,
    act: Try,
    *,
    wanted: str,
    first: First | None = None,
) -> Outcome:
    """Ask until nothing is wrong. Raises ``ModelError`` like any call of a model.

    Args:
        beginning: the first request.
        context: of the attempt.
        facts: the model that is asked.
        act: does with an answer what has to be done.
        wanted: what a correction asks for, such as ``program``.
        first: what to try before any answer is asked for.
    """
    begun = await context.begin(
        replace(beginning, window=facts.window, is_window_assumed=facts.is_window_assumed)
    )
    said = await _said_unless_done(first, context)
    if said is None:
        return done_by_checks()
    messages: list[Message] = with_instructions(list(begun.prompt), said)
    problem = ""
    last: str | None = None
    most = 1 if context.sample else MAX_ANSWERS  # a sample is one answer, not what became of it
    answers = min(most, context.settings.execution.max_subtask_iterations)
    for number in range(1, answers + 1):
        messages = with_instructions(messages, await context.new_instructions())
        refuse_full(conversation_tokens(messages), facts.name, begun.window or facts.window)
        response = await context.ask_model(
            ModelRole.EXECUTOR, messages, max_tokens=MAX_ANSWER_TOKENS
        )
        if response.text == last:  # it has no other idea in this form; the next attempt has another
            break
        last = response.text
        is_cut = response.finish_reason is FinishReason.LENGTH
        problem = _CUT_OFF if is_cut else await act(response.text, number)
        is_last = bool(problem) or number == answers
        said = () if is_last else await context.new_instructions()
        if not problem and not said:
            return done_by_checks()
        wrong = _correction(fit_result(problem, begun.window or facts.window), wanted)
        turn = wrong if problem else _more_wanted(said, wanted)
        messages += [response.as_message(), turn]
    return failed(FailureKind.CAPABILITY, ErrorCategory.MODEL, problem)


async def _said_unless_done(first: First | None, context: Context) -> Sequence[str] | None:
    """What the user said, which has to be asked for anew; None when what is tried first is right as it is."""
    if first is None:
        return ()
    said = await context.new_instructions()
    if said or await first():
        return said
    return await context.new_instructions() or None


def contents(workspace: Workspace, shown: ShownFiles) -> list[tuple[str, str]]:
    """Name and content of the files that are shown whole."""
    return [(path, workspace.read(path).decode("utf-8", "replace")) for path in shown.seen]


def failing(evidence: list[Evidence]) -> str:
    """What the checks that do not pass say."""
    return "\n".join(
        f"{one.check}: {one.detail}" for one in evidence if one.status is not VerdictStatus.PASSED
    )


def _more_wanted(said: Sequence[str], wanted: str) -> Message:
    """What the model is told of what the user said after its last answer, which was right."""
    text = f"{instruction_text(said)}\nWrite the whole {wanted} again with that."
    return Message(role=Role.USER, text=text)


def _correction(problem: str, wanted: str) -> Message:
    """What the model is told of its last answer."""
    return Message(
        role=Role.USER, text=f"That was not right: {problem}\nWrite the whole corrected {wanted}."
    )
