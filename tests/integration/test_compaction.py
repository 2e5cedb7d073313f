"""A conversation that outgrows the model's window is made shorter, and that is told."""

import json

import pytest
from scenario import BIG_GOAL, done, planned, texts_of, turns, write

from loom_core.testing import Reply, Rule, ServerFacts

GOAL = "Create hello.txt that says hi"
WINDOW = ServerFacts(window=6000)
NOTES = Reply.answering({"found": ["the third line of b.txt is odd"], "left": ["write hello.txt"]})
NOTED = Rule(schema_text='"found"', reply=NOTES)


def read(name):
    return Reply.calling("read_file", path=name)


def files(place, *names, lines=120):
    for name in names:
        text = "".join(f"{name} line {number} of many words\n" for number in range(lines))
        (place.workspace / name).write_text(text)


def reading(*names):
    return [read(name) for name in names]


def test_long_results_become_stubs_that_can_be_read_back(place):
    files(place, "a.txt", "b.txt", "c.txt")
    place.serve(*turns(*reading("a.txt", "b.txt", "c.txt"), *[done()] * 9), facts=WINDOW)
    place.work()
    name = next(data["results"][0] for data in told(place))
    server = place.serve(
        *turns(*reading("a.txt", "b.txt", "c.txt"), read(name), write("hello.txt", "hi\n"), done()),
        facts=WINDOW,
    )

    finished = place.work()

    assert finished.code == 0, finished.stdout[-2000:]
    compacted = finished.of("ConversationCompacted")[0]
    assert compacted["way"] == "stubs"
    assert not compacted["is_refused"]
    assert compacted["tokens_after"] < compacted["tokens_before"]
    after = next(r.body for r in server.requests if name in json.dumps(r.body))
    assert f"read_file with path {name}" in json.dumps(after)
    back = finished.of("ToolCallFinished")[3]["result"]
    assert "a.txt line 0 of many words" in back["text"]
    assert not back["is_error"]


def told(place):
    return [e["data"] for e in place.events() if e["type"] == "ConversationCompacted"]


def test_older_turns_become_a_summary_when_stubs_do_not_suffice(place):
    many = [f"f{number}.txt" for number in range(14)]
    files(place, *many, lines=24)
    server = place.serve(
        NOTED,
        Rule(first_user="Done so far", last="Created", reply=done()),
        Rule(first_user="Done so far", reply=write("hello.txt", "hi\n")),
        *turns(*reading(*many)),
        facts=ServerFacts(window=5000),
    )

    finished = place.work()

    summaries = [d for d in finished.of("ConversationCompacted") if d["way"] == "summary"]
    assert summaries, finished.stdout[-3000:]
    first = texts_of(server.requests[0].body)
    shortened = next(
        texts_of(r.body) for r in server.requests if "Done so far" in json.dumps(r.body)
    )
    assert shortened[0] == first[0]
    assert shortened[1].startswith(first[1])
    assert "read_file(path='f0.txt')" in shortened[1]
    assert "noted: the third line of b.txt is odd" in shortened[1]
    assert "left to do: write hello.txt" in shortened[1]
    assert finished.code == 0


REFUSED = Reply.status(
    400, '{"error": {"message": "the request exceeds the available context size"}}'
)


def test_a_conversation_that_the_server_refuses_is_made_shorter_and_asked_again(place):
    files(place, "a.txt", "b.txt")
    server = place.serve(
        NOTED,
        Rule(anywhere="left out here", last="Created", reply=done()),
        Rule(anywhere="left out here", reply=write("hello.txt", "hi\n")),
        *turns(*reading("a.txt", "b.txt"), REFUSED),
    )

    finished = place.work()

    assert finished.code == 0, finished.result
    (compacted,) = finished.of("ConversationCompacted")
    assert compacted["is_refused"]
    (failed,) = finished.of("ModelCallFailed")
    assert failed["error"] == "ContextExceeded"
    assert len(server.requests) >= 5


def test_a_conversation_that_cannot_be_made_shorter_ends_with_the_reason(place):
    server = place.serve(
        Rule(reply=REFUSED), settings="[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
    )

    finished = place.work()

    assert (finished.code, finished.result["state"]) == (1, "failed")
    assert "does not fit into the window" in finished.result["reason"]
    assert not finished.of("ConversationCompacted")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "noting",
    [
        Reply(text="no json at all"),
        Reply.status(500, '{"error": "failed to parse"}'),
        Reply.answering({"found": 3}),
        Reply(text='{"found": ["a', finish_reason="length"),
    ],
)
def test_without_notes_of_a_model_the_recorded_calls_are_the_summary(place, noting):
    many = [f"f{number}.txt" for number in range(14)]
    files(place, *many, lines=24)
    server = place.serve(
        Rule(schema_text='"found"', reply=noting),
        Rule(first_user="Done so far", last="Created", reply=done()),
        Rule(first_user="Done so far", reply=write("hello.txt", "hi\n")),
        *turns(*reading(*many)),
        facts=ServerFacts(window=5000),
    )

    finished = place.work()

    assert finished.code == 0, finished.result
    summed = next(texts_of(r.body)[1] for r in server.requests if "Done so far" in str(r.body))
    assert "read_file(path='f3.txt')" in summed
    assert "noted:" not in summed


def test_a_run_that_is_resumed_after_a_compaction_sends_the_same_bytes(place):
    many = [f"f{number}.txt" for number in range(14)]
    files(place, *many, lines=24)

    def rules(last):
        return (
            NOTED,
            Rule(first_user="Done so far", last="Created", reply=last),
            Rule(first_user="Done so far", reply=write("hello.txt", "hi\n")),
            *turns(*reading(*many)),
        )

    first = place.serve(*rules(Reply.status(401)), facts=ServerFacts(window=5000))
    assert place.work().result["state"] == "paused"
    second = place.serve(*rules(done()), facts=ServerFacts(window=9000))

    finished = place.run("run", "--resume", "last", "--json")

    assert finished.code == 0, finished.result
    assert len(second.requests) == 1
    assert second.requests[0].body["messages"] == first.requests[-1].body["messages"]
    assert not finished.of("ConversationCompacted")


def test_a_small_model_may_name_a_stub_where_it_must_name_a_file(place):
    files(place, "a.txt", "b.txt", "c.txt")
    asked = [{"tool": "read_file", "path": name} for name in ("a.txt", "b.txt", "c.txt")]
    server = place.serve(
        *planned({"id": "look", "description": "Compare the notes", "depends_on": []}),
        *turns(*map(Reply.answering, asked), *[Reply.answering({"tool": "complete"})] * 9),
        facts=WINDOW,
        dialect="json_action",
    )

    place.work(BIG_GOAL)

    name = told(place)[0]["results"][0]
    schema = json.dumps(next(r.body for r in server.requests if name in str(r.body)))
    assert f'"enum": ["a.txt", "b.txt", "c.txt", "{name}"' in schema


def test_the_report_says_that_conversations_were_made_shorter(place):
    files(place, "a.txt", "b.txt", "c.txt")
    replies = [*reading("a.txt", "b.txt", "c.txt"), write("hello.txt", "hi\n"), done()]
    place.serve(*turns(*replies), facts=WINDOW)

    finished = place.run("run", GOAL, "-w", place.workspace)

    assert finished.code == 0
    assert "the conversation was made shorter" in finished.stderr
    assert "conversations were made shorter" in place.run("status", "last").stdout
