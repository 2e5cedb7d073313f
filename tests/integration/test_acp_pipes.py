"""``loom acp`` in a process of its own: a whole session, garbage, and editors that vanish."""

import asyncio
import json
import os
import subprocess

import pytest
from acp.schema import SessionInfoUpdate, UsageUpdate
from editor import editor_over_pipes
from scenario import LIMIT_SECONDS, write

from loom_core.testing import Reply, Rule

pytestmark = pytest.mark.slow

LONG = " ".join(f"word-{number}" for number in range(3000))
MANUAL = '[approval]\nmode = "manual"\n'
RULES = (
    Rule(last="first", reply=write("a.txt", "one\n")),
    Rule(last="long", reply=Reply(text=LONG, chunk_delay_seconds=0.05)),
    Rule(reply=Reply(text="That **is** all.", chunk_characters=2)),
)


class Pipes:
    """``loom acp`` with both ends in the test's hands."""

    def __init__(self, place):
        self.process = place.start("acp", stdin=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self._last = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.hang_up()
        self.stop_reading()

    def hang_up(self):
        if self.process.stdin:
            self.process.stdin.close()
        self.process.stdin = None

    def stop_reading(self):
        if self.process.stdout:
            self.process.stdout.close()
        self.process.stdout = None

    def write(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, method, **params):
        self._last += 1
        request = {"jsonrpc": "2.0", "id": self._last, "method": method, "params": params}
        self.write(json.dumps(request))
        return self._last

    def read(self):
        return json.loads(self.process.stdout.readline())

    def read_until(self, holds):
        while True:
            message = self.read()
            if holds(message):
                return message

    def answer_to(self, number):
        return self.read_until(lambda message: message.get("id") == number)

    def begin(self, place):
        number = self.ask("session/new", cwd=str(place.workspace), mcpServers=[])
        return self.answer_to(number)["result"]["sessionId"]

    def prompt(self, session, text):
        blocks = [{"type": "text", "text": text}]
        return self.ask("session/prompt", sessionId=session, prompt=blocks)


@pytest.fixture
def pipes(place):
    place.serve(*RULES)
    with Pipes(place) as made:
        yield made


async def test_whole_session_with_a_permission_request_and_a_cancel(place):
    place.serve(*RULES, settings=MANUAL)
    async with editor_over_pipes(place) as person:
        capabilities = person.greeting.agent_capabilities
        made = await person.agent.new_session(cwd=str(place.workspace), mcp_servers=[])
        session = made.session_id
        answered = await person.prompt(session, "write the first")

        assert capabilities.load_session
        assert made.modes.current_mode_id == "manual"
        assert {mode.id for mode in made.modes.available_modes} == {
            "auto",
            "manual",
            "confidence_threshold",
        }
        assert answered.stop_reason == "end_turn"
        assert person.said() == "That **is** all."
        assert place.read("a.txt") == "one\n"
        [(_, asked, options)] = person.asked
        assert [option.kind for option in options] == [
            "allow_once",
            "allow_always",
            "allow_always",
            "reject_once",
        ]
        [planned] = asked.content
        assert (planned.path, planned.old_text, planned.new_text) == (
            str(place.workspace / "a.txt"),
            None,
            "one\n",
        )
        [told] = person.calls().values()
        assert [update.status for update in told] == ["pending", "in_progress", "completed"]
        assert told[0].kind == "edit"
        assert told[0].locations[0].path == str(place.workspace / "a.txt")
        [made_diff] = told[-1].content
        assert (made_diff.old_text, made_diff.new_text) == (None, "one\n")
        assert person.of(UsageUpdate)
        assert [info.title for info in person.of(SessionInfoUpdate)] == ["write the first"]

        turn = asyncio.create_task(person.prompt(session, "something long"))
        await person.sees(lambda one: "word-3" in one.said())
        await person.agent.cancel(session_id=session)
        assert (await turn).stop_reason == "cancelled"
        assert "word-2999" not in person.said()

        again = await person.prompt(session, "and now?")
        assert again.stop_reason == "end_turn"
    events = await asyncio.to_thread(place.finish, place.start("events", "last", "--json"))
    assert "TurnInterrupted" in [event["type"] for event in events.lines]


def test_garbage_is_answered_and_outlived(pipes):
    lines = ["garbage", "[]", '{"jsonrpc": "2.0"}', '{"id": 7, "method": "session/dance"}']
    bad = [*lines, '{"id": 7, "method": "session/new", "params": {"cwd": 5}}']
    for line in bad:
        pipes.write(line)
    codes = [pipes.read()["error"]["code"] for _ in bad]
    pipes.process.stdin.buffer.write(b"\xff\xfe\x00\n\n")
    pipes.process.stdin.buffer.flush()

    assert sorted(codes) == [-32700, -32602, -32601, -32600, -32600]
    assert pipes.read()["error"]["code"] == -32700
    number = pipes.ask("initialize", protocolVersion=1)
    assert pipes.answer_to(number)["result"]["protocolVersion"] == 1
    pipes.hang_up()
    assert pipes.process.wait(LIMIT_SECONDS) == 0
    assert pipes.process.stdout.read() == ""


def test_editor_that_vanishes_leaves_a_turn_that_was_stopped(pipes, place):
    session = pipes.begin(place)
    number = pipes.prompt(session, "/tools")  # whose output is that of a command of loom
    assert pipes.answer_to(number)["result"] == {"stopReason": "end_turn"}
    pipes.prompt(session, "something long")
    pipes.read_until(lambda message: "word-3" in json.dumps(message))
    pipes.hang_up()

    assert pipes.process.wait(LIMIT_SECONDS) == 0
    [stopped] = [event for event in place.events() if event["type"] == "TurnInterrupted"]
    assert stopped["data"]["reason"] == "the editor has gone"


def test_editor_that_reads_no_more_ends_it_too(pipes, place):
    session = pipes.begin(place)
    pipes.prompt(session, "something long")
    pipes.read_until(lambda message: "word-3" in json.dumps(message))
    pipes.stop_reading()

    assert pipes.process.wait(LIMIT_SECONDS) == 0
    assert "TurnInterrupted" in [event["type"] for event in place.events()]


def test_person_who_starts_it_is_told_what_it_is_for(place):
    import pty

    master, slave = pty.openpty()
    process = place.start("acp", stdin=slave)
    os.close(slave)
    ended = place.finish(process)
    os.close(master)

    assert ended.code == 2
    assert "use loom cowork or loom tui" in ended.stderr


def test_plain_files_are_refused(place):
    with (place.root / "requests").open("w+") as requests:
        ended = place.finish(place.start("acp", stdin=requests))

    assert ended.code == 2
    assert "needs pipes" in ended.stderr
