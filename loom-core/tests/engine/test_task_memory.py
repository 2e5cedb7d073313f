"""What a running task remembers, and for whom."""

import pytest

from loom_core.engine.task_memory import TaskMemory
from loom_core.types import MemoryEntry, MemoryKind


def entry(text, kind=MemoryKind.CONTEXT, *tags):
    return MemoryEntry(kind=kind, text=text, tags=tags)


def memory(*stored):
    async def load():
        return stored

    return TaskMemory(load)


async def texts(known, text, limit=10):
    return [item.text for item in await known.recall(text, limit=limit)]


async def test_what_shares_words_is_found_and_the_rest_is_not():
    known = memory(entry("the parser is in parse.py"), entry("bananas are yellow"))

    assert await texts(known, "Extend the parser") == ["the parser is in parse.py"]


async def test_a_tag_is_found_like_a_word():
    known = memory(entry("it went well", MemoryKind.CONTEXT, "make-report"))

    assert await texts(known, "make-report") == ["it went well"]


@pytest.mark.parametrize(
    "kind", [MemoryKind.DECISION, MemoryKind.ERROR, MemoryKind.USER_INSTRUCTION]
)
async def test_some_kinds_are_for_everybody(kind):
    known = memory(entry("use tabs", kind), entry("other", MemoryKind.DISCOVERY))

    assert await texts(known, "nothing in common") == ["use tabs"]


async def test_what_was_added_is_found_at_once_beside_what_was_stored():
    known = memory(entry("alpha one"))

    await known.add([entry("alpha two")])

    assert set(await texts(known, "alpha")) == {"alpha one", "alpha two"}


async def test_the_limit_holds_and_nothing_is_told_twice():
    known = memory(*[entry(f"error {n} of alpha", MemoryKind.ERROR) for n in range(20)])

    found = await texts(known, "alpha", limit=5)

    assert len(found) == len(set(found)) == 5
