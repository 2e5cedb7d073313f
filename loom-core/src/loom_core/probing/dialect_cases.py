"""Small jobs that each need one call, to see in which dialect a model writes it."""

from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.contracts.provider import Capabilities
from loom_core.dialects import DIALECTS, Dialect, ToolAction
from loom_core.probing.interview import Interview, user
from loom_core.profiles import DialectScore
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


async def score_dialects(interview: Interview, capabilities: Capabilities) -> list[DialectScore]:
    """How many of the jobs each dialect got right; native only where the server has it."""
    scores: list[DialectScore] = []
    if capabilities.native_tools:
        right = await _score(interview, DIALECTS["native"])
        scores.append(DialectScore(dialect="native", right=right, asked=len(CASES)))
    right = await _score(interview, DIALECTS["json_action"])
    scores.append(DialectScore(dialect="json_action", right=right, asked=len(CASES)))
    return scores


def best_dialect(scores: Sequence[DialectScore], capabilities: Capabilities) -> DialectScore:
    """The dialect with most jobs right; of equal ones the one that suits the model's size."""
    usual = "json_action" if capabilities.prefers_json_action else "native"
    return max(scores, key=lambda score: (score.right, score.dialect == usual))


async def _score(interview: Interview, dialect: Dialect) -> int:
    """The number of jobs that one dialect got right."""
    return sum([await _is_right(interview, dialect, case) for case in CASES])


async def _is_right(interview: Interview, dialect: Dialect, case: Case) -> bool:
    """Whether the first action of the answer is the call that the job needs."""
    parts = ("You do a job by calling tools.", dialect.describe_tools(TOOLS))
    prompt = "\n\n".join(part for part in (*parts, dialect.describe_format()) if part)
    response = await interview.try_to_ask(
        Message(role=Role.SYSTEM, text=prompt),
        user(case.job),
        tools=dialect.request_tools(TOOLS),
        schema=dialect.answer_schema(TOOLS),
    )
    actions = dialect.decode(response, TOOLS).actions if response is not None else ()
    first = actions[0] if actions else None
    return (
        isinstance(first, ToolAction)
        and first.tool == case.tool
        and dict(first.arguments) == case.arguments
    )
