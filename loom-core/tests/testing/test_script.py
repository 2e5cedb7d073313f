import pytest
from pydantic import ValidationError

from loom_core.testing import FaultKind, NoReply, Reply, Rule, Script, ScriptedCall
from loom_core.testing.conversation import Conversation, Turn, conversation_of
from loom_core.types import FinishReason, Message, ModelRequest, Role, ToolSpec


def conversation(*turns, schema_text="", tools=()):
    return Conversation(tuple(Turn(role, text) for role, text in turns), schema_text, tools)


TALK = conversation(
    ("system", "You are careful."),
    ("user", "Create hello.py"),
    ("assistant", "calling"),
    ("tool", "wrote 12 bytes"),
    schema_text='{"type":"object","properties":{"action":{}}}',
    tools=("write_file",),
)


@pytest.mark.parametrize(
    "condition",
    [
        {"first_user": "hello.py"},
        {"last_user": "Create"},
        {"last": "12 bytes"},
        {"system": "careful"},
        {"anywhere": "calling"},
        {"turn": 1},
        {"schema_text": '"action"'},
        {"offers_tool": "write_file"},
        {},
    ],
)
def test_rule_matches_when_its_condition_holds(condition):
    assert Rule(reply=Reply(), **condition).matches(TALK)


@pytest.mark.parametrize(
    "condition",
    [
        {"first_user": "goodbye"},
        {"last_user": "12 bytes"},
        {"last": "Create"},
        {"system": "hello.py"},
        {"anywhere": "nowhere"},
        {"turn": 0},
        {"schema_text": '"plan"'},
        {"offers_tool": "read_file"},
        {"turn": 1, "last": "Create"},
    ],
)
def test_rule_does_not_match_when_one_condition_fails(condition):
    assert not Rule(reply=Reply(), **condition).matches(TALK)


def test_first_rule_that_matches_answers():
    rules = (Rule(turn=0, reply=Reply(text="a")), Rule(reply=Reply(text="b")), Rule(reply=Reply()))
    script = Script(rules=rules)

    assert script.reply_to(TALK, 0) == (Reply(text="b"), False)


def test_rules_answer_the_same_to_the_same_request():
    script = Script(rules=(Rule(turn=1, reply=Reply(text="b")),), sequence=(Reply(text="no"),))

    assert [script.reply_to(TALK, index)[0].text for index in (0, 1, 7)] == ["b"] * 3


def test_sequence_then_default():
    script = Script(sequence=(Reply(text="1"), Reply(text="2")), default=Reply(text="rest"))

    assert script.reply_to(TALK, 0) == (Reply(text="1"), True)
    assert script.reply_to(TALK, 1) == (Reply(text="2"), True)
    assert script.reply_to(TALK, 2) == (Reply(text="rest"), False)


def test_nothing_to_say_shows_the_request():
    with pytest.raises(NoReply, match="hello"):
        Script.of().reply_to(TALK, 0)


def test_script_survives_json():
    script = Script(
        rules=(
            Rule(first_user="é", turn=2, reply=Reply.calling("write_file", path="a", content="\n")),
            Rule(reply=Reply.failing(FaultKind.CUT, after_frames=3, text="x")),
        ),
        sequence=(Reply.status(429, "slow down", Retry_After="2"),),
        default=Reply.answering({"ok": True}),
    )

    assert Script.model_validate_json(script.model_dump_json()) == script


def test_status_reply_keeps_headers_with_hyphens():
    fault = Reply.status(429, Retry_After="2").fault

    assert fault is not None
    assert fault.headers == {"Retry-After": "2"}


@pytest.mark.parametrize("bad", ['{"rule": []}', '{"default": {"tekst": "x"}}', "[]"])
def test_misspelt_script_is_refused(bad):
    with pytest.raises(ValidationError):
        Script.model_validate_json(bad)


def test_finish_reason_follows_the_calls():
    assert Reply(text="x").finish is FinishReason.STOP
    assert Reply.calling("f").finish is FinishReason.TOOL_CALLS
    cut = Reply.failing(FaultKind.TRUNCATED_ARGUMENTS)
    assert cut.finish is FinishReason.LENGTH


def test_raw_arguments_are_sent_as_they_are():
    assert ScriptedCall(name="f", arguments='{"a": tru').arguments_text == '{"a": tru'
    assert ScriptedCall(name="f", arguments={"a": "é"}).arguments_text == '{"a": "é"}'


def test_conversation_of_a_request():
    request = ModelRequest(
        messages=(Message(role=Role.USER, text="hi"), Message(role=Role.ASSISTANT, text="yes")),
        tools=(ToolSpec(name="f", description="d", parameters={}),),
        answer_schema={"type": "object"},
    )

    seen = conversation_of(request)

    assert seen.assistant_turns == 1
    assert seen.first_user == "hi"
    assert seen.schema_text == '{"type":"object"}'
    assert seen.tools == ("f",)
