import pytest

from loom_core.events import MemoryExtracted
from loom_core.types import MemoryEntry, MemoryKind

HOSTILE = [
    '"',
    '""" OR "',
    "NEAR(a b)",
    "a NEAR/2 b",
    "* ^ : - + ( ) { }",
    "text : secret",
    "NOT",
    "AND OR NOT",
    "'; DROP TABLE memory_entries; --",
    "a\x00b",
    "\ud800",
    "\U0001d54c\U0001d55f \ufeff \u202e \u200b ñ",
    "%_",
    "x " * 5000,
    " ".join(f"word{i}" for i in range(2000)),
]


async def remember(run, *texts, kind=MemoryKind.DISCOVERY, tags=()):
    entries = tuple(MemoryEntry(kind=kind, text=text, tags=tags) for text in texts)
    await run.add(MemoryExtracted(entries=entries))


async def found(run, text, **narrowed):
    return [record.entry.text for record in await run.store.search_memory(text, **narrowed)]


async def test_words_are_found_best_first(run):
    await remember(run, "tests use pytest", "pytest pytest pytest", "unrelated")

    assert await found(run, "pytest") == ["pytest pytest pytest", "tests use pytest"]
    assert await found(run, "how do tests run?") == ["tests use pytest"]
    assert await found(run, "nothing like it") == []


async def test_words_are_found_in_other_forms_and_scripts(run):
    await remember(run, "The café configures 日本 in src/app.py")

    for text in ("CAFE", "configuring", "日本", "app.py", "src/app.py", '"café"'):
        assert len(await found(run, text)) == 1, text


async def test_tags_are_searched_too(run):
    await remember(run, "short", tags=("database", "ü"))

    [record] = await run.store.search_memory("database")

    assert record.entry.tags == ("database", "ü")


async def test_empty_text_gives_the_newest(run):
    await remember(run, "one", "two")
    await remember(run, "three")

    assert await found(run, "  ", limit=2) == ["three", "two"]


async def test_search_can_be_narrowed(run):
    await remember(run, "use tabs", kind=MemoryKind.DECISION)
    await remember(run, "tabs broke it", kind=MemoryKind.ERROR)

    assert await found(run, "tabs", kinds=[MemoryKind.ERROR]) == ["tabs broke it"]
    assert await found(run, "tabs", kinds=[MemoryKind.ERROR, MemoryKind.CONTEXT], limit=5) == [
        "tabs broke it"
    ]
    assert await found(run, "tabs", task_id="other") == []
    assert len(await found(run, "", task_id=run.task_id)) == 2


@pytest.mark.parametrize("text", HOSTILE)
async def test_what_users_type_is_never_syntax(text, run):
    await remember(run, "harmless")

    assert await found(run, text) == []
    assert await found(run, f"{text[:200]} harmless") == ["harmless"]
