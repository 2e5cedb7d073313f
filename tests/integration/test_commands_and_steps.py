"""Small models move files by one shell command, and are given a goal of several steps one by one."""

import pytest
from scenario import model, texts_of

from loom_core.testing import Script


@pytest.fixture
def work(place, sandboxed):
    """Runs a goal with a small model that gives these answers, one after the other."""

    def run(goal, *answers, retries=0):
        server = place.listen(Script.of(*answers))
        settings = f"[execution]\nmax_subtask_retries = {retries}\nmax_replans = 0\n"
        place.configure(settings, small=model(server.url, dialect="json_action"))
        return place.work(goal, "--yes"), server

    return run


def test_a_file_is_renamed_by_a_command(work, place):
    (place.workspace / "a.txt").write_text("one\n")

    finished, server = work("Rename a.txt to b.txt", "```bash\nmv a.txt b.txt\n```")

    assert finished.code == 0
    assert place.read("b.txt") == "one\n"
    assert not (place.workspace / "a.txt").exists()
    assert "shell command" in texts_of(server.requests[0].body, "user")[-1]


def test_what_a_command_did_wrong_goes_back_to_the_model(work, place):
    (place.workspace / "a.txt").write_text("one\n")

    finished, server = work("Copy a.txt to b.txt", "mv a.txt b.txt", "```\ncp b.txt a.txt\n```")

    assert finished.code == 0
    assert "file_keeps a.txt" in texts_of(server.requests[1].body, "user")[-1]


def test_a_command_that_deletes_more_than_was_named_is_taken_back(work, place):
    for name in ("a.tmp", "keep.txt"):
        (place.workspace / name).write_text("one\n")

    finished, server = work(
        "Delete all files that end in .tmp", "rm *.*", "rm *.*", "rm a.tmp", retries=1
    )

    assert finished.code == 0
    assert place.read("keep.txt") == "one\n"
    assert "had to stay" in texts_of(server.requests[1].body, "user")[-1]


def test_a_goal_of_two_steps_is_done_one_by_one(work, place):
    goal = 'Create a.txt with the text "Be kind", then copy a.txt to b.txt.'

    finished, server = work(goal, "```\nBe kind\n```", "```\ncp a.txt b.txt\n```")

    assert finished.code == 0
    assert (place.read("a.txt"), place.read("b.txt")) == ("Be kind\n", "Be kind\n")
    first, second = (texts_of(request.body, "user")[-1] for request in server.requests)
    assert "copy" not in first
    assert "Be kind" not in second
