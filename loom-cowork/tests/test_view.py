import io
import re

import pytest
from rich.console import Console

from loom_core import events as e
from loom_core.contracts.provider import ReasoningDelta, TextDelta
from loom_core.cowork import Heard, Recorded
from loom_core.cowork.record import SessionLog
from loom_core.types import Message, ModelResponse, ModelRole, Role, ToolResult, Usage
from loom_cowork.view import View

OWN = re.compile(r"\x1b\[(?:\d+;?)*m")
HOSTILE = "\x1b]0;t\x07\x1b[2J\x9b2J\u202eabc [bold]x[/bold] <b>y</b> [l](javascript:1)"


class FakeSession:
    window = 1000

    def __init__(self, dialect="native"):
        self.log = SessionLog()
        self.dialect = dialect


class Screen:
    def __init__(self, dialect="native"):
        self.out = io.StringIO()
        self.session = FakeSession(dialect)
        console = Console(file=self.out, force_terminal=True, width=90, highlight=False)
        self.view = View(console, self.session)
        prompt = (Message(role=Role.SYSTEM, text="s"),)
        self.say(e.TurnStarted(text="q", sent="q"))
        self.say(e.PromptAssembled(model="m", dialect=dialect, prompt=prompt))

    def say(self, body):
        self.session.log.apply("turn-1", body)
        self.view.apply(Recorded("turn-1", body))

    def hear(self, text, kind=TextDelta):
        self.view.apply(Heard("turn-1", kind(text)))

    def answer(self, text, pieces, said=None):
        call = {"step": 1, "model": "m", "role": ModelRole.EXECUTOR}
        self.say(e.ModelCallStarted(**call))
        for piece in pieces:
            self.hear(piece)
        usage = Usage(prompt_tokens=90, cached_tokens=45, completion_tokens=10)
        self.say(e.ModelCallFinished(**call, response=ModelResponse(text=text, usage=usage)))
        self.say(e.TurnAnswered(text=text if said is None else said))

    @property
    def shown(self):
        return OWN.sub("", self.out.getvalue())


@pytest.fixture
def screen():
    return Screen()


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_answer_is_shown_once_however_it_streams(screen, size):
    text = "First **part**.\n\n- one\n- two\n\n```py\nx = 1\n```\nLast."

    screen.answer(text, [text[i : i + size] for i in range(0, len(text), size)])

    for part in ("First part.", "one", "two", "x = 1", "Last."):
        assert screen.shown.count(part) == 1, part


def test_answer_that_did_not_stream_is_shown(screen):
    screen.answer("All at once.", [])

    assert screen.shown.count("All at once.") == 1


def test_end_of_what_streams_is_seen_before_it_is_finished(screen):
    screen.hear("hm", ReasoningDelta)
    assert screen.view.tail == "hm"

    screen.hear("half a sen")
    assert screen.view.tail == "half a sen"
    assert "half" not in screen.shown


def test_figures_tell_window_and_cache(screen):
    screen.answer("ok", ["ok"])

    assert "100 tokens" in screen.shown
    assert "50% cached" in screen.shown
    assert "window 10% of 1,000" in screen.shown


def test_action_of_a_small_model_is_not_shown_as_text():
    screen = Screen("json_action")

    screen.answer('{"tool": "answer", "text": "hi"}', ['{"tool": "ans'], said="hi")

    assert screen.view.tail == ""
    assert '"tool"' not in screen.shown
    assert "hi" in screen.shown


def test_hostile_text_is_shown_and_does_nothing(screen):
    screen.answer(HOSTILE, [HOSTILE])
    screen.say(
        e.ToolCallStarted(
            step=1, call_id="c", tool=HOSTILE, arguments={"p": HOSTILE}, recovery="pure"
        )
    )
    screen.say(
        e.ToolCallFinished(step=1, call_id="c", tool=HOSTILE, result=ToolResult(text=HOSTILE))
    )
    screen.say(e.ToolCallDenied(step=1, call_id="c", tool="t", reason=HOSTILE, by="x"))
    screen.say(e.TurnInterrupted(reason=HOSTILE))

    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", screen.shown)
    assert "\x1b]" not in screen.out.getvalue()
    assert "[bold]x[/bold]" in screen.shown
    assert "<b>y</b>" in screen.shown
