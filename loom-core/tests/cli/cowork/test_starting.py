"""A session that is begun behind a face, which asks by itself what comes up meanwhile."""

from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from loom_core.cli.cowork.desk import Desk
from loom_core.cli.cowork.starting import begun_behind
from loom_core.cli.cowork.wish import Wish
from loom_core.errors import ModelUnavailable

QUESTION = "Fetch it?"


class FakeLoom:
    async def session(self, workspace, *, listener, resume, approval_mode):
        return f"a session in {workspace.name}"


class FakeSession:
    """Builds an engine that has to ask before it is ready."""

    def __init__(self):
        self.built = 0

    @asynccontextmanager
    async def build_loom(self, options):
        self.built += 1
        if not options.confirm(QUESTION):
            raise ModelUnavailable("not fetched")
        yield FakeLoom()


async def begin(session, answer):
    asked = []

    async def ask(question):
        asked.append(question)
        return answer

    wish = Wish(workspace=Path("w"))
    async with begun_behind(session, wish, Desk(), say=print, ask=ask) as (_, conversation):
        return asked, conversation


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_a_yes_begins_anew():
    session = FakeSession()

    assert await begin(session, answer=True) == ([QUESTION], "a session in w")
    assert session.built == 2


async def test_a_no_is_the_error_of_who_asked():
    session = FakeSession()

    with pytest.raises(ModelUnavailable, match="not fetched"):
        await begin(session, answer=False)
    assert session.built == 1
