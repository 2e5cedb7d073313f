"""Taking the padding out of a plan: subtasks that only look, repeat or check what is checked anyway."""

import re
from dataclasses import dataclass

from loom_core.types import Plan, Subtask

_LOOKS_ONLY = re.compile(
    r"^(?:verify|test|check|review|validate|confirm|ensure|make sure|double-check|inspect|analy[sz]e|"
    r"understand|plan|think|consider|decide|identify|determine)\b",
    re.IGNORECASE,
)
_CHANGES = re.compile(
    r"\b(?:write|create|add|fix|edit|change|implement|make|build|update|remove|delete|rename|move|save|"
    r"generate|refactor|install|run|document|record|report|list)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Pruned:
    """A plan without padding, and one sentence for each subtask that was taken out."""

    plan: Plan
    removed: tuple[str, ...]


def prune(plan: Plan) -> Pruned:
    """The plan without repeated subtasks and without ones that only look.

    Looking is what every subtask does first and what verification does last. A dependency on a
    subtask that repeats another passes to that other, one on a subtask that only looks to what
    that one depended on. The last subtask is never removed.
    """
    stands_for: dict[str, tuple[str, ...]] = {}
    sentences: list[str] = []
    kept: dict[str, str] = {}
    for subtask in plan.subtasks:
        twin = kept.get(_plain(subtask.description))
        if twin is not None:
            stands_for[subtask.id] = (twin,)
            sentences.append(f"{subtask.id} repeats {twin}")
        elif _only_looks(subtask) and len(plan.subtasks) - len(stands_for) > 1:
            stands_for[subtask.id] = subtask.depends_on
            sentences.append(f"{subtask.id} only looks at what is checked anyway")
        else:
            kept[_plain(subtask.description)] = subtask.id
    remaining = tuple(
        subtask.model_copy(update={"depends_on": _rewired(subtask, stands_for)})
        for subtask in plan.subtasks
        if subtask.id not in stands_for
    )
    return Pruned(plan.model_copy(update={"subtasks": remaining}), tuple(sentences))


def _only_looks(subtask: Subtask) -> bool:
    """Whether nothing in the description changes anything and no check asks for anything."""
    return (
        not subtask.checks
        and bool(_LOOKS_ONLY.match(subtask.description.strip()))
        and not _CHANGES.search(subtask.description)
    )


def _rewired(subtask: Subtask, stands_for: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The dependencies with each removed one replaced by what stands for it, as deep as it goes."""
    found: dict[str, None] = {}
    waiting = list(subtask.depends_on)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop(0)
        if name in seen:
            continue
        seen.add(name)
        if name in stands_for:
            waiting.extend(stands_for[name])
        elif name != subtask.id:
            found[name] = None
    return tuple(found)


def _plain(text: str) -> str:
    """A description without case and punctuation."""
    return re.sub(r"\W+", " ", text.lower()).strip()
