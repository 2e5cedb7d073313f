"""The agent of ``loom acp`` and the SDK's own client in one process: what an editor can do."""

import asyncio
import base64

import pytest
from acp import RequestError
from acp.helpers import embedded_text_resource, image_block, resource_block, resource_link_block
from acp.schema import (
    AgentMessageChunk,
    AgentPlanUpdate,
    AgentThoughtChunk,
    AvailableCommandsUpdate,
    ConfigOptionUpdate,
    CurrentModeUpdate,
    ToolCallProgress,
    ToolCallStart,
    UserMessageChunk,
)
from editor import editor
from scenario import LIMIT_SECONDS, done, write

from loom_core.testing import Reply, Rule

pytestmark = pytest.mark.slow

LONG = " ".join(f"word-{number}" for number in range(3000))
MANUAL = '[approval]\nmode = "manual"\n'
RULES = (
    Rule(last="first", reply=write("a.txt", "one\n")),
    Rule(last="second", reply=write("b.txt", "two\n")),
    Rule(
        last="colour", reply=Reply.calling("ask_user", question="Which?", options=["red", "blue"])
    ),
    Rule(last="open question", reply=Reply.calling("ask_user", question="Which?")),
    Rule(last="The user answered: blue", reply=Reply(text="Blue it is.")),
    Rule(last="long", reply=Reply(text=LONG, chunk_delay_seconds=0.05)),
    Rule(reply=Reply(text="That **is** all.", chunk_characters=2)),
)


async def begun(person, place):
    """A new session in the workspace."""
    made = await person.agent.new_session(cwd=str(place.workspace), mcp_servers=[])
    await person.sees(lambda one: one.of(AvailableCommandsUpdate))
    return made.session_id


async def test_cancel_while_a_permission_is_asked_for(place):
    place.serve(*RULES, settings=MANUAL)
    async with editor(place) as person:
        session = await begun(person, place)
        person.choice = ""
        turn = asyncio.create_task(person.prompt(session, "write the first"))
        async with asyncio.timeout(LIMIT_SECONDS):
            await person.is_asked.wait()
        await person.agent.cancel(session_id=session)

        assert (await turn).stop_reason == "cancelled"
        [told] = person.calls().values()
        assert [update.status for update in told] == ["pending", "failed"]
        assert place.files() == []


@pytest.mark.parametrize("choice", ["no", "cancelled", "made-up"])
async def test_what_is_no_yes_is_a_no(place, choice):
    place.serve(*RULES, settings=MANUAL)
    async with editor(place) as person:
        session = await begun(person, place)
        person.choice = choice
        await person.prompt(session, "write the first")

        [told] = person.calls().values()
        assert told[-1].status == "failed"
        assert place.files() == []


async def test_always_and_session_cover_what_they_say(place):
    place.serve(*RULES, settings=MANUAL)
    async with editor(place) as person:
        session = await begun(person, place)
        person.choice = "target"
        await person.prompt(session, "write the first")
        await person.prompt(session, "write the first")
        assert len(person.asked) == 1
        person.choice = "session"
        await person.prompt(session, "write the second")
        await person.prompt(session, "write the second")

        assert len(person.asked) == 2
        names = {option.option_id: option.name for option in person.asked[0][2]}
        assert "'a.txt'" in names["target"]
        assert "every write_file" in names["session"]


async def test_sessions_of_one_editor_ask_and_tell_each_their_own(place):
    place.serve(*RULES, settings=MANUAL)
    other = place.root / "other"
    other.mkdir()
    async with editor(place) as person:
        first = await begun(person, place)
        second = (await person.agent.new_session(cwd=str(other))).session_id
        await asyncio.gather(
            person.prompt(first, "write the first"), person.prompt(second, "write the second")
        )

        assert {origin for origin, _, _ in person.asked} == {first, second}
        assert person.said(session_id=first) == person.said(session_id=second) == "That **is** all."
        assert place.files() == ["a.txt"]
        assert [path.name for path in other.iterdir()] == ["b.txt"]


async def test_question_with_options_is_asked_by_buttons(place):
    place.serve(*RULES)
    async with editor(place) as person:
        session = await begun(person, place)
        person.choice = "1"
        await person.prompt(session, "which colour?")

        [(_, asked, options)] = person.asked
        assert asked.title == "Which?"
        assert [option.name for option in options] == ["red", "blue", "None of these"]
        assert person.said() == "Blue it is."


async def test_question_is_a_form_where_the_editor_has_forms(place):
    place.serve(*RULES)
    async with editor(place, has_forms=True) as person:
        session = await begun(person, place)
        await person.prompt(session, "an open question")

        [(message, mode)] = person.forms
        assert message == "Which?"
        assert mode.requested_schema.required == ["other"]
        assert person.said() == "Blue it is."


async def test_open_question_without_forms_is_asked_in_the_answer(place):
    server = place.serve(*RULES)
    async with editor(place) as person:
        session = await begun(person, place)
        await person.prompt(session, "an open question")

    assert "Ask in your answer" in server.requests[-1].body["messages"][-1]["content"]


async def test_session_is_listed_loaded_and_gone_on_with(place):
    place.serve(*RULES)
    async with editor(place) as person:
        session = await begun(person, place)
        await person.prompt(session, "write the first")

    async with editor(place) as person:
        listed = await person.agent.list_sessions(cwd=str(place.workspace))
        [info] = listed.sessions
        loaded = await person.agent.load_session(cwd=str(place.workspace), session_id=session)
        told = [*person.updates]
        answered = await person.prompt(session, "and now?")

    assert (info.session_id, info.title, info.cwd) == (
        session,
        "write the first",
        str(place.workspace),
    )
    assert loaded.modes.current_mode_id == "auto"
    kinds = [type(update) for _, update in told]
    assert kinds[:3] == [UserMessageChunk, ToolCallStart, ToolCallProgress]
    assert told[0][1].content.text == "write the first"
    assert told[2][1].content[0].new_text == "one\n"
    spoken = [one for _, one in told if isinstance(one, AgentMessageChunk)]
    assert "".join(one.content.text for one in spoken) == "That **is** all."
    assert answered.stop_reason == "end_turn"


async def test_session_is_resumed_without_its_past_and_can_be_closed(place):
    place.serve(*RULES)
    async with editor(place) as person:
        session = await begun(person, place)
        await person.prompt(session, "write the first")
        before = len(person.of(UserMessageChunk)) + len(person.of(ToolCallStart))
        await person.agent.close_session(session_id=session)
        with pytest.raises(RequestError, match="not open"):
            await person.prompt(session, "hello?")
        await person.agent.resume_session(cwd=str(place.workspace), session_id=session)
        assert (await person.prompt(session, "hello?")).stop_reason == "end_turn"

        assert len(person.of(UserMessageChunk)) + len(person.of(ToolCallStart)) == before


async def test_mode_and_model_are_chosen_in_the_editor_or_by_a_command(place):
    place.serve(*RULES)
    async with editor(place) as person:
        session = await begun(person, place)
        await person.agent.set_session_mode(session_id=session, mode_id="manual")
        await person.prompt(session, "write the first")
        assert len(person.asked) == 1
        chosen = await person.agent.set_config_option(
            session_id=session, config_id="model", value="small"
        )
        assert chosen.config_options[0].current_value == "small"
        await person.prompt(session, "/approval auto")
        assert [update.current_mode_id for update in person.of(CurrentModeUpdate)] == ["auto"]
        await person.agent.set_config_option(session_id=session, config_id="model", value="auto")
        await person.prompt(session, "/model small")
        assert person.of(ConfigOptionUpdate)[-1].config_options[0].current_value == "small"
        with pytest.raises(RequestError, match="no mode 'wild'"):
            await person.agent.set_session_mode(session_id=session, mode_id="wild")
        with pytest.raises(RequestError, match="did you mean 'small'"):
            await person.agent.set_config_option(
                session_id=session, config_id="model", value="smal"
            )


async def test_slash_commands_are_offered_and_work(place):
    place.serve(*RULES)
    async with editor(place) as person:
        session = await begun(person, place)
        [offered] = person.of(AvailableCommandsUpdate)
        commands = {command.name: command for command in offered.available_commands}
        await person.prompt(session, "write the first")
        await person.prompt(session, "/undo")
        await person.prompt(session, "/und")
        await person.prompt(session, "/tools")

    assert {"undo", "diff", "run", "compact", "tokens"} <= set(commands)
    assert "quit" not in commands
    assert commands["run"].input.root.hint == "GOAL"
    assert place.files() == []
    assert "a.txt is as it was before turn-1" in person.said()
    assert "write_file" in person.said()
    assert "there is no command '/und'; did you mean '/undo'?" in person.said()


async def test_goal_runs_beside_with_its_plan_and_can_be_cancelled(place):
    place.serve(
        Rule(anywhere="hello.txt", turn=0, reply=write("hello.txt", "hi\n")),
        Rule(anywhere="hello.txt", turn=1, reply=done()),
        Rule(reply=Reply(text=LONG, chunk_delay_seconds=0.05)),
    )
    async with editor(place) as person:
        session = await begun(person, place)
        await person.prompt(session, "/run Create hello.txt that says hi")
        plans = person.of(AgentPlanUpdate)
        assert place.read("hello.txt") == "hi\n"
        assert [entry.status for entry in plans[-1].entries] == ["completed"]
        assert "completed" in person.said()

        goal = asyncio.create_task(person.prompt(session, "/run Explain the whole world"))
        await person.sees(lambda one: one.said().count("task ") > 1)
        await person.agent.cancel(session_id=session)
        assert (await goal).stop_reason == "cancelled"


async def test_files_and_pictures_of_the_editor_go_along(place):
    (place.workspace / "a.txt").write_text("on the disk\n")
    server = place.serve(*RULES)
    uri = (place.workspace / "a.txt").as_uri()
    picture = base64.b64encode(b"\x89PNG").decode()
    async with editor(place) as person:
        session = await begun(person, place)
        await person.prompt(
            session,
            "look at @nothing and ",
            resource_link_block("a.txt", uri),
            resource_block(embedded_text_resource("untitled:1", "in the buffer")),
            image_block(picture, "image/png"),
        )
        with pytest.raises(RequestError, match="PNG, JPEG"):
            await person.prompt(session, "look", image_block(picture, "image/tiff"))

    sent = str(server.requests[0].body["messages"][-1])
    assert "Content of a.txt:\\non the disk" in sent
    assert "in the buffer" in sent
    assert "@nothing" in sent


async def test_hostile_text_reaches_the_editor_without_what_acts(place):
    hostile = "\x1b]52;c;ZXZpbA==\x07\x9b2J\u202eevil"
    place.serve(
        Rule(last="go", reply=write("a.txt", hostile)),
        Rule(reply=Reply(text=hostile, chunk_characters=1)),
        settings=MANUAL,
    )
    async with editor(place) as person:
        session = await begun(person, place)
        await person.prompt(session, "go")
        said = person.said() + person.said(AgentThoughtChunk)

    assert not set("\x1b\x07\x9b\u202e") & set(said)
    assert "evil" in said


async def test_bad_requests_are_refused_in_words(place):
    place.serve(*RULES)
    async with editor(place) as person:
        agent = person.agent
        with pytest.raises(RequestError, match="absolute path"):
            await agent.new_session(cwd="here")
        with pytest.raises(RequestError, match="nowhere"):
            await agent.new_session(cwd=str(place.root / "nowhere"))
        with pytest.raises(RequestError, match="no task"):
            await agent.load_session(cwd=str(place.workspace), session_id="nobody")
        session = await begun(person, place)
        with pytest.raises(RequestError, match="nothing to send"):
            await person.prompt(session, "  ")
        turn = asyncio.create_task(person.prompt(session, "something long"))
        await person.sees(lambda one: "word-1" in one.said())
        with pytest.raises(RequestError, match="a turn is at work"):
            await person.prompt(session, "and this")
        await agent.cancel(session_id=session)
        await turn


async def test_no_model_is_told_as_an_error_and_the_next_try_may_work(place):
    place.configure(
        small='provider = "openai_compatible"\nmodel = "m"\nbase_url = "http://127.0.0.1:9/v1"\n'
    )
    async with editor(place) as person:
        with pytest.raises(RequestError, match=r"127\.0\.0\.1:9"):
            await person.agent.new_session(cwd=str(place.workspace))
        listed = await person.agent.list_sessions()

    assert listed.sessions == []
