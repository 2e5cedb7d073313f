"""Whether a goal is small enough to be one subtask without asking a planner."""

import re

from loom_core.planning.named_paths import named_paths

_MAX_CHARACTERS = 400
_MAX_FILES = 2
_SENTENCE_END = re.compile(r"[.!?]\s+(?=[A-Z\"'`(])")
_SEQUENCE = re.compile(
    r"\b(?:and then|then|after that|afterwards|finally|first(?:ly)?|second(?:ly)?|next,)\b",
    re.IGNORECASE,
)
_LIST_ITEM = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+", re.MULTILINE)


def is_short(goal: str) -> bool:
    """Whether a goal is so short that a weak planner can only make it worse."""
    text = goal.strip()
    return len(text) <= _MAX_CHARACTERS and "\n" not in text


def is_trivial(goal: str) -> bool:
    """Whether a goal is one small step: short, one sentence, no list, no sequence, few files.

    A wrong yes costs little (one subtask gets the whole goal); a wrong no costs a planner call.
    The words of sequence are English; in other languages length, sentences and lists decide.
    """
    text = goal.strip()
    return (
        is_short(text)
        and not _SENTENCE_END.search(text)
        and not _SEQUENCE.search(text)
        and not _LIST_ITEM.search(text)
        and ";" not in text
        and len(named_paths(text)) <= _MAX_FILES
    )
