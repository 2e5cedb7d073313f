"""A short goal of two or three steps as its steps, without asking a planner.

A small model that is given two steps does one, and the plan that it writes itself takes it longer than
the work. So a goal whose words come apart into commands, each about a file of its own, is split there; where
the wording leaves doubt it is not.
"""

import re
from collections.abc import Sequence

from loom_core.planning.named_paths import find_mentions
from loom_core.planning.quotation import find_quotations

MAX_CHARACTERS = 600
MAX_CLAUSES = 4

_VERBS = (
    r"(?:add|append|change|compute|convert|copy|count|create|delete|duplicate|edit|fix|generate|insert|make|move"
    r"|prepend|put|remove|rename|repair|replace|save|set|sort|store|sum|update|write)"
)
_SPLIT = re.compile(
    rf"""(?:[.;!]\s+|,?\s+(?:and\s+)?then\s+|,\s+(?:and\s+)?(?:finally\s+|also\s+)?(?={_VERBS}\b)
    |\s+and\s+(?:also\s+|finally\s+)?(?={_VERBS}\b))""",
    re.VERBOSE | re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"(?:,\s*|\s)and\s+(?:then\s+|also\s+)*(?=an?\s+(?:[\w-]+\s+){0,4}(?:called\s+|named\s+)?[\"'`]?$)",
    re.IGNORECASE,
)
"""Before a file that the verb of the first command also makes: ``Create a.py, and a script b.py``."""
_MAKES = re.compile(r"^(?:please\s+)?(?:create|make|write|add|generate)\b", re.IGNORECASE)
_LEAD = re.compile(
    r"^(?:(?:and|then|now|next|also|finally|first(?:ly)?|second(?:ly)?|after\s+that|afterwards|please)[\s,]+)+",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    rf"\b(?:(?:can|could|should|would|will|must|may)\s+\w+|to\s+{_VERBS})\b[^.;!]*$",
    re.IGNORECASE,
)
"""Before a verb that may still belong to what a program can do: ``that can read a.csv and write b.csv``."""
_COMMAND = re.compile(rf"^{_VERBS}\b", re.IGNORECASE)
_OF_RESULT = re.compile(
    r"^(?:put|save|store|write)\s+(?:only\s+|just\s+)?(?:it|this|that|them|the\s+(?:number|result|total|sum|count"
    r"|average|value|output|answer|list|lines?|words?|names?))\b(?!\s+[\"'`])",
    re.IGNORECASE,
)
"""A command that only says where the result of the one before goes."""
_ITS = re.compile(
    r"\bits\s+(?P<part>(?:very\s+)?(?:end|top|beginning|start|bottom|first\s+line|last\s+line))\b",
    re.IGNORECASE,
)
_IT = re.compile(
    r"(?P<before>\b(?:to|in|into|of|from|with|at|below|inside|[a-z]+))\s+(?:it|this\s+file|the\s+file)\b(?!\s+\w+s\b)",
    re.IGNORECASE,
)
_USES_IT = re.compile(
    r"(?P<before>\b(?:imports?|reads?|uses?|using|calls?|loads?|tests?|opens?|from))\s+it\b",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:this|that|the)\s+(?:number|result|total|sum|count|average|value|output|answer)\b",
    re.IGNORECASE,
)


def clauses(goal: str) -> list[str]:
    """The steps of a goal in order, each complete in itself; the whole goal alone when it is one."""
    text = goal.strip()
    if len(text) > MAX_CHARACTERS or "\n" in text:
        return [text]
    parts = _joined(_parts(text))
    if not 1 < len(parts) <= MAX_CLAUSES or not all(_COMMAND.match(part) for part in parts):
        return [text]
    complete = _completed(parts)
    named = [frozenset(mention.path for mention in find_mentions(part)) for part in complete]
    if not all(named) or len(set(named)) == 1:
        return [text]
    return complete


def _parts(text: str) -> list[str]:
    """The text cut wherever a command may begin, outside of what it quotes and of names of files."""
    hidden = text
    for span in [*find_quotations(text), *find_mentions(text)]:
        hidden = hidden[: span.start] + "x" * (span.end - span.start) + hidden[span.end :]
    cuts = [(match.start(), match.end(), "") for match in _SPLIT.finditer(hidden)]
    if _MAKES.match(text):
        cuts += _ellipses(text, hidden)
    parts: list[str] = []
    start, verb = 0, ""
    for cut, end, next_verb in sorted(cuts, key=lambda one: (one[0], not one[2])):
        if cut < start or _GOES_ON.search(hidden[start:cut]):
            continue
        parts.append(verb + text[start:cut])
        start, verb = end, next_verb
    parts.append(verb + text[start:])
    return [_LEAD.sub("", part.strip()).strip().rstrip(".") for part in parts if part.strip(" .")]


def _ellipses(text: str, hidden: str) -> list[tuple[int, int, str]]:
    """Where another file is named that the first verb governs: begin, end, and the verb to repeat."""
    found: list[tuple[int, int, str]] = []
    for mention in find_mentions(text)[1:]:
        match = _ANOTHER.search(hidden[: mention.start])
        if match:
            found.append((match.start(), match.end(), "Create "))
    return found


def _joined(parts: Sequence[str]) -> list[str]:
    """Those that are no command of their own put back to the one before."""
    joined: list[str] = []
    for part in parts:
        names_file = bool(find_mentions(part))
        is_own = bool(_COMMAND.match(part)) and not _OF_RESULT.match(part)
        if joined and not (is_own and (names_file or _IT.search(part) or _ITS.search(part))):
            glue = ". " if not _COMMAND.match(part) else " and "
            joined[-1] += glue + part
        else:
            joined.append(part)
    return joined


def _completed(parts: Sequence[str]) -> list[str]:
    """Each step with the file that it only calls *it*, or whose number it speaks of, by its name."""
    complete: list[str] = []
    last = ""
    for part in parts:
        whole = _with_names(part, last) if last else part
        now = find_mentions(whole)
        last = now[-1].path if now else last
        complete.append(whole[:1].upper() + whole[1:])
    return complete


def _with_names(part: str, last: str) -> str:
    """One step with the name of the file that the step before was about."""
    if not find_mentions(part):
        named = _ITS.sub(rf"the \g<part> of {last}", part)
        return _IT.sub(rf"\g<before> {last}", named, count=1)
    part_named = _USES_IT.sub(rf"\g<before> {last}", part, count=1)
    if _RESULT.search(part) and last not in part:
        return f"{part_named} (see {last})"
    return part_named
