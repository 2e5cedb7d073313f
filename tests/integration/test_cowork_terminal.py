"""``loom cowork`` as a person uses it: in a pipe, and on a terminal with keys."""

import json
import re

import pytest
from hostile_text import ALL, SEQUENCES
from scenario import LIMIT_SECONDS, Place, write
from terminal import Terminal

from loom_core.testing import Reply, Rule

pytestmark = pytest.mark.slow

EDITS = (
    Rule(last_user="first", last="first", reply=write("a.txt", "one\n")),
    Rule(last_user="second", last="second", reply=write("b.txt", "two\n")),
    Rule(last_user="third", last="third", reply=write("c.txt", "three\n")),
    Rule(last_user="slow", reply=Reply(text="word " * 400, chunk_delay_seconds=0.1)),
    Rule(reply=Reply(text="That is all.")),
)
MANUAL = '[approval]\nmode = "manual"\n'


def begin_cowork(place: Place, *options: str) -> Terminal:
    """A person who sees the prompt; there need not be a session yet."""
    place.extra_environment = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "40"}
    terminal = Terminal(place, "cowork", "-w", place.workspace, *options)
    terminal.read_until("starting", seconds=2 * LIMIT_SECONDS)
    return terminal


def open_cowork(place: Place, *options: str) -> Terminal:
    """A person who is greeted."""
    terminal = begin_cowork(place, *options)
    terminal.read_until("/help", seconds=2 * LIMIT_SECONDS)
    return terminal


def send(terminal: Terminal, line: str) -> None:
    terminal.type(f"{line}\r")


def test_pipe_answers_each_line(place):
    place.serve(*EDITS)
    process = place.start("cowork", "-w", place.workspace, stdin=-1)
    stdout, stderr = process.communicate("do the first\n/tokens\n", timeout=60)

    assert process.returncode == 0
    assert stdout == "That is all.\n"
    assert "done: write_file a.txt" in stderr
    assert "2 calls" in stderr
    assert place.read("a.txt") == "one\n"


def test_session_is_shown_by_every_command_and_is_no_goal(place):
    place.serve(*EDITS)
    process = place.start("cowork", "-w", place.workspace, stdin=-1)
    process.communicate("do the first\n", timeout=60)

    [listed] = json.loads(place.run("list", "--json").stdout)
    status = place.run("status", "last")
    events = place.run("events", "last")
    refused = place.run("run", "--resume", "last")
    undone = place.run("undo", "last", "--subtask", "turn-1")

    assert (listed["kind"], listed["state"], listed["done"]) == ("session", "paused", 1)
    assert "do the first" in status.stdout
    assert "cowork --resume" in status.stdout
    assert "That is all." in events.stdout
    assert refused.code == 2
    assert "is a session" in refused.stderr
    assert undone.code == 0
    assert place.files() == []


def test_pipe_denies_what_would_have_to_be_asked(place):
    place.serve(*EDITS, settings=MANUAL)
    process = place.start("cowork", "-w", place.workspace, stdin=-1)
    _, stderr = process.communicate("do the first\n", timeout=60)

    assert process.returncode == 0
    assert "write_file was not run: nobody is there to be asked" in stderr
    assert place.files() == []


def test_person_says_yes_always_and_no_undoes_interrupts_and_resumes(place):
    place.serve(*EDITS, settings=MANUAL)
    terminal = open_cowork(place)
    send(terminal, "do the first")
    terminal.read_until("[y]es once")
    terminal.type("y")
    terminal.read_until("That is all.", times=1)
    assert place.read("a.txt") == "one\n"

    send(terminal, "do the second")
    terminal.read_until("asks to run", times=2)
    terminal.type("n")
    terminal.read_until("write_file was not run: the user said no")
    terminal.read_until("That is all.", times=2)

    send(terminal, "do the third")
    terminal.read_until("asks to run", times=3)
    terminal.type("a")
    terminal.read_until("That is all.", times=3)
    assert place.files() == ["a.txt", "c.txt"]

    send(terminal, "/undo")
    terminal.read_until("c.txt is as it was before turn-3")
    send(terminal, "be slow")
    terminal.read_until("word word word")
    terminal.type("\x03")
    terminal.read_until("stopped: the user stopped it")
    terminal.type("\x04")
    assert terminal.finish() == 0
    assert place.files() == ["a.txt"]

    again = open_cowork(place, "--resume")
    again.read_until("do the third")
    send(again, "and now?")
    again.read_until("That is all.", times=2)  # once from the turns before
    send(again, "/quit")
    assert again.finish() == 0


def test_what_is_typed_before_there_is_a_session_or_while_the_model_works_reaches_it(place):
    server = place.serve(
        Rule(last="begin", reply=write("a.txt", "one\n")),
        Rule(last="in French", reply=Reply(text="Voilà.")),
        Rule(reply=Reply(text="Not told.")),
        settings=MANUAL,
    )
    terminal = begin_cowork(place)
    send(terminal, "begin")
    terminal.read_until("[y]es once")
    terminal.type("y")
    terminal.read_until("a.txt")
    send(terminal, "say it in French")
    terminal.read_until("Voilà.")
    terminal.type("\x04")

    assert terminal.finish() == 0
    assert terminal.shown.index("begin") < terminal.shown.index("/help")
    assert len(server.requests) in {2, 3}


def test_who_says_no_to_a_download_at_the_prompt_is_told_what_else_can_be_done(place):
    terminal = begin_cowork(place)
    terminal.read_until("[y]es  [n]o")
    send(terminal, "why should I?")
    send(terminal, "n")

    assert terminal.finish() != 0
    assert "was not fetched, as you said" in terminal.shown


def test_hostile_texts_reach_no_terminal(place):
    place.serve(
        Rule(last="begin", reply=Reply.calling("ask_user", question=ALL, options=[ALL[:190]])),
        Rule(reply=Reply(text=ALL)),
    )
    terminal = open_cowork(place)
    send(terminal, "begin")
    terminal.read_until("the model asks")
    send(terminal, "1")
    terminal.read_until("window ")
    terminal.type("\x04")
    terminal.finish()

    # What the prompt itself sends moves the cursor too, so each sequence is looked for by its mark.
    for number, sequence in enumerate(SEQUENCES):
        assert f"<{number}{sequence}>" not in terminal.shown, repr(sequence)
    assert not re.search(
        "\x1b\\](?!8;;\x1b|0;\x07)[^\x1b\x07]*(evil|ZXZpbA|File=|notify)", terminal.shown
    )
