"""A check of how a Markdown document is arranged."""

import asyncio
import re

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, unverified
from loom_verifiers.checks.files import MAX_READ_BYTES
from loom_verifiers.markdown import TABLE, Block, blocks

_WANTED = re.compile(
    r"(?P<kind>heading|box|number|item|table|code)(?:\s+(?P<count>\d+))?(?:\s*=\s*(?P<words>.+))?",
    re.DOTALL,
)
_SHOWN_AS = {
    "heading": "a heading",
    "box": "boxes to check, each of them a line such as - [ ] Thing",
    "number": "numbered lines, such as 1. Thing",
    "item": "items in a list of lines such as - Thing",
    "table": "a table with a line such as | --- | --- |",
    "code": "a fenced block of code",
}


class DocumentHas(Check):
    """Passes when a Markdown file holds elements of a kind.

    ``heading 1 = Title`` is a heading of the first level with that text, level and text may be left
    out; ``box 3``, ``number 3`` and ``item 3`` are so many lines of a list, without a number at least
    one; also ``table`` and ``code``.
    """

    name = "document_has"
    purpose = "target: a .md file; expected: heading 1 = TEXT; box, number, item with a count; table; code"
    tells_form = True

    def describe(self, target: str, expected: str) -> str:
        """What the document has, as it is written."""
        wanted = _WANTED.fullmatch(expected.strip())
        return f"{target} has {_in_words(wanted)}" if wanted else super().describe(target, expected)

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look for them."""
        label = f"{self.name} {target}"
        wanted = _WANTED.fullmatch(expected.strip())
        if wanted is None:
            return unverified(label, f"what it must have is one of {', '.join(_SHOWN_AS)}")
        if not await asyncio.to_thread(context.workspace.is_file, target):
            return failed(
                label, f"expected the file {target}, and there is none", shows_content=False
            )
        data = await asyncio.to_thread(context.workspace.read, target, max_bytes=MAX_READ_BYTES)
        found = _matching(wanted, blocks(data.decode("utf-8", "replace")))
        count = int(wanted["count"] or 0) if wanted["kind"] in {"box", "number", "item"} else 0
        if (len(found) == count) if count else found:
            return passed(label, f"has {expected}")
        many = f"; it has {len(found)}" if count else ""
        return failed(label, f"expected {_in_words(wanted)}{many}", shows_content=False)


def _in_words(wanted: re.Match[str]) -> str:
    """The elements that are wanted, as they are written."""
    kind, count, words = wanted["kind"], wanted["count"], wanted["words"]
    if kind == "heading":
        title = words or "Title"
        return f"the heading {'#' * int(count or 0) or '#'} {title}"
    return f"{count} {_SHOWN_AS[kind]}" if count else _SHOWN_AS[kind]


def _matching(wanted: re.Match[str], found: list[Block]) -> list[Block]:
    """The blocks of the kind, level and words that are wanted."""
    kind = wanted["kind"]
    if kind == "heading":
        return [
            block
            for block in found
            if block.kind == "heading"
            and (not wanted["count"] or block.level == int(wanted["count"]))
            and (not wanted["words"] or _plain(block.words) == _plain(wanted["words"]))
        ]
    if kind == "item":
        return [block for block in found if block.kind in {"item", "number", "box"}]
    if kind == "table":
        return [block for block in found if block.kind == TABLE]
    return [block for block in found if block.kind == kind]


def _plain(words: str) -> str:
    """Words without case, white space and marks around them."""
    return " ".join(words.casefold().split()).strip("*_#:. ")
