"""The web through the real entry point: asked about first, refused offline, never this machine."""

import socket

import pytest
from scenario import says_hi, texts_of, turns
from terminal import Terminal

from loom_core.testing import Reply

DENIES = '[approval]\nunattended = "deny"\n'
ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
GOAL = "Create hello.txt that contains hi"


@pytest.fixture
def listener():
    """A server on this machine that must never be connected to."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.setblocking(False)
        yield listener.getsockname()[1]
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.mark.parametrize(
    "call",
    [
        Reply.calling("web_fetch", url="https://example.com/?secret=1"),
        Reply.calling("web_search", query="secret"),
    ],
)
def test_nothing_is_fetched_or_searched_where_nobody_can_be_asked(place, call):
    place.serve(*turns(call, *says_hi()), settings=DENIES + ONE_ATTEMPT)

    finished = place.work(GOAL)

    assert finished.of("ToolCallDenied")[0]["tool"].startswith("web_")
    assert not any(data["tool"].startswith("web_") for data in finished.of("ToolCallStarted"))


def test_offline_the_model_is_told_and_nobody_is_asked(place):
    call = Reply.calling("web_fetch", url="https://example.com/")
    server = place.serve(*turns(call, *says_hi()), settings=DENIES + ONE_ATTEMPT)

    finished = place.work(GOAL, "--offline")

    assert "Loom is offline" in texts_of(server.requests[1].body, "tool")[0]
    assert not {"ToolCallDenied", "ApprovalRequested"} & set(finished.types)


def test_a_server_on_this_machine_is_not_reached_even_when_a_person_agrees(place, listener):
    call = Reply.calling("web_fetch", url=f"http://127.0.0.1:{listener}/admin")
    server = place.serve(*turns(call, *says_hi()), settings=DENIES + ONE_ATTEMPT)
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)

    terminal.read_until("[y]es once")
    terminal.type("y\n")
    terminal.finish()

    assert f"fetch http://127.0.0.1:{listener}/admin" in terminal.shown
    assert "127.0.0.1 is not a public address" in texts_of(server.requests[1].body, "tool")[0]
