"""Commands that depend on a person at a terminal: ``loom`` alone, ``doctor --fix``, a Tab in bash."""

import subprocess

import pytest
from scenario import LOOM
from terminal import Terminal

from loom_core.testing import Reply, Rule

pytestmark = pytest.mark.slow


def test_loom_alone_opens_the_whole_screen_of_a_terminal(place):
    place.serve(Rule(reply=Reply(text="ok")))
    place.extra_environment = {"TERM": "xterm-256color"}
    person = Terminal(place)
    person.read_until("F1 keys")
    person.type("\x11")  # Ctrl+Q

    assert person.finish() == 0


def test_loom_alone_shows_help_where_nothing_can_be_drawn(place):
    place.extra_environment = {"TERM": "dumb"}
    person = Terminal(place)

    assert person.finish() == 0
    assert "Usage: loom" in person.shown


def test_what_is_wrong_is_mended_after_a_yes_and_looked_at_again(place):
    place.serve(Rule(reply=Reply(text="ok")))
    untrusted = '[models.mine]\nprovider = "ollama"\nmodel = "m"\n'
    (place.here / "loom.toml").write_text(untrusted)
    person = Terminal(place, "doctor", "--fix")
    person.read_until("run loom trust now?", seconds=90)
    person.type("y\n")
    person.read_until("[y/N]", times=2, seconds=90)
    person.type("y\n")
    person.finish()

    assert place.run("config", "show").code == 0
    assert "is not trusted" not in person.shown.rpartition("python")[2]


def test_a_no_leaves_everything_as_it_is(place):
    (place.here / "loom.toml").write_text('[models.mine]\nprovider = "ollama"\nmodel = "m"\n')
    person = Terminal(place, "doctor", "--fix")
    person.read_until("run loom trust now?", seconds=90)
    person.type("n\n")

    assert person.finish() == 1
    assert "is not trusted" in person.shown.rpartition("python")[2]


def test_bash_completes_commands_and_ids(place):
    script = f"""
eval "$('{LOOM}' completion bash)"
COMP_WORDS=('{LOOM}' sta); COMP_CWORD=1; _loom_completion '{LOOM}'; echo "${{COMPREPLY[@]}}"
COMPREPLY=()
COMP_WORDS=('{LOOM}' status la); COMP_CWORD=2; _loom_completion '{LOOM}'; echo "${{COMPREPLY[@]}}"
"""
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.stdout.split() == ["status", "last"]
