"""Every screen and dialogue of ``loom tui`` at 80 by 24 as text, walked through by keys alone.

The text of each is kept in ``screens/``; ``LOOM_UPDATE_SCREENS=1`` writes it anew, to be looked at.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest
from scenario import write
from seat import seat
from textual.command import CommandPalette
from textual.events import Paste

from loom_core.testing import Reply, Rule
from loom_tui import narrator
from loom_tui.screens.approval import ApprovalScreen
from loom_tui.screens.picker import Picker
from loom_tui.screens.question import QuestionScreen

pytestmark = pytest.mark.slow

SCREENS = Path(__file__).parent / "screens"
MARKDOWN = "# Plan\n\nIt **works**:\n\n- one\n- two\n\n```py\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |"
RULES = (
    Rule(last="make a file", reply=write("a.txt", "one\ntwo\n")),
    Rule(last="edit it", reply=Reply.calling("shell_execute", command="rm -rf old && ls")),
    Rule(
        last="which colour",
        reply=Reply.calling("ask_user", question="Which?", options=["red", "blue"]),
    ),
    Rule(last="show it all", reply=Reply(text=MARKDOWN, chunk_characters=3)),
    Rule(reply=Reply(text="That **is** all.", chunk_characters=1)),
)
MANUAL = '[approval]\nmode = "manual"\n'
VARYING = (
    (re.compile(r"/tmp/loom-\w{8}"), "/tmp/loom-........"),
    (re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"), "YYYY-MM-DD hh:mm"),
    (re.compile(r"\d+\.\d s\b"), "N s"),
    (re.compile(r"[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] \d+ s"), "* N s"),
    (re.compile(r"\d+ tokens/s · "), ""),
    (re.compile(r"[\d,]+ tokens"), "N tokens"),
    (re.compile(r"[█░]+ \d+%"), "BAR"),
    (re.compile(r"\d+%"), "N%"),
    (re.compile(r"[▁▂▃▄▅▆▇█▔▏▎▍▌▋▊▉╸╺━]+"), "~"),  # what scroll bars are drawn with
)


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def short_place(place, monkeypatch):
    """A place whose workspace has a name of the same length everywhere, as have the turns' figures.

    They are tried elsewhere; how wide they are here, and so where lines break, is a matter of speed.
    """
    monkeypatch.setattr(narrator, "describe_turn", lambda *_, **__: "the turn's figures")
    place.workspace = Path(tempfile.mkdtemp(prefix="loom-", dir="/tmp"))
    yield place
    shutil.rmtree(place.workspace)


def settled(text):
    """The text of a screen without what differs from run to run."""
    for pattern, instead in VARYING:
        text = pattern.sub(instead, text)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def looked_at(person):
    """The dialogue that is open, without what is behind it, or the whole screen."""
    lines = person.text().splitlines()
    if not person.app.screen.is_modal:
        return "\n".join(lines)
    box = person.app.screen.query_one(".box").region
    return "\n".join(line[box.x : box.right] for line in lines[box.y : box.bottom])


async def check(name, person):
    """Compare the screen, once nothing moves on it any more, with the one that is kept."""
    seen = ""
    while seen != (seen := settled(looked_at(person))):
        await person.pilot.pause(0.3)
    kept = SCREENS / f"{name}.txt"
    if os.environ.get("LOOM_UPDATE_SCREENS"):
        SCREENS.mkdir(exist_ok=True)
        kept.write_text(seen)
    assert seen == kept.read_text()


async def test_screens_and_dialogues(short_place):
    short_place.serve(*RULES, settings=MANUAL)
    async with seat(short_place, (80, 24)) as person:
        await person.reads("F1 keys")
        await person.types("show it all")
        await person.reads("│ 2")
        await person.rests()
        await person.pilot.pause(0.2)
        await check("answer", person)

        await person.types("make a file")
        await person.asked(ApprovalScreen)
        await check("approval_of_a_diff", person)
        await person.pilot.press("y")
        await person.rests()
        await person.reads("Created a.txt")
        await person.reads("That is all.")
        await check("call_with_its_diff", person)

        await person.types("edit it")
        await person.asked(ApprovalScreen)
        await check("approval_of_a_command", person)
        await person.pilot.press("n")
        await person.rests()

        await person.types("which colour")
        await person.asked(QuestionScreen)
        await check("question", person)
        await person.pilot.press("down", "enter")
        await person.rests()

        await person.pilot.press("f2")
        await person.asked(Picker)
        await check("models", person)
        await person.pilot.press("escape")
        await person.pilot.press("f3")
        await person.asked(Picker)
        await check("sessions", person)
        await person.pilot.press("escape")
        await person.pilot.press("ctrl+p")
        await person.asked(CommandPalette)
        await person.pilot.press(*"/comp")
        await person.reads("sum older turns up")
        await person.pilot.press("escape")
        await person.pilot.press("f1")
        await person.reads("Cursor up")
        await person.pilot.press("f1")
        await person.sees(lambda: "Cursor up" not in person.text(), "no list of keys")
        await person.pilot.press("ctrl+q")
        await person.sees(lambda: not person.app.is_running, "the end")


async def test_sizes_change_and_long_texts_come_while_a_dialogue_is_open(short_place):
    short_place.serve(*RULES, settings=MANUAL)
    lines = "\n".join(f"{number}" for number in range(10_000))
    async with seat(short_place, (80, 24)) as person:
        await person.types("make a file")
        await person.asked(ApprovalScreen)
        for size in ((40, 12), (200, 50), (20, 6), (80, 24)):
            await person.pilot.resize_terminal(*size)
            await person.pilot.pause()
        assert "+one" in person.text()
        await person.pilot.press("y")
        await person.rests()

        person.app.post_message(Paste(lines))
        await person.sees(
            lambda: person.app.scene.prompt.text.endswith("\n9999"), "the pasted text"
        )
        await person.pilot.resize_terminal(100, 30)
        await person.pilot.press("enter")
        await person.reads("That is all.")
        await person.rests()
        assert "9,955 lines left out" in person.text()
        assert person.app.room.session.log.turns[-1].text == lines
