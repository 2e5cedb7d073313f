"""What a running task remembers, and for whom."""

import pytest

from loom_core.engine.memory.task_memory import TaskMemory
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


async def test_rare_words_count_more_than_frequent_ones():
    known = memory(entry("the report of May"), entry("the parser"), entry("the report of June"))

    assert (await texts(known, "parser report"))[0] == "the parser"


async def test_endings_of_words_and_case_do_not_matter():
    known = memory(entry("Created the converter"))

    assert await texts(known, "what it creates") == ["Created the converter"]


async def test_words_that_very_many_entries_have_are_passed_over():
    known = memory(*[entry(f"part {number} finished") for number in range(1_000)])

    assert await texts(known, "finished part 731") == ["part 731 finished"]


async def test_the_store_is_read_once_however_much_is_asked_and_added():
    loads = []

    async def load():
        loads.append(1)
        return ()

    known = TaskMemory(load)
    await known.add([entry("alpha")])
    await texts(known, "alpha")

    assert loads == [1]
    assert await texts(known, "alpha") == ["alpha"]
