"""A model that is gone: another one that has its role does the work, and that is told."""

import pytest
from scenario import BIG_GOAL, GOAL, done, model, part, planned, says_hi, subtask, turns, write

from loom_core.routing import circuit
from loom_core.testing import Reply, Rule, Script, ServerFacts

LATE_TOOL = """
    from pydantic import BaseModel
    from loom_core.contracts.tool import Risk, Tool
    from loom_core.types import ToolResult

    class Nothing(BaseModel):
        pass

    class Late(Tool[Nothing]):
        name = "late_tool"
        purpose = "Do what nobody knew of before."
        arguments_model = Nothing
        risk = Risk.READ

        async def run(self, arguments, context):
            return ToolResult(text="late")

    thing = Late
"""
NOBODY = "http://127.0.0.1:9"
OUT_OF_MEMORY = Reply.status(500, '{"error": "model requires more system memory (9 GiB)"}')


def changed(finished):
    return [
        (data["instead_of"], data["model"], data["error"])
        for data in finished.of("ModelFailedOver")
    ]


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply.status(404), "ModelNotFound"),
        (OUT_OF_MEMORY, "ModelNotLoaded"),
        (Reply.status(503, retry_after="600"), "ModelOverloaded"),
    ],
)
@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_another_model_goes_on_where_one_fails(place, provider, reply, error):
    first = place.listen(Script(rules=turns(says_hi()[0], reply)))
    second = place.listen(Script(rules=turns(*says_hi())))
    place.configure(
        main=model(first.url, provider=provider), other=model(second.url, provider=provider)
    )

    finished = place.work()

    assert finished.code == 0, finished.result
    assert changed(finished) == [("main", "other", error)]
    assert [d["model"] for d in finished.of("ModelCallFinished")] == ["main", "other"]
    assert len(second.requests) == 1
    assert place.read("hello.txt") == "hi\n"


def test_nobody_at_an_address_is_stood_in_for_and_the_person_is_told(place):
    place.configure(
        main=model(NOBODY), other=model(place.listen(Script(rules=turns(*says_hi()))).url)
    )

    finished = place.run("run", GOAL, "-w", place.workspace)

    assert finished.code == 0
    assert "other is executor instead of main" in finished.stderr
    assert place.run("status", "last").code == 0
    assert "other stood in for main" in place.run("status", "last").stdout


def test_errors_that_no_other_model_would_mend_are_not_hidden(place):
    other = place.listen(Script(rules=turns(*says_hi())))
    place.configure(
        main=model(place.listen(Script.always(Reply.status(401))).url), other=model(other.url)
    )

    finished = place.work()

    assert finished.result["state"] == "paused"
    assert not finished.of("ModelFailedOver")
    assert not other.requests


def test_a_conversation_that_another_model_cannot_go_on_with_is_begun_anew(place):
    first = place.listen(Script(rules=turns(Reply.calling("list_directory"), Reply.status(404))))
    second = place.listen(Script(rules=turns(*says_hi())), ServerFacts(window=1200))
    place.configure(main=model(first.url), other=model(second.url, dialect="json_action"))
    long = "hello.txt says hi. " * 400

    finished = place.work(GOAL, "--context", long)

    assert finished.of("AttemptFailed")[0]["failure"] == "protocol"
    assert "cannot go on" in finished.of("AttemptFailed")[0]["reason"]
    assert finished.of("PromptAssembled")[1]["model"] == "other"


def test_the_first_choice_takes_its_work_back_once_it_answers_again(place, monkeypatch):
    monkeypatch.setattr(circuit, "_FIRST_WAIT_SECONDS", 0.0)  # the wait is tested with the circuit
    main = (
        *planned(subtask("a"), subtask("b", "a")),
        Rule(first_user="part a into", reply=Reply.status(404)),
        *part("b into", write("b.txt", "b"), done()),
    )
    other = part("a into", write("a.txt", "a"), done())
    place.configure(
        main=model(place.listen(Script(rules=main)).url),
        other=model(place.listen(Script(rules=other)).url),
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    assert changed(finished) == [("main", "other", "ModelNotFound")]
    assert finished.of("ModelCameBack") == [{"role": "executor", "model": "main"}]
    models = [data["model"] for data in finished.of("ModelCallFinished", "a")]
    assert models == ["other", "other"]


def test_a_resumed_conversation_stays_with_the_model_that_it_was_begun_with(place):
    rules = turns(says_hi()[0], Reply.status(401))
    other = place.listen(Script(rules=rules))
    place.configure(main=model(NOBODY), other=model(other.url))
    assert place.work().result["state"] == "paused"
    main = place.listen(Script(rules=turns(*says_hi())))
    again = place.listen(Script(rules=turns(*says_hi())))
    place.configure(main=model(main.url), other=model(again.url))

    finished = place.run("run", "--resume", "last", "--json")

    assert finished.code == 0, finished.result
    assert len(again.requests) == 1
    assert not main.requests
    assert not finished.of("PromptAssembled")


def test_a_resumed_conversation_whose_model_is_not_configured_any_more_says_so(place):
    place.configure(
        gone=model(place.listen(Script(rules=turns(says_hi()[0], Reply.status(401)))).url)
    )
    assert place.work().result["state"] == "paused"
    place.configure(new=model(place.listen(Script(rules=turns(*says_hi()))).url))

    finished = place.run("run", "--resume", "last", "--json")

    assert finished.code == 0, finished.result
    assert changed(finished) == [("gone", "new", "")]


def test_a_resumed_conversation_is_offered_the_tools_it_was_begun_with(place, site):
    first = place.listen(Script(rules=turns(says_hi()[0], Reply.status(401))))
    place.configure(main=model(first.url))
    assert place.work().result["state"] == "paused"
    site.add("late_tool", "loom.tools", LATE_TOOL)
    again = place.listen(Script(rules=turns(*says_hi())))
    place.configure(new=model(again.url))

    finished = place.run("run", "--resume", "last", "--json")

    assert finished.code == 0, finished.result
    assert "late_tool" in place.run("tools").stdout
    offered = [[tool["function"]["name"] for tool in r.body["tools"]] for r in first.requests]
    later = [[tool["function"]["name"] for tool in r.body["tools"]] for r in again.requests]
    assert later == [offered[0]]
