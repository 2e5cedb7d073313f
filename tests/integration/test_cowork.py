"""Cowork sessions: turns over the real engine, journal, tools and a scripted server."""

import asyncio
import itertools
from contextlib import asynccontextmanager

import pytest
from scenario import write

from loom_core.app import Loom
from loom_core.cowork import Heard, Recorded, TurnWay, latest_sessions
from loom_core.errors import UsageError
from loom_core.events import (
    SessionSummarized,
    ToolCallDenied,
    ToolCallFinished,
    TurnAnswered,
    TurnInterrupted,
    TurnStarted,
    TurnSteered,
)
from loom_core.settings import load_settings
from loom_core.testing import Reply, Rule
from loom_core.types import ApprovalMode, ApprovalScope, Decision

LONG = " ".join(f"word-{number}" for number in range(3000))
"""More than a turn waits for."""


@pytest.fixture
def anyio_backend():
    return "asyncio"


class Desk:
    """A session with everything that it told."""

    def __init__(self, place):
        self.place = place
        self.updates = []
        self.asked = []
        self.hears = asyncio.Event()
        self.decision = Decision(approved=True, by="test", scope=ApprovalScope.ONCE)

    def listen(self, update):
        self.updates.append(update)
        if isinstance(update, Heard):
            self.hears.set()

    async def ask(self, call):
        self.asked.append(call)
        return self.decision

    def bodies(self, kind):
        return [
            u.body for u in self.updates if isinstance(u, Recorded) and isinstance(u.body, kind)
        ]

    @property
    def heard(self):
        pieces = [u.piece.text for u in self.updates if isinstance(u, Heard)]
        return "".join(pieces)

    @asynccontextmanager
    async def open(self, resume="", mode=ApprovalMode.AUTO):
        settings = load_settings(
            cwd=self.place.here, home=self.place.home, environ=self.place.environment
        ).settings
        async with Loom.build(settings, home=self.place.home, ask=self.ask) as loom:
            session = await loom.session(
                self.place.workspace, listener=self.listen, resume=resume, approval_mode=mode
            )
            yield loom, session


@pytest.fixture
def desk(place):
    return Desk(place)


def messages(server, index=-1):
    return server.requests[index].body["messages"]


async def test_answer_streams_and_is_recorded(place, desk):
    place.serve(Rule(reply=Reply(text="Hello there, friend.")))

    async with desk.open() as (loom, session):
        result = await session.send("hi")
        record = await loom.store.task(session.task.id)

    assert (result.way, result.text) == (TurnWay.ANSWERED, "Hello there, friend.")
    assert desk.heard == "Hello there, friend."
    assert [body.text for body in desk.bodies(TurnAnswered)] == ["Hello there, friend."]
    assert (record.goal, record.state.value, record.kind.value) == ("hi", "paused", "session")


async def test_tools_run_until_the_model_talks(place, desk):
    server = place.serve(
        Rule(turn=0, reply=write("a.txt", "one\n")),
        Rule(turn=1, reply=Reply(text="a.txt is there.")),
    )

    async with desk.open() as (_, session):
        result = await session.send("make a.txt")

    assert result.text == "a.txt is there."
    assert place.read("a.txt") == "one\n"
    tools = {tool["function"]["name"] for tool in server.requests[0].body["tools"]}
    assert {"write_file", "recall"} <= tools
    assert not {"complete", "blocked"} & tools


async def test_each_request_begins_with_the_one_before(place, desk):
    server = place.serve(
        Rule(turn=0, reply=write("a.txt", "one\n")),
        Rule(turn=1, reply=Reply(text="done")),
        Rule(turn=2, reply=Reply.calling("read_file", path="a.txt")),
        Rule(turn=3, reply=Reply(text="it says one")),
    )

    async with desk.open() as (_, session):
        await session.send("make a.txt")
        await session.send("what does it say?")

    sent = [request.body["messages"] for request in server.requests]
    assert len(sent) == 4
    for before, after in itertools.pairwise(sent):
        assert after[: len(before)] == before


async def test_resumed_session_sends_the_same_bytes_again(place, desk):
    server = place.serve(
        Rule(turn=0, reply=write("a.txt", "one\n")),
        Rule(turn=1, reply=Reply(text="done")),
        Rule(turn=2, reply=Reply(text="yes")),
    )
    async with desk.open() as (_, session):
        await session.send("make a.txt")

    async with desk.open(resume=session.task.id) as (loom, again):
        result = await again.send("is it there?")
        listed = await latest_sessions(loom.store, place.workspace)

    assert result.text == "yes"
    first, second = messages(server, -2), messages(server)
    assert second[: len(first)] == first
    assert [turn.text for turn in again.log.turns] == ["make a.txt", "is it there?"]
    assert [record.id for record in listed] == [session.task.id]


async def test_interrupted_turn_leaves_a_valid_history(place, desk):
    server = place.serve(
        Rule(last_user="long", reply=Reply(text=LONG, chunk_delay_seconds=0.05)),
        Rule(last_user="short", reply=Reply(text="ok")),
    )

    async with desk.open() as (_, session):
        turn = asyncio.create_task(session.send("something long"))
        async with asyncio.timeout(20):
            await desk.hears.wait()
        assert session.interrupt()
        stopped = await turn
        answered = await session.send("something short")

    assert stopped.way is TurnWay.INTERRUPTED
    [body] = desk.bodies(TurnInterrupted)
    assert body.partial
    assert answered.text == "ok"
    roles = [message["role"] for message in messages(server)]
    assert roles == ["system", "user", "assistant", "user"]
    assert "stopped here by the user" in messages(server)[2]["content"]


async def test_denied_call_has_not_run_and_is_told(place, desk):
    desk.decision = Decision(approved=False, by="test", reason="not in this file")
    server = place.serve(
        Rule(turn=0, reply=write("a.txt", "one\n")), Rule(turn=1, reply=Reply(text="I did not."))
    )

    async with desk.open(mode=ApprovalMode.MANUAL) as (_, session):
        await session.send("make a.txt")

    assert [call.tool for call in desk.asked] == ["write_file"]
    assert place.files() == []
    assert desk.bodies(ToolCallDenied)
    assert "not in this file" in messages(server)[-1]["content"]


async def test_no_stands_for_its_turn_only(place, desk):
    desk.decision = Decision(approved=False, by="test", reason="no")
    again = write("a.txt", "one\n")
    place.serve(
        *(Rule(turn=turn, reply=again) for turn in (0, 1, 3)),
        Rule(reply=Reply(text="I did not.")),
    )

    async with desk.open(mode=ApprovalMode.MANUAL) as (_, session):
        await session.send("make a.txt")
        assert len(desk.asked) == 1  # the second call of the same turn was refused unasked
        await session.send("do make a.txt")

    assert len(desk.asked) == 2


async def test_yes_for_the_session_is_not_asked_again_after_resuming(place, desk):
    desk.decision = Decision(approved=True, by="test", scope=ApprovalScope.SESSION)
    place.serve(
        Rule(turn=0, reply=write("a.txt", "one\n")),
        Rule(turn=1, reply=Reply(text="done")),
        Rule(turn=2, reply=write("b.txt", "two\n")),
        Rule(turn=3, reply=Reply(text="done too")),
    )
    async with desk.open(mode=ApprovalMode.MANUAL) as (_, session):
        await session.send("make a.txt")

    async with desk.open(resume=session.task.id) as (_, again):
        await again.send("make b.txt")

    assert len(desk.asked) == 1
    assert place.files() == ["a.txt", "b.txt"]


async def test_undo_takes_back_one_turn_and_the_model_is_told(place, desk):
    server = place.serve(
        Rule(turn=0, reply=write("a.txt", "one\n")),
        Rule(turn=1, reply=Reply(text="done")),
        Rule(turn=2, reply=write("b.txt", "two\n")),
        Rule(turn=3, reply=Reply(text="done too")),
        Rule(turn=4, reply=Reply(text="I see")),
    )

    async with desk.open() as (_, session):
        await session.send("make a.txt")
        await session.send("make b.txt")
        undone = await session.undo()
        await session.send("what is there?")
        first = await session.undo("turn-1")
        with pytest.raises(UsageError, match="nothing that could be taken back"):
            await session.undo()

    assert (undone.turn, undone.paths) == ("turn-2", ("b.txt",))
    assert first.paths == ("a.txt",)
    assert place.files() == []
    assert "I took back what you changed in: b.txt" in messages(server)[-1]["content"]


async def test_user_steers_while_the_model_works(place, desk):
    server = place.serve(
        Rule(turn=0, reply=write("a.txt", "one\n")),
        Rule(turn=1, last="in French", reply=Reply(text="d'accord")),
        Rule(turn=1, reply=Reply(text="ok")),
    )

    async with desk.open() as (_, session):

        def listen(update, show=desk.listen):
            show(update)
            if isinstance(update, Recorded) and isinstance(update.body, ToolCallFinished):
                session.steer("say it in French")

        session._listener = listen
        result = await session.send("make a.txt")

    assert result.text == "d'accord"
    assert [body.text for body in desk.bodies(TurnSteered)] == ["say it in French"]
    assert len(server.requests) == 2


async def test_what_is_said_too_late_comes_back(place, desk):
    place.serve(Rule(reply=Reply(text="ok")))

    async with desk.open() as (_, session):

        def listen(update, show=desk.listen):
            show(update)
            if isinstance(update, Heard):
                session.steer("and one more thing")

        session._listener = listen
        result = await session.send("hi")

    assert set(result.unsaid) == {"and one more thing"}


async def test_mentioned_file_goes_along_and_counts_as_read(place, desk):
    (place.workspace / "a.txt").write_text("alpha\n")
    server = place.serve(
        Rule(
            turn=0, reply=Reply.calling("edit_file", path="a.txt", old_str="alpha", new_str="beta")
        ),
        Rule(turn=1, reply=Reply(text="changed")),
    )

    async with desk.open() as (_, session):
        await session.send("change @a.txt, please; mail me@example.com")
        with pytest.raises(UsageError, match="@gone"):
            await session.send("look at @gone.txt")

    assert "Content of a.txt:\nalpha" in messages(server, 0)[-1]["content"]
    assert place.read("a.txt") == "beta\n"
    assert next(body.seen for body in desk.bodies(TurnStarted)).keys() == {"a.txt"}


async def test_command_of_the_user_runs_and_is_told_with_the_next_turn(place, desk):
    server = place.serve(Rule(reply=Reply(text="I see a marker")))

    async with desk.open(mode=ApprovalMode.MANUAL) as (_, session):
        ran = await session.shell("echo mark-42 > out.txt && cat out.txt")
        await session.send("what did that print?")

    assert "mark-42" in ran.text
    assert desk.asked == []
    assert place.read("out.txt") == "mark-42\n"
    assert len(server.requests) == 1
    assert "mark-42" in messages(server)[-1]["content"]


async def test_long_session_is_shortened_and_recalled(place, desk):
    (place.workspace / "big.txt").write_text("filler words in a line\n" * 250)
    server = place.serve(
        Rule(schema_text='"found"', reply=Reply.answering({"found": ["big.txt is filler"]})),
        Rule(last_user="read it", last="read it", reply=Reply.calling("read_file", path="big.txt")),
        Rule(last_user="remember", last="remember", reply=Reply.calling("recall", query="zebra")),
        Rule(last="zebra", reply=Reply(text="found it")),
        Rule(reply=Reply(text="read")),
        context_window=6000,
    )

    async with desk.open() as (_, session):
        await session.send("the password of the day is zebra")
        for _ in range(6):
            result = await session.send("read it")
            assert result.way is TurnWay.ANSWERED, result
        recalled = await session.send("remember the animal?")

    assert desk.bodies(SessionSummarized)
    assert recalled.text == "found it"
    assert all(len(str(request.body["messages"])) < 6000 * 5 for request in server.requests)


async def test_turn_that_goes_in_circles_ends(place, desk):
    (place.workspace / "a.txt").write_text("alpha\n")
    place.serve(Rule(reply=Reply.calling("read_file", path="a.txt")))

    async with desk.open() as (_, session):
        result = await session.send("read")
        assert not session.is_busy

    assert result.way is TurnWay.FAILED
    assert "again and again" in result.text


BLOCK = "<function=answer>\n<parameter=text>\nHello.\n</parameter>\n</function>"


@pytest.mark.parametrize(
    ("dialect", "reply"),
    [
        ("two_stage", Reply.answering({"tool": "answer", "text": "Hello."})),
        ("text_blocks", Reply(text=BLOCK)),
    ],
)
async def test_a_model_of_another_dialect_is_talked_to(place, desk, dialect, reply):
    server = place.serve(Rule(reply=reply), dialect=dialect)

    async with desk.open() as (_, session):
        result = await session.send("hi")

    assert result.text == "Hello."
    assert len(server.requests) == 1, "two stages are one action in a conversation"
    assert '"next"' not in str(server.requests[0].body)
