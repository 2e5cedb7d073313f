"""Fixtures of the provider contract: each registered provider, and the scripted one."""

import sys
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: provider_subjects.py is found by its name

from provider_subjects import (
    OVER_TCP,
    SCRIPTED_MODEL,
    Subject,
    embedded,
    remote,
    serve_embedded,
    start_embedded,
)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(params=[SCRIPTED_MODEL, *remote()])
async def subject(request, tmp_path):
    """A provider whose answers are scripted."""
    made = Subject(request.param, tmp_path)
    yield made
    await made.close()


@pytest.fixture(params=remote())
async def remote_subject(request, tmp_path):
    """A provider that speaks to a scripted server."""
    made = Subject(request.param, tmp_path)
    yield made
    await made.close()


@pytest.fixture(
    params=[SCRIPTED_MODEL, *remote()]
    + [
        pytest.param(name, marks=[pytest.mark.embedded, pytest.mark.slow])
        for name in [*embedded(), OVER_TCP]
    ]
)
async def talker(request, tmp_path):
    """Any provider, embedded ones too: it will say something, nobody knows what."""
    from loom_core.testing import Reply, Rule, Script

    if request.param == OVER_TCP:
        server, provider = await serve_embedded(tmp_path)
        yield provider
        await provider.close()
        await server.close()
        return
    if request.param in embedded():
        provider = start_embedded(request.param)
        yield provider
        await provider.close()
        return
    made = Subject(request.param, tmp_path)
    text = Reply(text="a few words that make two pieces of a stream")
    colour = Rule(schema_text='"colour"', reply=Reply.answering({"colour": "blue"}))
    yield made.start(Script(rules=(colour,), default=text))
    await made.close()
