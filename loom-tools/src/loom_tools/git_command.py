"""The tool that runs git."""

import asyncio
import hashlib
import json
import re
from functools import partial
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, JsonValue

from loom_core.contracts.tool import (
    Happened,
    Intent,
    Probe,
    RecoveryClass,
    Risk,
    Tool,
    ToolContext,
)
from loom_core.errors import ErrorCategory, PathRefused, SandboxUnavailable, ToolFailed
from loom_core.sandbox import CommandResult
from loom_core.types import ToolResult
from loom_tools.arguments import Arguments, as_command_line
from loom_tools.git.command_line import GitCommandLine, parse
from loom_tools.git.effect import Effect, effect_of
from loom_tools.git.hardening import hardened, with_identity
from loom_tools.git.identity import identity
from loom_tools.git.interrupted import happened, intended
from loom_tools.git.references import moved, references
from loom_tools.git.saying import category_of, said
from loom_tools.text import MAX_RESULT_BYTES

TRAILER = "Loom-Step"
"""The line in a commit's message by which a crash's survivor finds it."""

_REACHING_OUT = frozenset({"push", "fetch", "pull"})
"""Subcommands that speak to another repository, which may be on another machine."""
_SECONDS = 60.0
_SECONDS_TO_SPARE = 15.0
"""For setting the sandbox up, clearing up after it, and looking at what moved."""
_LOOKED_THROUGH = 50
"""Commits in which the probe looks for its own."""


class GitCommandArguments(Arguments):
    """The command line."""

    args: Annotated[
        str,
        BeforeValidator(as_command_line),
        Field(min_length=1, max_length=20_000, description="such as: status"),
    ]


class GitCommand(Tool[GitCommandArguments]):
    """Runs one git command in the workspace's repository, in the sandbox.

    Only known subcommands and options are run. The repository's data may change, its settings and
    hooks may not. A commit carries a trailer, so that after a crash it is found and not repeated.
    Which files a writing command changed, whoever runs it finds by comparing, as the engine does.
    """

    name = "git_command"
    purpose = "Run one git command in the workspace, without `git` in front."
    arguments_model = GitCommandArguments
    risk = Risk.EXECUTE
    recovery = RecoveryClass.KEYED
    reads_private = True
    untrusted_input = True
    egress = True
    timeout_seconds = _SECONDS + _SECONDS_TO_SPARE

    async def intend(self, arguments: GitCommandArguments, context: ToolContext) -> Intent:
        """The exact command; gated where it destroys, sends, or nothing confines it."""
        line, effect = _understood(arguments, context)
        confined = context.sandbox.is_confining
        reason = effect.reason or ("" if confined else "no sandbox confines the command here")
        before = await asyncio.to_thread(references, context.workspace.root)
        facts: dict[str, JsonValue] = {
            "sandbox": context.sandbox.name,
            "only_reads": effect.only_reads,
            "head_before": before.get("HEAD", ""),
        }
        if _is_keyed(line):
            facts["key"] = _key(arguments, context, before)
        elif not effect.only_reads:
            facts |= await asyncio.to_thread(intended, line, context.workspace.root, before)
        preview = f"git {arguments.args.strip().removeprefix('git ')}"
        reaches_out = line.subcommand in _REACHING_OUT
        if reaches_out:
            preview += f"\n{await _address(line, context)}"
        return Intent(
            preview=preview,
            is_gated=bool(reason),
            reason=reason,
            is_local=not reaches_out,
            changes_nothing=effect.only_reads and confined,
            facts=facts,
        )

    async def run(self, arguments: GitCommandArguments, context: ToolContext) -> ToolResult:
        """Exit code, output, and what moved in the repository."""
        line, effect = _understood(arguments, context)
        if effect.only_reads:
            done = await _execute(hardened(line, ceiling=_above(context)), context, may_write=False)
            return _result(done, {})
        root = context.workspace.root
        before = await asyncio.to_thread(references, root)
        command = await _writing(line, arguments, context, before)
        reaches_out = line.subcommand in _REACHING_OUT
        done = await _execute(command, context, may_write=True, may_connect=reaches_out)
        return _result(done, _facts_of(before, await asyncio.to_thread(references, root)))

    async def probe(
        self, arguments: GitCommandArguments, facts: dict[str, Any], context: ToolContext
    ) -> Probe:
        """A commit is found by its key, a merge in the history, and what moved nothing runs again."""
        if facts.get("only_reads"):
            return Probe(Happened.NOT_YET)
        if not context.sandbox.is_confining:
            return Probe(Happened.IN_DOUBT)
        after = await asyncio.to_thread(references, context.workspace.root)
        if key := facts.get("key"):
            return await _probe_of_commit(str(key), facts, after, context)
        line, root = parse(arguments.args), context.workspace.root
        found = await happened(line, facts, root, after, partial(_looked, context))
        text = f"git {line.subcommand} had ended before the interruption."
        return Probe(found, ToolResult(text=text, facts=_heads(facts, after)))


async def _probe_of_commit(
    key: str, facts: dict[str, Any], after: dict[str, str], context: ToolContext
) -> Probe:
    """Whether the commit that carries a key was made."""
    if after.get("HEAD", "") == facts.get("head_before"):
        lock = context.workspace.root / ".git" / "index.lock"
        return Probe(Happened.IN_DOUBT if lock.exists() else Happened.NOT_YET)
    commit = await _commit_with(key, context)
    if not commit:
        return Probe(Happened.IN_DOUBT)
    text = f"The commit {commit} was made before the interruption."
    return Probe(Happened.DONE, ToolResult(text=text, facts=_heads(facts, after)))


def _heads(facts: dict[str, Any], after: dict[str, str]) -> dict[str, JsonValue]:
    """Where ``HEAD`` was and is."""
    return {"head_before": facts.get("head_before", ""), "head_after": after.get("HEAD", "")}


async def _looked(context: ToolContext, line: GitCommandLine) -> CommandResult:
    """How a command ended that only reads."""
    return await _execute(hardened(line, ceiling=_above(context)), context, may_write=False)


def _understood(
    arguments: GitCommandArguments, context: ToolContext
) -> tuple[GitCommandLine, Effect]:
    """The command and what it does. Raises ``ToolFailed`` for what is not allowed."""

    def is_path(operand: str) -> bool:
        try:
            return context.workspace.exists(operand)
        except (PathRefused, OSError):
            return True  # to be on the safe side: then a person looks at it

    line = parse(arguments.args)
    return line, effect_of(line, is_path)


def _is_keyed(line: GitCommandLine) -> bool:
    """Whether the command makes one commit with a message of its own."""
    return line.subcommand == "commit" and not line.has("dry-run", "fixup", "squash")


def _key(arguments: GitCommandArguments, context: ToolContext, before: dict[str, str]) -> str:
    """What marks the commit of this very call."""
    parts = [context.task_id, context.subtask_id, arguments.args, before.get("HEAD", "")]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:20]


async def _writing(
    line: GitCommandLine,
    arguments: GitCommandArguments,
    context: ToolContext,
    before: dict[str, str],
) -> str:
    """The shell command of something that may change the repository."""
    extra: tuple[str, ...] = ()
    if _is_keyed(line):
        extra = ("--trailer", f"{TRAILER}: {_key(arguments, context, before)}")
    committer = await asyncio.to_thread(identity)
    command = hardened(line, ceiling=_above(context), extra=extra)
    return with_identity(command, committer.name, committer.email)


async def _address(line: GitCommandLine, context: ToolContext) -> str:
    """Where a command would send to, for the person who is asked."""
    if not context.sandbox.is_confining:
        return "(where it leads to is not looked up without a sandbox)"
    name = line.first or "origin"
    push = ("--push",) if line.subcommand == "push" else ()
    look = GitCommandLine(
        ("remote", "get-url", *push, "--all", name), "remote", frozenset(), (), has_separator=False
    )
    done = await _looked(context, look)
    return f"to {name}: {_without_password(done.output.strip())}"


async def _commit_with(key: str, context: ToolContext) -> str:
    """The short name of the commit that carries a key; empty when there is none."""
    words = ("log", f"-n{_LOOKED_THROUGH}", f"--format=%h %(trailers:key={TRAILER},valueonly)")
    look = GitCommandLine(words, "log", frozenset(), (), has_separator=False)
    done = await _looked(context, look)
    if done.exit_code != 0:
        return ""
    found = (entry.split() for entry in done.output.splitlines())
    return next((parts[0] for parts in found if parts[1:] == [key]), "")


async def _execute(
    command: str, context: ToolContext, *, may_write: bool, may_connect: bool = False
) -> CommandResult:
    """How the command ended. Raises ``ToolFailed`` when it could not be confined."""
    try:
        return await context.sandbox.run(
            command,
            workspace=context.workspace.root,
            timeout_seconds=_SECONDS,
            may_write=may_write,
            may_write_git=may_write,
            may_connect=may_connect,
            max_output_bytes=MAX_RESULT_BYTES - 2048,
        )
    except SandboxUnavailable as error:
        raise ToolFailed(str(error), ErrorCategory.RUNTIME) from error


def _facts_of(before: dict[str, str], after: dict[str, str]) -> dict[str, JsonValue]:
    """What moved in the repository."""
    changed = moved(before, after)
    return {
        "head_before": before.get("HEAD", ""),
        "head_after": after.get("HEAD", ""),
        "refs": {name: list(pair) for name, pair in changed.items()},
    }


def _result(done: CommandResult, facts: dict[str, JsonValue]) -> ToolResult:
    """The result for model and journal."""
    category = category_of(done)
    noted: dict[str, JsonValue] = {}
    if done.planted.paths:
        noted["quarantined"] = list(done.planted.paths)
    if done.refused:
        noted["refused"] = list(done.refused)
    return ToolResult(
        text=_without_password(said(done, _SECONDS)),
        is_error=category is not None,
        category=category,
        facts={"exit_code": done.exit_code, **facts, **noted},
    )


def _without_password(text: str) -> str:
    """Text in which addresses carry no user and password."""
    return re.sub(r"(\w://)[^/\s@]+@", r"\1***@", text)


def _above(context: ToolContext) -> str:
    """The directory above the workspace."""
    return str(PurePosixPath(context.workspace.root).parent)
