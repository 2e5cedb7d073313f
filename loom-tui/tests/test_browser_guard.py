"""The guard of ``loom tui --serve`` by itself: codes, names and origins."""

import pytest

from loom_tui.browser.guard import CODE_SECONDS, Guard
from loom_tui.command import arguments_without_serving

HOST = {"Host": "127.0.0.1:8000"}


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def code_of(guard):
    return guard.link.partition("code=")[2]


def test_code_works_once():
    guard = Guard(8000)

    assert not guard.takes("")
    assert not guard.takes("ä")
    assert guard.takes(code_of(guard))
    assert not guard.takes(code_of(guard))


def test_code_is_soon_too_old():
    clock = Clock()
    guard = Guard(8000, clock=clock)
    clock.now = CODE_SECONDS

    assert not guard.takes(code_of(guard))


@pytest.mark.parametrize(
    ("headers", "is_socket", "is_refused"),
    [
        (HOST, False, False),
        ({"Host": "localhost:8000"}, False, False),
        ({"Host": "localhost"}, False, True),
        ({}, False, True),
        (HOST, True, True),
        ({**HOST, "Origin": "http://127.0.0.1:8000"}, True, False),
        ({**HOST, "Origin": "http://127.0.0.1:8001"}, True, True),
        ({**HOST, "Origin": "null"}, False, True),
        ({**HOST, "Sec-Fetch-Site": "same-site"}, False, True),
    ],
)
def test_only_its_own_pages_may_ask(headers, is_socket, is_refused):
    assert bool(Guard(8000).problem(headers, is_socket=is_socket)) is is_refused


def test_tab_is_started_as_the_command_line_was(tmp_path):
    arguments = arguments_without_serving(
        tmp_path, config=None, resume="last", model="a b", approval="manual", is_offline=True
    )

    assert arguments == [
        "--workspace",
        str(tmp_path),
        "--model",
        "a b",
        "--approval",
        "manual",
        "--resume=last",
        "--offline",
    ]
