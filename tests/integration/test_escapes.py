"""Sixty ways in which a text can act on a terminal: none of them reaches it, whoever wrote the text."""

import re

import pytest
from hostile_text import ALL, SEQUENCES
from scenario import GOAL, done, says_hi, turns, write
from terminal import Terminal

from loom_core.testing import Reply

pytestmark = pytest.mark.slow

OWN = re.compile(r"\r\x1b\[2K|\x1b\[(?:\d+;?)*m|\r?\n")
"""What Loom itself sends: to take its status line away, colours, and the ends of lines."""
ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
)
NO_SANDBOX = '[sandbox]\nbackend = "none"\n[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n'


def shown_by(terminal):
    """What reached the terminal beside Loom's own sequences; those of the corpus are marked."""
    terminal.finish()
    return OWN.sub("", terminal.shown)


def assert_harmless(text, where):
    for number, sequence in enumerate(SEQUENCES):
        assert f"<{number}{sequence}>" not in text, f"{sequence!r} in {where}"
    assert ACTING.findall(text) == []


def test_there_are_sixty_of_them():
    assert len(set(SEQUENCES)) == len(SEQUENCES) >= 60


def test_what_a_model_says_and_asks_and_wants_to_run_cannot_act(place):
    place.serve(
        *turns(
            Reply(text=ALL),
            Reply.calling("ask_user", question=ALL, options=[ALL[:190]]),
            Reply.calling("shell_execute", command=f"echo '{ALL.replace(chr(0), '')}'"),
            Reply.calling(f"tool{ALL[:40]}"),
            *says_hi()[:1],
            done(ALL),
        ),
        settings=NO_SANDBOX,
    )
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace, "--context", ALL)
    terminal.read_until("answer: ")
    terminal.type("1\n")
    terminal.read_until("[y]es once")
    terminal.type("y\n")

    text = shown_by(terminal)

    assert "asks to run" in text
    assert "the model asks" in text
    assert "␛[2J" in text
    assert_harmless(text, "a run")


def test_names_of_files_and_a_diff_cannot_act(place):
    names = [f"{n}{s}.txt".replace("/", "") for n, s in enumerate(SEQUENCES) if "\n" not in s]
    for name in names:
        (place.workspace / name).write_text(ALL)
    place.serve(
        *turns(
            Reply.calling("list_directory"),
            Reply.calling("read_file", path=names[0]),
            write(names[1], "x\n"),
            write("hello.txt", ALL),
            done("hi"),
        ),
        settings=NO_SANDBOX,
    )
    goal = "Create hello.txt that says hi"
    terminal = Terminal(place, "run", goal, "-w", place.workspace, "--approval", "manual")
    terminal.read_until("[y]es once")
    terminal.type("v\n")
    terminal.read_until("[y]es once", times=2)
    terminal.type("y\n")

    text = shown_by(terminal)

    assert "create hello.txt" in text
    assert_harmless(text, "a run")


@pytest.mark.parametrize("command", ["status", "events", "answer", "approve", "list"])
def test_what_is_looked_at_later_cannot_act(place, command):
    asks = Reply.calling("ask_user", question=ALL, options=[ALL[:190]])
    place.serve(*turns(Reply(text=ALL), asks), settings=NO_SANDBOX)
    place.work(f"Create hello.txt that says hi {ALL.replace(chr(0), '')}")
    arguments = [command] if command == "list" else [command, "last"]

    text = shown_by(Terminal(place, *arguments))

    assert text.strip()
    assert_harmless(text, command)
