"""The lines of a Markdown text with what each of them is."""

import re
from dataclasses import dataclass

TABLE = "table"
_ITEM = re.compile(
    r"^(?P<indent>\s*)(?:[-*+]|(?P<number>\d+[.)]))\s+(?P<box>\[[ xX]\]\s*)?(?P<text>.*)$"
)
_HEADING = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*$")
_TABLE_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")


@dataclass(frozen=True, slots=True)
class Block:
    """One line that says something."""

    kind: str
    """``heading``, ``item``, ``number``, ``box``, ``code``, ``prose``, or ``table``: what is under a head."""
    words: str
    level: int = 0
    """Of a heading, 1 to 6; of an item, how deep it stands, from 0."""
    is_checked: bool = False


def blocks(text: str) -> list[Block]:
    """The lines that say something, in order; a block of code is one."""
    found: list[Block] = []
    code: list[str] | None = None
    for line in text.splitlines():
        if _FENCE.match(line):
            if code is not None:
                found.append(Block("code", "\n".join(code)))
            code = [] if code is None else None
        elif code is not None:
            code.append(line)
        elif line.strip():
            _add(line, found)
    return [*found, *([Block("code", "\n".join(code))] if code else [])]


def _add(line: str, found: list[Block]) -> None:
    """Add one line, or make the one before a heading."""
    marks = set(line.strip())
    if marks in ({"="}, {"-"}) and len(line.strip()) > 1 and found and found[-1].kind == "prose":
        found[-1] = Block("heading", found[-1].words, level=1 if "=" in marks else 2)
    elif heading := _HEADING.match(line):
        found.append(Block("heading", heading[2], level=len(heading[1])))
    elif item := _ITEM.match(line):
        kind = "box" if item["box"] else ("number" if item["number"] else "item")
        is_checked = "x" in (item["box"] or "").lower()
        found.append(Block(kind, item["text"].strip(), len(item["indent"]) // 2, is_checked))
    elif "|" in line and _TABLE_RULE.match(line):
        found.append(Block(TABLE, ""))
    else:
        found.append(Block("prose", line.strip()))
