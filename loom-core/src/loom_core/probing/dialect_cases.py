"""Small jobs that each need one call, to see in which dialect a model writes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.contracts.provider import Capabilities
from loom_core.dialects import DIALECTS, Action, Dialect, ReplyForm, ToolAction, ToolChosen
from loom_core.probing.interview import Interview, user
from loom_core.profiles import DialectName, DialectScore
from loom_core.types import Message, Role, ToolSpec


def _tool(name: str, description: str, *arguments: str) -> ToolSpec:
    """A tool whose arguments are texts."""
    return ToolSpec(
        name=name,
        description=description,
        parameters={
            "type": "object",
            "properties": {argument: {"type": "string"} for argument in arguments},
            "required": list(arguments),
            "additionalProperties": False,
        },
    )


TOOLS = (
    _tool("read_file", "Show what is in a file.", "path"),
    _tool("write_file", "Make a file with this content.", "path", "content"),
    _tool("shell_execute", "Run a command.", "command"),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A job, and the call that it needs."""

    job: str
    tool: str
    arguments: dict[str, str]


CASES = (
    Case("Show me what is in the file notes.txt.", "read_file", {"path": "notes.txt"}),
    Case(
        "Make the file hello.txt with exactly this content: Hello, world!",
        "write_file",
        {"path": "hello.txt", "content": "Hello, world!"},
    ),
    Case(
        "Run this command: git status --short", "shell_execute", {"command": "git status --short"}
    ),
    Case("What does src/app/main.py hold? Look it up.", "read_file", {"path": "src/app/main.py"}),
)


_CHEAPEST_FIRST: tuple[DialectName, ...] = ("native", "json_action", "text_blocks", "two_stage")
"""Two stages cost two calls for each action, blocks the most tokens of one."""


async def score_dialects(interview: Interview, capabilities: Capabilities) -> list[DialectScore]:
    """How many of the jobs each dialect got right; native only where the server has it."""
    scores: list[DialectScore] = []
    for name in _CHEAPEST_FIRST:
        if name == "native" and not capabilities.native_tools:
            continue
        right = await _score(interview, DIALECTS[name])
        scores.append(DialectScore(dialect=name, right=right, asked=len(CASES)))
    return scores


def best_dialect(scores: Sequence[DialectScore], capabilities: Capabilities) -> DialectScore:
    """The dialect with most jobs right; of equal ones what suits the model's size, then the cheapest."""
    usual = "json_action" if capabilities.prefers_json_action else "native"

    def rank(score: DialectScore) -> tuple[int, bool, int]:
        return score.right, score.dialect == usual, -_CHEAPEST_FIRST.index(score.dialect)

    return max(scores, key=rank)


async def _score(interview: Interview, dialect: Dialect) -> int:
    """The number of jobs that one dialect got right."""
    return sum([await _is_right(interview, dialect, case) for case in CASES])


async def _is_right(interview: Interview, dialect: Dialect, case: Case) -> bool:
    """Whether the first action of the answer is the call that the job needs."""
    parts = ("You do a job by calling tools.", dialect.describe_tools(TOOLS))
    prompt = "\n\n".join(part for part in (*parts, dialect.describe_format()) if part)
    messages = [Message(role=Role.SYSTEM, text=prompt), user(case.job)]
    action = await _first_action(interview, dialect, messages, ReplyForm(dialect, TOOLS))
    return (
        isinstance(action, ToolAction)
        and action.tool == case.tool
        and dict(action.arguments) == case.arguments
    )


async def _first_action(
    interview: Interview, dialect: Dialect, messages: list[Message], form: ReplyForm
) -> Action | None:
    """The first action of a conversation; where a tool is chosen first, the call that follows."""
    while True:
        schema, grammar = form.constraints(None, lambda: True)
        had_chosen = form.take_reply()
        response = await interview.try_to_ask(
            *messages, tools=dialect.request_tools(TOOLS), schema=schema, grammar=grammar
        )
        actions = dialect.decode(response, TOOLS).actions if response is not None else ()
        if response is None or not actions:
            return None
        if had_chosen or not isinstance(actions[0], ToolChosen):
            return actions[0]
        messages += [response.as_message(), form.choose(actions[0])]
