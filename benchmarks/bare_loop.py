"""A bare loop of model and tools, with and without a schema: ``run_goals.py`` measures Loom against it.

    python benchmarks/bare_loop.py "Create hello.py that prints Hello" -w DIRECTORY [--schema]

It has Loom's tools, tool lines, examples and parsers, and nothing else of Loom: no checks derived from
the goal, no forms beside actions, no verification, no retries. What the model says is what is claimed:
exit code 0 when it calls ``complete``. The last line of the output is the result as JSON, like that of
``loom run --json``.
"""

import argparse
import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from loom_core.contracts.provider import Provider, ProviderEnvironment
from loom_core.contracts.tool import Tool, ToolContext
from loom_core.dialects import JsonActionDialect, validate_arguments
from loom_core.dialects.action import Blocked, Complete, Malformed
from loom_core.dialects.arguments import ArgumentsRejected
from loom_core.engine.attempt.opening import show_files
from loom_core.errors import LoomError, ModelError
from loom_core.extensions import Group, load_all
from loom_core.prompts import assemble, worker_sections
from loom_core.sandbox import choose
from loom_core.settings import ModelSettings, home_directory, process_environment
from loom_core.settings.shape import SandboxSettings
from loom_core.types import (
    FinishReason,
    Message,
    ModelRequest,
    Role,
    Sampling,
    Subtask,
    Task,
    ToolResult,
    Usage,
)
from loom_core.workspace import Workspace

MAX_TURNS = 12
"""Answers of the model; more never helped, it goes in circles."""
MAX_ANSWER_TOKENS = 600
PROMPT_TOKENS = 6_000
MAX_RESULT_CHARACTERS = 3_000

_DIALECT = JsonActionDialect()
_NO_ACTION = "That was no action. Answer with one JSON object, as shown."


@dataclass(frozen=True, slots=True)
class BareEnd:
    """How a loop ended."""

    is_claimed: bool
    said: str
    usage: Usage


def main() -> int:
    """Work at one goal and say how it ended."""
    options = _options()
    end = asyncio.run(_work(options))
    result = {"type": "result", "reason": end.said, "usage": end.usage.model_dump()}
    print(json.dumps(result))
    return int(not end.is_claimed)


def _options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("goal")
    parser.add_argument("-w", "--workspace", type=Path, required=True)
    parser.add_argument("--schema", action="store_true", help="constrain each answer to an action")
    return parser.parse_args()


async def _work(options: argparse.Namespace) -> BareEnd:
    """The loop with the embedded default model and the tools that a small model is always offered."""
    environment = ProviderEnvironment(home=home_directory(process_environment()))
    kind = cast("type[Provider]", load_all(Group.PROVIDERS).parts["llamacpp"].value)
    provider = kind(ModelSettings(provider="llamacpp"), environment)
    tools = {tool.name: tool for tool in installed_tools() if tool.is_always_offered}
    try:
        return await run_bare(
            options.goal, options.workspace, provider, tools, has_schema=options.schema
        )
    finally:
        await provider.close()


def installed_tools() -> list[Tool[Any]]:
    """One of each installed tool."""
    parts = load_all(Group.TOOLS).parts.values()
    return [cast("type[Tool[Any]]", part.value)() for part in parts]


async def run_bare(
    goal: str, root: Path, provider: Provider, tools: Mapping[str, Tool[Any]], *, has_schema: bool
) -> BareEnd:
    """Let a model work at a goal until it says that it is done, gives up, or has had its turns."""
    specs = [tool.spec() for tool in tools.values()]
    workspace = Workspace(root)
    messages = await _opening(goal, workspace, tools)
    schema = _DIALECT.answer_schema(specs) if has_schema else None
    context = ToolContext("bare", "goal", workspace, choose(SandboxSettings()), {})
    usage = Usage()
    for _ in range(MAX_TURNS):
        request = ModelRequest(
            messages=tuple(messages),
            answer_schema=schema,
            sampling=Sampling(temperature=0.0),
            max_tokens=MAX_ANSWER_TOKENS,
        )
        try:
            response = await provider.complete(request)
        except ModelError as error:
            return BareEnd(is_claimed=False, said=str(error), usage=usage)
        usage += response.usage
        decoded = _DIALECT.decode(response, specs)
        action = decoded.actions[0] if decoded.actions else None
        if isinstance(action, Complete):
            return BareEnd(is_claimed=True, said=action.summary, usage=usage)
        if isinstance(action, Blocked):
            return BareEnd(is_claimed=False, said=action.reason, usage=usage)
        if action is None or response.finish_reason is FinishReason.LENGTH:
            told = _NO_ACTION
        elif isinstance(action, Malformed):
            told = action.problem
        else:
            told = await _call(tools[action.tool], action.arguments, context)
        messages += [response.as_message(), Message(role=Role.USER, text=told)]
    return BareEnd(is_claimed=False, said=f"not done after {MAX_TURNS} answers", usage=usage)


async def _opening(
    goal: str, workspace: Workspace, tools: Mapping[str, Tool[Any]]
) -> list[Message]:
    """Loom's own prompt for JSON actions, without a word of checks."""
    shown = await show_files(workspace, goal)
    sections = worker_sections(
        Task(id="bare", goal=goal, workspace=str(workspace.root)),
        Subtask(id="goal", description=goal),
        dialect=_DIALECT,
        tools=[tool.spec() for tool in tools.values()],
        memory=(),
        feedback=(),
        demands=(),
        files=shown.text,
    )
    return list(assemble(sections, budget_tokens=PROMPT_TOKENS))


async def _call(tool: Tool[Any], arguments: Mapping[str, Any], context: ToolContext) -> str:
    """What a tool gives; its refusal as text."""
    try:
        read = validate_arguments(tool.arguments_model, arguments)
        context.intended = (await tool.intend(read, context)).facts
        result = await tool.run(read, context)
    except (ArgumentsRejected, LoomError, OSError) as error:
        return f"Error: {error}"
    _note_seen(result, context)
    return result.text[:MAX_RESULT_CHARACTERS]


def _note_seen(result: ToolResult, context: ToolContext) -> None:
    """Remember which files were read or written, without which no tool edits them."""
    seen = result.facts.get("seen")
    if isinstance(seen, dict):
        context.seen_files.update({path: str(digest) for path, digest in seen.items()})


if __name__ == "__main__":
    raise SystemExit(main())
