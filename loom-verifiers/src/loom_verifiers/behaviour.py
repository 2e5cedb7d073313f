"""How a Python file behaves: what it prints, or what one of its functions gives for many inputs."""

import asyncio
import json
import shlex
from abc import ABC, abstractmethod
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources

from loom_core.contracts.check import CheckContext
from loom_verifiers.checks.evidence import quote_seen
from loom_verifiers.checks.scratch_copy import scratch_copy
from loom_verifiers.same_result import is_same_output
from loom_verifiers.votes import digest_of

_TIMEOUT_SECONDS = 20.0
_PROBE = "loom_probe.py"
EVERYTHING = "*"
MIN_COMPARED = 3
"""Inputs that both must take before two functions can be said to do the same."""
SETTLED = 0.7
"""The part of the inputs on which two others have to agree before they can judge a third."""


class Behaviour(ABC):
    """What was seen of a program."""

    @abstractmethod
    def judged_by(self, one: "Behaviour", other: "Behaviour") -> bool | None:
        """Whether it does what two others do; None when these do not agree with each other."""

    @property
    @abstractmethod
    def digest(self) -> str:
        """SHA-256 in hex; the same for what does the same."""

    @abstractmethod
    def differs_from(self, other: "Behaviour") -> str:
        """What it does and what the other one does, as a part of a sentence."""


@dataclass(frozen=True, slots=True)
class Printed(Behaviour):
    """What a program printed."""

    text: str

    @property
    def digest(self) -> str:
        """Of the words that it printed, whatever stands between them."""
        return digest_of(" ".join(self.text.split()))

    def judged_by(self, one: Behaviour, other: Behaviour) -> bool | None:
        """Whether all three printed the same."""
        if not isinstance(one, Printed) or not isinstance(other, Printed):
            return None
        mine = [is_same_output(self.text, printed.text) for printed in (one, other)]
        if all(mine):
            return True
        return False if not any(mine) and is_same_output(one.text, other.text) else None

    def differs_from(self, other: Behaviour) -> str:
        """What both printed."""
        printed_by_other = other.text if isinstance(other, Printed) else ""
        return (
            f"it prints {quote_seen(self.text)}, but programs written anew print "
            f"{quote_seen(printed_by_other)}"
        )


@dataclass(frozen=True, slots=True)
class Answers(Behaviour):
    """What a function gave, by input as Python writes it; inputs that it refused are left out."""

    by_input: Mapping[str, str]

    @property
    def digest(self) -> str:
        """Of all that it gave."""
        return digest_of(json.dumps(dict(self.by_input), sort_keys=True))

    def judged_by(self, one: Behaviour, other: Behaviour) -> bool | None:
        """Whether it gives what both others give, wherever they give the same.

        The others have to agree on most inputs that all three take: where they do not, the task
        leaves the case open.
        """
        if not isinstance(one, Answers) or not isinstance(other, Answers):
            return None
        taken = [
            tried for tried in self.by_input if tried in one.by_input and tried in other.by_input
        ]
        settled = [tried for tried in taken if one.by_input[tried] == other.by_input[tried]]
        if len(settled) < min(MIN_COMPARED, len(self.by_input)) or len(settled) < SETTLED * len(
            taken
        ):
            return None
        return all(self.by_input[tried] == one.by_input[tried] for tried in settled)

    def differs_from(self, other: Behaviour) -> str:
        """The first input for which they differ, with what both give."""
        theirs: Mapping[str, str] = other.by_input if isinstance(other, Answers) else {}
        for tried, given in self.by_input.items():
            if theirs.get(tried, given) != given:
                return (
                    f"for {tried} it gives {given}, but functions written anew give {theirs[tried]}"
                )
        return "functions written anew take other inputs"


async def printed(path: str, content: str | None, look: CheckContext) -> Printed | None:
    """What a Python or shell program prints in a copy; None when it fails or prints nothing.

    Args:
        path: the program, relative to the workspace.
        content: what it holds instead of what it holds there; None is as it is.
        look: the workspace and the sandbox.

    Raises:
        WorkspaceTooLarge: the workspace cannot be copied.
    """
    interpreter = "sh" if path.endswith((".sh", ".bash")) else "python3"
    output = await run_in_copy(f"{interpreter} {shlex.quote(path)}", path, content, look)
    return Printed(output.strip()) if output and output.strip() else None


async def answers(
    path: str, function: str, content: str | None, look: CheckContext
) -> Answers | None:
    """What a function gives for many inputs; None when it cannot be imported or called at all.

    The function ``EVERYTHING`` is all that the file defines.

    Of a function that gives something else each time it is all that it gave in many calls.
    Arguments and errors as of ``printed``.
    """
    command = f"PYTHONHASHSEED=0 python3 {_PROBE} {shlex.quote(path)} {shlex.quote(function)}"
    output = await run_in_copy(command, path, content, look)
    if output is None:
        return None
    try:
        found: dict[str, str] = json.loads(output.splitlines()[-1])
    except (ValueError, IndexError):
        return None
    return Answers(found) if found else None


async def run_in_copy(
    command: str, path: str, content: str | None, look: CheckContext
) -> str | None:
    """The output of a command in a copy with the content; None when it does not end with success.

    Nothing that a model wrote runs where no sandbox confines it.
    """
    if not look.sandbox.is_confining:
        return None
    with ExitStack() as stack:
        copy = await asyncio.to_thread(stack.enter_context, scratch_copy(look.workspace.root))
        if content is not None:
            (copy / path).parent.mkdir(parents=True, exist_ok=True)
            (copy / path).write_text(content, encoding="utf-8", errors="replace")
        probe = resources.files("loom_verifiers").joinpath("probe.py").read_text("utf-8")
        (copy / _PROBE).write_text(probe, encoding="utf-8")
        done = await look.sandbox.run(command, workspace=copy, timeout_seconds=_TIMEOUT_SECONDS)
    return done.output if done.exit_code == 0 else None
