"""The seven sections of a prompt, most stable first, and how they are cut to a budget."""

from dataclasses import dataclass, replace

from loom_core.types import Message, Role

CHARACTERS_PER_TOKEN = 3.2
"""A cautious estimate over code and English; the server's own usage numbers correct it."""

_CUT_MARK = "\n[… left out to fit the model's window]"


@dataclass(frozen=True, slots=True)
class PromptSections:
    """What a prompt says, in the order in which it is sent.

    The first four are the same for every subtask of a run, so that siblings share them in the
    model server's cache; then comes what is fixed for the task, then what is the subtask's own.
    """

    role: str
    constraints: str
    tools: str
    output_format: str
    examples: str
    """Part of the output format that may be dropped."""
    goal: str
    """The part of the task section that is never cut."""
    task_detail: str
    memory: str
    subtask: str


def estimate_tokens(text: str) -> int:
    """About how many tokens a text is."""
    return tokens_of(len(text))


def tokens_of(characters: int) -> int:
    """About how many tokens a text of so many characters is."""
    return int(characters / CHARACTERS_PER_TOKEN) + 1


def assemble(sections: PromptSections, *, budget_tokens: int) -> tuple[Message, Message]:
    """The system turn and the first user turn, shortened to about a number of tokens.

    Memory is shortened first, then the task's detail, then examples are dropped. Role,
    constraints, tools, format, goal and subtask are never cut, even if that exceeds the budget:
    the caller sees the size and refuses.
    """
    fitted = _fit(sections, budget_tokens)
    system = [
        fitted.role,
        _headed("Rules", fitted.constraints),
        _headed("Tools", fitted.tools),
        _headed(
            "Format", "\n\n".join(part for part in (fitted.output_format, fitted.examples) if part)
        ),
    ]
    user = [
        _headed("Goal", "\n\n".join(part for part in (fitted.goal, fitted.task_detail) if part)),
        _headed("Known so far", fitted.memory),
        fitted.subtask,
    ]
    return (
        Message(role=Role.SYSTEM, text="\n\n".join(part for part in system if part)),
        Message(role=Role.USER, text="\n\n".join(part for part in user if part)),
    )


def _headed(heading: str, body: str) -> str:
    """A section with its heading; empty when there is nothing under it."""
    return f"## {heading}\n{body}" if body else ""


def _fit(sections: PromptSections, budget_tokens: int) -> PromptSections:
    """The sections with the least important ones shortened until all fit."""
    for name in ("memory", "task_detail", "examples"):
        excess = _size(sections) - budget_tokens
        if excess <= 0:
            break
        text: str = getattr(sections, name)
        keep = (
            0
            if name == "examples"
            else len(text) - int(excess * CHARACTERS_PER_TOKEN) - len(_CUT_MARK)
        )
        sections = replace(sections, **{name: _head(text, keep)})
    return sections


def _size(sections: PromptSections) -> int:
    """Estimated tokens of all sections."""
    return sum(estimate_tokens(getattr(sections, name)) for name in PromptSections.__slots__)


def _head(text: str, characters: int) -> str:
    """The first lines of a text that fit, with a mark; empty when none does."""
    if characters <= 0:
        return ""
    cut = text[:characters]
    return cut[: cut.rfind("\n") if "\n" in cut else characters] + _CUT_MARK
