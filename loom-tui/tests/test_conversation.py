"""The conversation and the prompt by themselves, driven as a person would."""

import re

import pytest
from textual.app import App

from loom_core import events as e
from loom_core.contracts.provider import ReasoningDelta, TextDelta
from loom_core.cowork import Heard, Recorded
from loom_core.cowork.record import SessionLog
from loom_core.types import ChangeKind, FileChange, ModelResponse, ModelRole, ToolResult
from loom_tui.narrator import Narrator
from loom_tui.widgets.conversation import Conversation
from loom_tui.widgets.messages import Answer, Thoughts, ToolCallView, UserMessage
from loom_tui.widgets.prompt import Prompt

ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]")
HOSTILE = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\x9b2J\u202e[bold red]x[/] [@click=app.quit]y[/]"
CALL = {"step": 1, "call_id": "c", "tool": "edit_file"}


class FakeSession:
    window = 1000

    def __init__(self):
        self.log = SessionLog()


class ConversationApp(App):
    def __init__(self):
        super().__init__()
        self.conversation = Conversation()
        self.narrator = Narrator(self.conversation)
        self.session = FakeSession()

    def compose(self):
        yield self.conversation

    async def say(self, body):
        self.session.log.apply("turn-1", body)
        await self.narrator.apply(Recorded("turn-1", body), self.session)

    async def hear(self, text, kind=TextDelta):
        await self.narrator.apply(Heard("turn-1", kind(text)), self.session)

    async def answer(self, text, pieces):
        call = {"step": 1, "model": "m", "role": ModelRole.EXECUTOR}
        await self.say(e.ModelCallStarted(**call))
        for piece in pieces:
            await self.hear(piece)
        await self.say(e.ModelCallFinished(**call, response=ModelResponse(text=text)))
        await self.say(e.TurnAnswered(text=text))

    def screen_text(self):
        return "\n".join(
            "".join(segment.text for segment in strip)
            for strip in self.screen._compositor.render_strips()
        )


@pytest.mark.parametrize("size", [1, 7, 500])
async def test_reply_of_many_chunks_is_shown_whole(size):
    text = "First **part** of it.\n\n- one\n- two\n\n```py\nx = 1\n```\n\nLast."
    app = ConversationApp()
    async with app.run_test(size=(100, 40)) as pilot:
        await app.answer(text, [text[i : i + size] for i in range(0, len(text), size)])
        await pilot.pause()
        shown = app.screen_text()

    for part in ("First part of it.", "one", "two", "x = 1", "Last."):
        assert shown.count(part) == 1, part


async def test_text_is_never_markup_and_never_acts():
    app = ConversationApp()
    async with app.run_test(size=(120, 60)) as pilot:
        await app.say(e.TurnStarted(text=HOSTILE, sent=HOSTILE))
        await app.answer(HOSTILE, list(HOSTILE))
        await app.say(e.ToolCallStarted(**CALL, arguments={"path": HOSTILE}, recovery="pure"))
        await app.say(e.ToolCallFinished(**CALL, result=ToolResult(text=HOSTILE, is_error=True)))
        await app.say(e.ToolCallDenied(**CALL, reason=HOSTILE, by="x"))
        await app.say(e.TurnFailed(reason=HOSTILE))
        for view in app.query(ToolCallView):
            view.collapsed = False
        await pilot.pause()
        shown = app.screen_text()

    assert ACTING.findall(shown) == []
    assert shown.count("[bold red]x[/]") >= 5


async def test_changed_file_unfolds_with_its_diff():
    change = FileChange(path="a", kind=ChangeKind.MODIFIED)
    result = ToolResult(text="Edited a.\n@@ -1 +1 @@\n-old\n+new", changes=(change,))
    app = ConversationApp()
    async with app.run_test(size=(100, 40)) as pilot:
        await app.say(e.ToolCallStarted(**CALL, arguments={"path": "a"}, recovery="content"))
        [view] = app.query(ToolCallView)
        assert view.collapsed
        await app.say(e.ToolCallFinished(**CALL, result=result))
        await pilot.pause()

        assert not view.collapsed
        assert "+new" in app.screen_text()


async def test_thoughts_are_folded_and_can_be_read():
    app = ConversationApp()
    async with app.run_test(size=(100, 40)) as pilot:
        await app.hear("let me see", ReasoningDelta)
        [view] = app.query(Thoughts)
        assert view.collapsed
        view.collapsed = False
        await pilot.pause()

        assert "let me see" in app.screen_text()


class PromptApp(App):
    def __init__(self):
        super().__init__()
        self.prompt = Prompt()
        self.prompt.commands = {"/undo": "u", "/unused": "x", "/help": "h"}
        self.sent = []

    def compose(self):
        yield self.prompt

    def on_mount(self):
        self.prompt.focus()

    def on_prompt_sent(self, message):
        self.sent.append(message.text)


async def test_enter_sends_and_another_key_begins_a_line():
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press(*"one", "ctrl+j", *"two", "enter")
        await pilot.press("enter")

    assert app.sent == ["one\ntwo"]
    assert app.prompt.text == ""


async def test_tab_completes_commands_and_files():
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press("/", "u", "n", "tab")
        assert app.prompt.text == "/undo"
        await pilot.press("tab")
        assert app.prompt.text == "/unused"
        app.prompt.clear()
        app.prompt.paths = ["src/main.py", "a b.txt"]
        await pilot.press(*"look ", "@", *"main", "tab")
        assert app.prompt.text == "look @src/main.py"
        app.prompt.clear()
        await pilot.press("@", *"a", "tab")
        assert app.prompt.text == '@"a b.txt"'


async def test_arrows_go_through_what_was_sent():
    app = PromptApp()
    async with app.run_test() as pilot:
        await pilot.press(*"one", "enter", *"two", "enter", "up")
        assert app.prompt.text == "two"
        await pilot.press("up")
        assert app.prompt.text == "one"
        await pilot.press("down", "down")
        assert app.prompt.text == ""


async def test_ten_thousand_lines_can_be_pasted():
    from textual.events import Paste

    text = "\n".join(f"line {number}" for number in range(10_000))
    app = PromptApp()
    async with app.run_test() as pilot:
        app.post_message(Paste(text))  # as the terminal's driver does
        await pilot.pause()
        await pilot.press("enter")

    assert app.sent == [text]


def test_widgets_of_text_take_hostile_text():
    assert ACTING.findall(str(UserMessage(HOSTILE).content)) == []
    assert ACTING.findall(Answer(HOSTILE)._initial_markdown or "") == []


async def test_old_messages_make_room_and_the_screen_says_so():
    app = ConversationApp()
    async with app.run_test(size=(80, 20)) as pilot:
        for number in range(200):
            await app.say(e.TurnStarted(text=f"message {number}", sent=""))
        await pilot.pause()
        children = list(app.conversation.children)
        first = str(children[0].render())
        notes = [child for child in children if "not shown any more" in str(child.render())]

    assert len(children) <= 160
    assert "not shown any more" in first
    assert len(notes) == 1
    assert "message 199" in str(children[-1].render())
