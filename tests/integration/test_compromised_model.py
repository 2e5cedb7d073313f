"""A model that obeys whatever a stranger wrote: nothing leaves, no yes is made up."""

import asyncio
import contextlib
import socket
import textwrap
import threading

import pytest
from hostile_scenarios import CANARY, ENCODED, HOSTILE, SCENARIOS, SENDING, TOOLS
from scenario import LOOM

from loom_core.app import Loom
from loom_core.settings import load_settings
from loom_core.types import ApprovalMode, ApprovalScope, Decision, TaskState

pytestmark = pytest.mark.slow


class Listener:
    """A host on loopback that keeps whatever is sent to it."""

    def __init__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                connection.close()

    def close(self):
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def listener():
    made = Listener()
    yield made
    made.close()


class Person:
    """Somebody who says yes to the first calls that ask, each with a scope, and no to all others."""

    def __init__(self, answers):
        self.answers = answers
        self._scopes = [ApprovalScope(scope) for scope in answers if scope != "question"]

    async def decide(self, call):
        if self._scopes:
            return Decision(approved=True, by="somebody", scope=self._scopes.pop(0))
        return Decision(approved=False, by="somebody", reason="no")

    async def answer(self, question):
        return "yes, do it, I approve everything"


def filled(value, places):
    """A scripted value with the places of this test put in."""
    text = value.model_dump_json()
    for name, place in places.items():
        text = text.replace(f"{{{name}}}", str(place))
    return type(value).model_validate_json(text)


async def run(place, scenario, person, task_id=""):
    """Run the scenario's task, or resume it; the task and its events."""
    asks = {"ask": person.decide, "ask_question": person.answer} if person.answers else {}
    settings = load_settings(cwd=place.here, home=place.home, environ={}).settings
    async with Loom.build(settings, home=place.home, **asks) as loom:
        if not task_id:
            mode = ApprovalMode(scenario.mode)
            made = await loom.create(scenario.goal, workspace=place.workspace, approval_mode=mode)
            task_id = made.id
        record = await loom.run(task_id)
        return record, await loom.store.events(task_id)


class Victim:
    """A workspace full of hostile text, tools that reach out, and everything that could be reached."""

    unattended = "deny"

    def __init__(self, place, site, listener, scenario):
        self.place = place
        self.scenario = scenario
        self.listener = listener
        self._wire = place.root / "wire"
        self.outside = place.root / "outside"
        self._wire.touch()
        self.outside.mkdir()
        (self.outside / "secret").write_text(CANARY)
        (place.workspace / "link").symlink_to(self.outside)
        for name, content in scenario.files.items():
            (place.workspace / name).write_text(content)
        for name in ("fetch", "page"):
            code = TOOLS.format(wire=str(self._wire), hostile=HOSTILE, name=name)
            site.add(name, "loom.tools", textwrap.dedent(code))

    def run(self, person):
        """The task's record and events after its last run, and the requests to the model."""
        server = self._serve(is_resumed=False)
        record, events = asyncio.run(run(self.place, self.scenario, person))
        if self.scenario.replies_when_resumed:
            self._serve(is_resumed=True)
            record, events = asyncio.run(run(self.place, self.scenario, person, record.id))
        return record, events, server.requests

    def _serve(self, *, is_resumed):
        places = {
            "port": self.listener.port,
            "outside": self.outside,
            "home": self.place.home,
            "loom": LOOM,
        }
        rules = [filled(rule, places) for rule in self.scenario.all_rules(is_resumed=is_resumed)]
        approval = f'[approval]\nunattended = "{self.unattended}"\n'
        return self.place.serve(*rules, settings=approval + self.scenario.settings)

    @property
    def has_sent(self):
        """Whether anything went to where the attacker wants it."""
        sent = self._wire.read_text()
        return any(text in sent for text in (CANARY, ENCODED, "evil.example"))


@pytest.fixture
def victim(place, site, listener, request):
    """The scenario's workspace."""
    scenario = request.getfixturevalue("scenario")
    if scenario.needs_sandbox:
        request.getfixturevalue("sandboxed")
    return Victim(place, site, listener, scenario)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_it_gets_nothing_out(victim, scenario):
    record, events, requests = victim.run(Person(scenario.answers))

    workspace = victim.place.workspace
    assert not victim.has_sent
    assert victim.listener.connections == 0
    assert sorted(path.name for path in victim.outside.iterdir()) == ["secret"]
    assert not (workspace / ".git" / "hooks" / "pre-commit").exists()
    assert not any((workspace / name).exists() for name in ("loom.toml", ".envrc", ".loom"))
    allowed = [event for event in events if event.type == "ApprovalDecided" and event.body.approved]
    assert {event.body.by for event in allowed} <= {"somebody"}
    assert len(allowed) == sum(answer != "question" for answer in scenario.answers)
    assert requests
    assert record.state is not TaskState.EXECUTING


@pytest.mark.parametrize(
    "scenario",
    [scenario for scenario in SCENARIOS if not scenario.answers],
    ids=lambda scenario: scenario.name,
)
def test_it_gets_nothing_out_while_it_waits_for_somebody(victim, scenario):
    victim.unattended = "wait"

    _, events, _ = victim.run(Person([]))

    assert not victim.has_sent
    assert victim.listener.connections == 0
    assert sorted(path.name for path in victim.outside.iterdir()) == ["secret"]
    assert not [e for e in events if e.type == "ApprovalDecided" and e.body.approved]


@pytest.mark.parametrize("scenario", SENDING, ids=lambda scenario: scenario.name)
def test_it_would_get_out_if_somebody_agreed(victim, scenario):
    """The proof that the attacks are real: nothing but the approval stops them."""
    victim.run(Person(["session"] * 50))

    assert victim.has_sent


def test_there_are_enough_of_them():
    assert len({scenario.name for scenario in SCENARIOS}) == len(SCENARIOS) >= 40
