"""How an attempt's conversation begins: the prompt, and the files shown in it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.contracts.context import Beginning, Context, ModelFacts
from loom_core.dialects import DIALECTS
from loom_core.engine.attempt.recent_look import recent_look
from loom_core.engine.window.fitting import tools_tokens
from loom_core.errors import ContextExceeded, LoomError
from loom_core.planning.named_paths import named_paths
from loom_core.planning.survey import show_listing
from loom_core.prompts import assemble, describe_check, estimate_tokens, worker_sections
from loom_core.types import CheckSpec, ModelRole, Subtask, ToolSpec
from loom_core.workspace import Workspace, holds_secrets

_MAX_SHOWN_FILES = 4
_MAX_SHOWN_BYTES = 4_000
_MAX_RESERVE_TOKENS = 2048
_MEMORY_ENTRIES = 8


@dataclass(frozen=True, slots=True)
class ShownFiles:
    """What a prompt says of the workspace."""

    text: str
    seen: dict[str, str]
    """Path to SHA-256 of each file whose whole content is shown."""


async def open_conversation(
    subtask: Subtask, context: Context, specs: Sequence[ToolSpec]
) -> Beginning:
    """The journalled beginning of an attempt. Raises ``ContextExceeded`` if it cannot fit."""
    facts = await context.model_facts(ModelRole.EXECUTOR)
    dialect = DIALECTS[facts.dialect]
    shown = await show_files(context.workspace, subtask.description)
    sections = worker_sections(
        context.task,
        subtask,
        dialect=dialect,
        tools=specs,
        memory=await context.recall(_concerns(subtask), limit=_MEMORY_ENTRIES),
        instructions=(await context.lessons()).instructions,
        feedback=context.feedback,
        demands=[_demand(check, context) for check in subtask.checks],
        files=shown.text,
    )
    reserved = min(_MAX_RESERVE_TOKENS, facts.window // 4)
    offered = tools_tokens(dialect.request_tools(specs))
    prompt = assemble(sections, budget_tokens=facts.window - reserved - offered)
    _refuse_oversized(sum(estimate_tokens(turn.text) for turn in prompt) + offered, facts)
    has_names = bool(shown.text)
    return await context.begin(
        Beginning(
            facts.name,
            facts.dialect,
            prompt,
            shown.seen,
            shows_names=has_names,
            window=facts.window,
            is_window_assumed=facts.is_window_assumed,
            tools=tuple(spec.name for spec in specs),
        )
    )


def _concerns(subtask: Subtask) -> str:
    """What to look for in memory: the subtasks it builds on, whose entries bear their ids, and itself."""
    return " ".join((*subtask.depends_on, subtask.description))


def _demand(check: CheckSpec, context: Context) -> str:
    """What a check will look for, in words; its bare form when it is not installed."""
    installed = context.checks.get(check.kind)
    if installed is None:
        return describe_check(check)
    return installed.describe(check.target, check.expected)


async def show_files(workspace: Workspace, description: str) -> ShownFiles:
    """The listing, and the content of the small text files that the description names.

    Showing them saves a small model the call that it most often forgets. Files that usually hold
    secrets are not shown: to read one of them asks first.
    """
    listing = await recent_look(workspace, show_listing)
    paths = named_paths(description)[:_MAX_SHOWN_FILES]
    if not paths:
        return ShownFiles(listing, {})
    return await asyncio.to_thread(_with_contents, workspace, listing, paths)


def _with_contents(workspace: Workspace, listing: str, paths: Sequence[str]) -> ShownFiles:
    """The listing with the content of those of the files that are small."""
    parts = [listing]
    seen: dict[str, str] = {}
    for path in paths:
        content = small_text(workspace, path, max_bytes=_MAX_SHOWN_BYTES)
        if content is not None:
            name = workspace.relative(path)
            parts.append(f"Content of {name}:\n{content}")
            seen[name] = workspace.sha256(path)
    return ShownFiles("\n\n".join(part for part in parts if part), seen)


def small_text(workspace: Workspace, path: str, *, max_bytes: int) -> str | None:
    """The content of a text file of at most so many bytes; None when it is not one, or not there.

    Nor is a file that usually holds secrets.
    """
    try:
        if holds_secrets(workspace.relative(path)) or not workspace.is_file(path):
            return None
        raw = workspace.read(path, max_bytes=max_bytes)
        return raw.decode() if b"\0" not in raw else None
    except (LoomError, OSError, UnicodeDecodeError):
        return None


def _refuse_oversized(size: int, facts: ModelFacts) -> None:
    """Refuse before sending what the server would silently cut."""
    if size >= facts.window:
        raise ContextExceeded(
            f"the prompt needs about {size} tokens and model {facts.name!r} has a window of "
            f"{facts.window}; split the goal or set models.{facts.name}.context_window higher"
        )
