"""Checks that run a command, in the sandbox and without changing the workspace."""

import asyncio
import re
from collections.abc import Callable
from contextlib import ExitStack

from loom_core.contracts.check import Check, CheckContext
from loom_core.sandbox import CommandResult
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, quote_seen, unverified
from loom_verifiers.checks.scratch_copy import WorkspaceTooLarge, scratch_copy
from loom_verifiers.checks.text_match import advice_on_case, contains_text

COMMAND_TIMEOUT_SECONDS = 30.0

_NOT_EXECUTABLE, _NOT_FOUND = 126, 127
"""Exit codes of a shell that could not start the program."""
_RUNS_TESTS = re.compile(r"\bpython[\d.]*\s+-m\s+unittest\b")
_RAN_TESTS = re.compile(r"^Ran [1-9]\d* tests?\b", re.MULTILINE)
_WANTED_TO_WRITE = "Read-only file system"


class CommandSucceeds(Check):
    """Passes when a command ends with exit code 0."""

    name = "command_succeeds"
    purpose = "target: a command that must end with exit code 0 (no network, may not change files)"
    demand = "`{target}` runs without an error"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Run the command."""
        judge = _has_run_tests if _RUNS_TESTS.search(target) else _anything_goes
        return await _run(f'{self.name} "{target}"', target, context, judge=judge)


class CommandPrints(Check):
    """Passes when a command ends with exit code 0 and prints something."""

    name = "command_prints"
    purpose = "target: a command that must end with exit code 0 and print something"
    demand = "`{target}` runs and prints something"
    review_tier = 2

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Run the command and look whether it printed anything."""
        label = f'{self.name} "{target}"'
        return await _run(label, target, context, judge=_has_printed)


class CommandOutputMatches(Check):
    """Passes when a command ends with exit code 0 and prints the expected text."""

    name = "command_output_matches"
    purpose = "target: a command; expected: text that its output must contain"
    demand = "`{target}` prints: {expected}"
    shows_behaviour = True
    settles = True

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Run the command and look for the text."""
        label = f'{self.name} "{target}"'
        if not expected.strip():
            return unverified(label, "no expected text was given")

        def judge(output: str) -> str:
            if contains_text(output, expected):
                return ""
            return f'expected the output to contain "{expected}"{advice_on_case(output, expected)}'

        return await _run(label, target, context, judge=judge)


async def _run(
    label: str, command: str, context: CheckContext, *, judge: Callable[[str], str]
) -> Evidence:
    """The evidence of one command; nothing runs where no sandbox confines it."""
    if not context.sandbox.is_confining:
        return unverified(label, "was not run: no sandbox confines commands on this machine")
    result = await _execute(command, context)
    if result.exit_code and _WANTED_TO_WRITE in result.output:
        try:
            result = await _execute_in_copy(command, context)
        except WorkspaceTooLarge as error:
            return unverified(label, f"it wants to write, and {error}")
    return _conclude(label, result, judge)


async def _execute(command: str, context: CheckContext) -> CommandResult:
    """Run the command with the workspace read-only."""
    return await context.sandbox.run(
        command,
        workspace=context.workspace.root,
        timeout_seconds=COMMAND_TIMEOUT_SECONDS,
        may_write=False,
    )


async def _execute_in_copy(command: str, context: CheckContext) -> CommandResult:
    """Run the command in a copy of the workspace that it may write."""
    with ExitStack() as stack:
        place = await asyncio.to_thread(stack.enter_context, scratch_copy(context.workspace.root))
        return await context.sandbox.run(
            command, workspace=place, timeout_seconds=COMMAND_TIMEOUT_SECONDS
        )


def _anything_goes(_output: str) -> str:
    """Nothing is wrong with any output."""
    return ""


def _has_run_tests(output: str) -> str:
    """What is wrong with tests of which none ran: unittest ends with 0 then, and so does who exits."""
    return "" if _RAN_TESTS.search(output) else "expected at least one test to run"


def _has_printed(output: str) -> str:
    """What is wrong with an output that should hold something."""
    return "" if output.strip() else "expected it to print something"


def _conclude(label: str, result: CommandResult, judge: Callable[[str], str]) -> Evidence:
    """What the command's end and output say."""
    seen = quote_seen(result.output)
    if result.timed_out:
        return failed(
            label, f"expected it to end within {COMMAND_TIMEOUT_SECONDS:g} s; until then: {seen}"
        )
    if result.exceeded:
        return failed(label, f"it was killed: {result.exceeded}; until then: {seen}")
    if result.exit_code in {_NOT_EXECUTABLE, _NOT_FOUND}:
        return unverified(label, f"the command could not be started here: {seen}")
    if result.exit_code != 0:
        return failed(label, f"expected exit code 0, got {result.exit_code}; it printed {seen}")
    problem = judge(result.output)
    if problem:
        return failed(label, f"{problem}; it printed {seen}")
    return passed(label, f"exit code 0; it printed {seen}")
