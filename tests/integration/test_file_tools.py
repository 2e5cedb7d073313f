"""The file tools as a task uses them: through the command, the engine, the server and the disk."""

import base64
import hashlib

import pytest
from scenario import LIMIT_SECONDS, done, says_hi, turns

from loom_core.replaying.exported import differences_of_export
from loom_core.testing import Reply, ServerFacts

PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
GOAL = "Tidy up"


def contents(place):
    root = place.workspace
    return {
        str(path.relative_to(root)): (path.read_bytes(), path.stat().st_mode)
        for path in root.rglob("*")
        if path.is_file()
    }


def messages(server):
    return [message for request in server.requests for message in request.body["messages"]]


@pytest.mark.parametrize("dialect", ["native", "json_action"])
@pytest.mark.parametrize("provider", ["ollama", "openai_compatible"])
def test_an_image_reaches_a_model_that_sees(place, provider, dialect):
    (place.workspace / "dot.png").write_bytes(PNG)
    calls = {
        "native": (Reply.calling("read_file", path="dot.png"), done()),
        "json_action": (
            Reply.answering({"tool": "read_file", "path": "dot.png"}),
            Reply.answering({"tool": "complete", "summary": "did it"}),
        ),
    }
    server = place.serve(
        *turns(*calls[dialect]),
        provider=provider,
        dialect=dialect,
        facts=ServerFacts(sees_images=True),
    )

    place.work("Describe dot.png")

    data = base64.b64encode(PNG).decode()
    turn = next(message for message in messages(server) if data in str(message))
    assert turn["role"] == "user"
    if provider == "ollama":
        assert turn["images"] == [data]
    else:
        url = f"data:image/png;base64,{data}"
        assert turn["content"][1] == {"type": "image_url", "image_url": {"url": url}}


def test_an_image_lies_beside_the_journal_and_is_read_back_for_a_resume_and_an_export(
    place, tmp_path
):
    (place.workspace / "dot.png").write_bytes(PNG)
    data = base64.b64encode(PNG).decode()
    server = place.serve(
        *turns(
            Reply.calling("read_file", path="dot.png"),
            Reply.calling("ask_user", question="What is it?"),
            *says_hi(),
        ),
        facts=ServerFacts(sees_images=True),
    )

    place.work()
    before = len(server.requests)
    place.run("answer", "last", "a dot")
    assert place.run("run", "--resume", "last").code == 0

    assert data in str(server.requests[before].body["messages"])
    (result,) = [
        event["data"]["result"]
        for event in place.events()
        if event["type"] == "ToolCallFinished" and event["data"]["tool"] == "read_file"
    ]
    sha256 = hashlib.sha256(PNG).hexdigest()
    assert result["images"] == [{"media_type": "image/png", "data": "", "sha256": sha256}]
    target = tmp_path / "exported"
    assert place.run("replay", "last").code == 0
    assert place.run("export", "last", "--output", target).code == 0
    assert (target / "contents" / sha256).read_bytes() == PNG
    assert differences_of_export(target) == []


@pytest.mark.parametrize("provider", ["ollama", "openai_compatible"])
def test_a_model_that_does_not_see_is_told_so(place, provider):
    (place.workspace / "dot.png").write_bytes(PNG)
    server = place.serve(
        *turns(Reply.calling("read_file", path="dot.png"), done()), provider=provider
    )

    place.work("Describe dot.png")

    said = str(messages(server))
    assert "dot.png is a PNG image of 70 bytes." in said
    assert "this model cannot see images" in said
    assert base64.b64encode(PNG).decode() not in said


def test_moves_and_deletions_of_a_task_are_undone_to_the_byte(place):
    root = place.workspace
    (root / "src/deep").mkdir(parents=True)
    (root / "src/a.bin").write_bytes(b"\r\n\xff\0")
    (root / "src/deep/run.sh").write_text("#!/bin/sh")
    (root / "src/deep/run.sh").chmod(0o755)
    (root / "old.txt").write_text("old, no newline")
    before = contents(place)
    place.serve(
        *turns(
            Reply.calling("move_file", source="src", destination="lib/core"),
            Reply.calling("delete_file", path="old.txt"),
            Reply.calling("move_file", source="lib/core/a.bin", destination="b.bin"),
            done(),
        )
    )

    finished = place.work(GOAL)
    after = contents(place)
    undone = place.run("undo", "last")

    assert finished.code == 3  # old.txt was deleted, which the goal does not name
    assert sorted(after) == ["b.bin", "lib/core/deep/run.sh"]
    assert undone.code == 0
    assert contents(place) == before


def test_a_model_finds_replace_all_by_what_the_refusal_says(place):
    (place.workspace / "a.txt").write_text("colour colour\ncolour\n")
    words = {"path": "a.txt", "old_str": "colour", "new_str": "color"}
    server = place.serve(
        *turns(
            Reply.calling("edit_file", **words),
            Reply.calling("edit_file", **words, replace_all=True),
            done(),
        )
    )

    finished = place.work("Replace colour by color everywhere in a.txt")

    assert finished.code == 0
    assert "to change all 3 set replace_all to true" in str(messages(server))
    assert place.read("a.txt") == "color color\ncolor\n"


@pytest.mark.usefixtures("sandboxed")
def test_what_a_subtasks_own_command_changed_is_not_somebody_elses(place):
    (place.workspace / "a.txt").write_text("one\n")
    place.serve(
        *turns(
            Reply.calling("read_file", path="a.txt"),
            Reply.calling("shell_execute", command="sed -i s/one/two/ a.txt"),
            Reply.calling("edit_file", path="a.txt", old_str="two", new_str="three"),
            done(),
        )
    )

    place.work(GOAL)

    assert place.read("a.txt") == "three\n"


def test_a_file_changed_by_somebody_else_is_not_overwritten(place):
    (place.workspace / "a.txt").write_text("one\n")
    read = Reply.calling("read_file", path="a.txt")
    write = Reply.calling("write_file", path="a.txt", content="mine\n")
    server = place.serve(
        *turns(read, write.model_copy(update={"delay_seconds": 1.0}), done()),
        settings="[execution]\nmax_subtask_retries = 0",
    )

    process = place.start("run", GOAL, "-w", place.workspace)
    assert server.wait_for_requests(2, LIMIT_SECONDS)
    (place.workspace / "a.txt").write_text("theirs\n")
    place.finish(process)

    assert place.read("a.txt") == "theirs\n"
    assert "was changed by somebody else since you read it" in str(messages(server))
