"""``loom tui`` over the real engine: every dialogue and key, on streams of many chunks."""

import pytest
from scenario import write
from seat import seat

from loom_core.testing import Reply, Rule
from loom_tui.screens.approval import ApprovalScreen
from loom_tui.screens.picker import Picker
from loom_tui.screens.question import QuestionScreen

pytestmark = pytest.mark.slow

LONG = " ".join(f"word-{number}" for number in range(3000))
RULES = (
    Rule(last="first", reply=write("a.txt", "one\n")),
    Rule(last="second", reply=write("b.txt", "two\n")),
    Rule(
        last="colour", reply=Reply.calling("ask_user", question="Which?", options=["red", "blue"])
    ),
    Rule(last="The user answered: blue", reply=Reply(text="Blue it is.")),
    Rule(last="long", reply=Reply(text=LONG, chunk_delay_seconds=0.05)),
    Rule(reply=Reply(text="That **is** all.", chunk_characters=2)),
)
MANUAL = '[approval]\nmode = "manual"\n'


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def test_answer_streams_and_figures_are_shown(place):
    place.serve(*RULES)
    async with seat(place) as person:
        await person.says("hello")
        await person.reads("That is all.")
        await person.reads("cached")
        await person.rests()
        assert "window" in person.text()


async def test_yes_always_and_no(place):
    place.serve(*RULES, settings=MANUAL)
    async with seat(place) as person:
        await person.says("the first")
        await person.asked(ApprovalScreen)
        assert "+one" in person.text()
        await person.pilot.press("n")
        await person.rests()
        assert place.files() == []

        await person.says("again the first")
        await person.asked(ApprovalScreen)
        await person.pilot.press("a")
        await person.rests()
        assert place.files() == ["a.txt"]

        await person.says("now the second")
        await person.asked(ApprovalScreen)
        await person.pilot.press("y")
        await person.rests()
        assert place.files() == ["a.txt", "b.txt"]


async def test_enter_that_was_meant_for_something_else_allows_nothing(place):
    place.serve(*RULES, settings=MANUAL)
    async with seat(place) as person:
        await person.says("the first")
        await person.asked(ApprovalScreen)
        await person.pilot.press("enter")
        await person.rests()

    assert place.files() == []


async def test_question_is_answered_with_an_option(place):
    place.serve(*RULES)
    async with seat(place) as person:
        await person.says("which colour")
        await person.asked(QuestionScreen)
        await person.pilot.press("down", "enter")
        await person.reads("Blue it is.")


async def test_escape_stops_a_turn_and_a_dialogue_goes_with_it(place):
    place.serve(*RULES, settings=MANUAL)
    async with seat(place) as person:
        await person.says("something long")
        await person.reads("word-1")
        await person.pilot.press("escape")
        await person.reads("stopped: the user stopped it")
        await person.rests()

        await person.says("the first")
        await person.asked(ApprovalScreen)
        person.app.action_stop()
        await person.rests()
        await person.sees(lambda: not isinstance(person.app.screen, ApprovalScreen), "no dialogue")

    assert place.files() == []


async def test_undo_by_key_and_commands_by_name(place):
    place.serve(*RULES)
    async with seat(place) as person:
        await person.says("the first")
        await person.rests()
        assert place.files() == ["a.txt"]
        await person.pilot.press("f4")
        await person.reads("a.txt is as it was before turn-1")
        assert place.files() == []
        await person.says("/nosuch")
        await person.reads("there is no command")
        await person.says("!echo shell-word")
        await person.reads("shell-word")


async def test_sessions_can_be_switched(place):
    place.serve(*RULES)
    async with seat(place) as person:
        await person.says("hello you")
        await person.reads("That is all.")
        await person.rests()
        before = person.app.room.session.task.id

        await person.pilot.press("f3")
        await person.asked(Picker)
        await person.pilot.press("enter")
        await person.sees(lambda: person.app.room.session.task.id != before, "a new session")
        assert "hello you" not in person.text()

        await person.pilot.press("f3")
        await person.asked(Picker)
        await person.pilot.press(*"hello", "enter")
        await person.sees(
            lambda: person.app.room.session.task.id == before, "the session of before"
        )
        await person.reads("hello you")


async def test_goal_runs_with_its_plan_in_sight(place):
    place.serve(
        Rule(first_user="Create hello.txt", turn=0, reply=write("hello.txt", "hi\n")),
        Rule(first_user="Create hello.txt", turn=1, reply=Reply.calling("complete", summary="ok")),
        Rule(reply=Reply(text="That is all.")),
    )
    async with seat(place) as person:
        await person.says("/run Create hello.txt that says hi")
        await person.reads("completed:")
        await person.rests()
        assert place.read("hello.txt") == "hi\n"
        assert person.app.room.plan.display
        assert "[goal] ✓ completed" in person.text()


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (200, 60)])
async def test_every_size_has_room_for_the_conversation(place, size):
    place.serve(*RULES)
    async with seat(place, size) as person:
        await person.says("hello")
        await person.reads("That is all.")
        has_sidebar = not person.app.scene.sidebar.has_class("hidden")

    assert has_sidebar == (size[0] >= 100)
