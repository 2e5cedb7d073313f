"""Asking for one shell command: small models know ``mv`` and ``rm`` better than the arguments of tools."""

import re
from collections.abc import Sequence

from loom_core.prompts.feedback import told
from loom_core.types import Message, Role

_FENCED = re.compile(r"```(?:bash|sh|shell|console)?[ \t]*\n(.*?)(?:```|\Z)", re.DOTALL)
_PROMPT_SIGN = re.compile(r"^\s*\$ ", re.MULTILINE)
_COMMENT_LINE = re.compile(r"^\s*#.*\n?", re.MULTILINE)


def command_messages(
    task: str, listing: str, *, feedback: Sequence[str] = ()
) -> tuple[Message, ...]:
    """The conversation that asks for a command.

    Args:
        task: what is wanted, in the user's or planner's words.
        listing: the files there are.
        feedback: what was wrong with earlier attempts, oldest first.
    """
    request = (
        f"The current directory holds:\n{listing or '(nothing)'}\n\n{task}{told(feedback)}\n\n"
        "Answer with the one shell command that does exactly this, in a fenced block. If it needs a "
        "directory that is not there yet, make it first with mkdir -p and &&."
    )
    return (Message(role=Role.USER, text=request),)


def command_in(text: str) -> str:
    """The command in an answer: its first fenced block, or all of it when it has none."""
    fenced = _FENCED.search(text)
    command = fenced.group(1) if fenced else text.strip().strip("`")
    return _COMMENT_LINE.sub("", _PROMPT_SIGN.sub("", command)).strip()
