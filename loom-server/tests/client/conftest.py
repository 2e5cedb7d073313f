"""``loom`` called in the home of the server of a test."""

import asyncio

import pytest
from loom_call import call
from server_site import Site

from loom_core.cli.session import Session
from loom_core.errors import StoreError


@pytest.fixture
def loom(site: Site, monkeypatch):
    """Call ``loom`` in the home of the server, in a thread."""
    monkeypatch.setenv("LOOM_HOME", str(site.home))
    monkeypatch.chdir(site.root)

    async def run(*arguments):
        return await asyncio.to_thread(call, *arguments)

    return run


@pytest.fixture
def without_a_database(monkeypatch):
    """What lets no command open the database from then on."""

    def refuse(*_arguments, **_more):
        raise StoreError("nobody may open the database here")

    return lambda: monkeypatch.setattr(Session, "open_store", refuse)
