"""What the user corrects in a session is told to later tasks and sessions, and is on trial."""

import asyncio
import json
from contextlib import asynccontextmanager

from scenario import ACTION_GOAL, prompts, says_hi, texts_of, turns, write

from loom_core.app import Loom
from loom_core.settings import load_settings
from loom_core.testing import Reply, Rule

RULE = "No, always end a file with a line of dashes"
AFTER_UNDO = "write the names in capitals"


@asynccontextmanager
async def a_session(place, resume=""):
    settings = load_settings(cwd=place.here, home=place.home, environ=place.environment).settings
    async with Loom.build(settings, home=place.home) as loom:
        yield await loom.session(place.workspace, listener=lambda _: None, resume=resume)


def corrections(place):
    shown = place.run("learned", "--kind", "user_correction", "--json")
    return {lesson["text"]: lesson for lesson in json.loads(shown.stdout)}


def say(place, *texts, resume=""):
    """A session in which this is said; None takes the last change back."""

    async def talk():
        async with a_session(place, resume) as session:
            for text in texts:
                await (session.send(text) if text else session.undo())
            return session.task.id

    return asyncio.run(talk())


def test_corrections_of_a_session_are_learned_told_and_forgotten(place):
    writes = (write("names.txt", "ada\n"), Reply(text="Written."))
    place.serve(*turns(*writes), Rule(reply=Reply(text="Right.")))
    asked = ("Write the names into names.txt", RULE, "What does it say now?")
    session_id = say(place, *asked, None, AFTER_UNDO)

    learned = corrections(place)
    assert {text: one["state"] for text, one in learned.items()} == {
        RULE: "trial",
        AFTER_UNDO: "trial",
    }
    server = place.serve(*turns(*says_hi()))
    finished = place.work(ACTION_GOAL)
    told = f"What the user wants in every task here:\n- {RULE}\n- {AFTER_UNDO}"
    assert told in prompts(server)[0]
    assert len(finished.of("LessonsApplied")[0]["lessons"]) == 2

    server = place.serve(Rule(reply=Reply(text="Hello.")))
    say(place, "Hello there")
    assert f"- {RULE}" in texts_of(server.requests[0].body, "system")[0]

    place.run("learned", "delete", str(learned[RULE]["id"]))
    say(place, "Goodbye for now", resume=session_id)
    assert list(corrections(place)) == [AFTER_UNDO]


def test_the_same_correction_counts_once_in_a_session_and_not_where_learning_is_off(place):
    place.serve(Rule(reply=Reply(text="Right.")))
    say(place, RULE, f"{RULE}!")
    assert [one["frequency"] for one in corrections(place).values()] == [1]

    place.serve(Rule(reply=Reply(text="Right.")), settings="[learning]\nenabled = false\n")
    say(place, "never use tabs in here")
    assert len(corrections(place)) == 1
