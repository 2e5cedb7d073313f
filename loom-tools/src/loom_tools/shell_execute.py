"""The tool that runs a command."""

import re
from typing import Annotated

from pydantic import BeforeValidator, Field, field_validator

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.errors import ErrorCategory, SandboxUnavailable, ToolFailed
from loom_core.sandbox import CommandResult
from loom_core.types import ToolResult
from loom_tools.arguments import Arguments, as_command_line
from loom_tools.command_shape import beginning_of, only_looks
from loom_tools.planted import told_of
from loom_tools.refused import told_of_refused
from loom_tools.text import MAX_RESULT_BYTES

MAX_SECONDS = 120
_SECONDS_TO_SPARE = 15
"""For setting the sandbox up and clearing up after it."""
_BY_EXIT_CODE = {126: ErrorCategory.PERMISSION, 127: ErrorCategory.NOT_FOUND}
_REPOSITORY_IS_CLOSED = re.compile(
    r"\.git/\S*': (Read-only file system|Permission denied)|Author identity unknown"
)
_BY_OUTPUT = (
    (re.compile(r"SyntaxError|syntax error"), ErrorCategory.SYNTAX),
    (re.compile(r"Permission denied|Read-only file system"), ErrorCategory.PERMISSION),
    (re.compile(r"No such file or directory|ModuleNotFoundError"), ErrorCategory.NOT_FOUND),
)


class ShellExecuteArguments(Arguments):
    """What to run, and for how long at most."""

    command: Annotated[str, BeforeValidator(as_command_line), Field(max_length=20_000)]
    timeout_seconds: Annotated[int, Field(ge=1, le=MAX_SECONDS)] = 60

    @field_validator("command")
    @classmethod
    def _says_something(cls, command: str) -> str:
        """Refuse a blank command, and one that no program could be given."""
        if not command.strip():
            raise ValueError("the command is empty; give a shell command")
        if "\0" in command:
            raise ValueError("the command holds a NUL character; leave it out")
        return command


class ShellExecute(Tool[ShellExecuteArguments]):
    """Runs a command in the sandbox, in the workspace.

    What a command changed nobody can know beforehand: whoever runs it compares the workspace, as the
    engine does, unless all of the command is understood and can do nothing but look. A sandbox that
    confines hides files that usually hold secrets; where none does, each command asks first, unless
    it only looks.
    """

    name = "shell_execute"
    is_always_offered = True
    purpose = "Run a shell command in the workspace, such as a test or a program."
    arguments_model = ShellExecuteArguments
    essential = ("command",)
    risk = Risk.EXECUTE
    recovery = RecoveryClass.UNKNOWN
    reads_private = True
    untrusted_input = True
    timeout_seconds = float(MAX_SECONDS + _SECONDS_TO_SPARE)

    async def intend(self, arguments: ShellExecuteArguments, context: ToolContext) -> Intent:
        """The exact command; gated where no sandbox confines it and it may do more than look."""
        command, root = arguments.command, context.workspace.root
        is_look = only_looks(command, root)
        is_gated = not context.sandbox.is_confining and not is_look
        return Intent(
            preview=command,
            is_gated=is_gated,
            reason="no sandbox confines the command here" if is_gated else "",
            target=beginning_of(command, root),
            is_local=is_look,
            changes_nothing=is_look,
            facts={"sandbox": context.sandbox.name, "may_connect": not is_look},
        )

    async def run(self, arguments: ShellExecuteArguments, context: ToolContext) -> ToolResult:
        """Exit code and output."""
        done = await _execute(arguments, context)
        category = _category(done)
        return ToolResult(
            text=_said(done, arguments),
            is_error=category is not None,
            category=category,
            facts={
                "exit_code": done.exit_code,
                "timed_out": done.timed_out,
                **({"quarantined": list(done.planted.paths)} if done.planted.paths else {}),
                **({"refused": list(done.refused)} if done.refused else {}),
            },
        )


async def _execute(arguments: ShellExecuteArguments, context: ToolContext) -> CommandResult:
    """How the command ended. Raises ``ToolFailed`` when it could not be confined.

    One that was not asked about, since it could only look, has no network either: that was decided
    with the intent, and the workspace may have changed since.
    """
    root = context.workspace.root
    try:
        return await context.sandbox.run(
            arguments.command,
            workspace=root,
            timeout_seconds=arguments.timeout_seconds,
            may_connect=context.intended.get("may_connect") is True,
            max_output_bytes=MAX_RESULT_BYTES - 2048,
        )
    except SandboxUnavailable as error:
        raise ToolFailed(str(error), ErrorCategory.RUNTIME) from error


def _category(done: CommandResult) -> ErrorCategory | None:
    """What kind of failure it was; None for success."""
    if done.timed_out:
        return ErrorCategory.TIMEOUT
    if done.exceeded:
        return ErrorCategory.RUNTIME
    if done.exit_code == 0:
        return None
    by_code = _BY_EXIT_CODE.get(done.exit_code or 0)
    by_output = (category for words, category in _BY_OUTPUT if words.search(done.output))
    return by_code or next(by_output, ErrorCategory.RUNTIME)


def _said(done: CommandResult, arguments: ShellExecuteArguments) -> str:
    """What the model reads."""
    lines = [f"exit code {done.exit_code}"]
    if done.timed_out:
        lines = [f"killed after {arguments.timeout_seconds} s: the command did not end in time"]
    if done.exceeded:
        lines = [f"killed: {done.exceeded}"]
    lines.append(done.output.rstrip("\n") or "(no output)")
    if done.left_out_bytes:
        lines.append("[to see the rest, write the output to a file and read parts of it]")
    if _REPOSITORY_IS_CLOSED.search(done.output):
        lines.append("[commands cannot change the repository; use git_command for that]")
    lines.extend([*told_of_refused(done.refused), *told_of(done.planted)])
    return "\n".join(lines)
