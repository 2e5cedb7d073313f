"""A conversation that outgrows the model's window is made shorter, and that is told."""

import json

from scenario import done, texts_of, turns, write

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
