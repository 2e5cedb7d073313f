"""Best of several samples: other answers to one prompt, of which the checks choose, before escalation."""

import pytest
from scenario import BIG_GOAL, done, model, part, planned, subtask, texts_of, turns, write

from loom_core.testing import Reply, Script

CHECKS = [
    {"kind": "file_contains", "target": "only.txt", "expected": "forty"},
    {"kind": "file_contains", "target": "only.txt", "expected": "two"},
]


def sampled(*contents):
    """Two attempts that write 41, then samples that write these, by the seed that each is asked with."""
    claims = [done()] * 9
    samples = [
        rule
        for seed, content in enumerate(contents, start=1)
        for rule in turns(
            write("only.txt", content),
            *claims,
            first_user="attempt 2:",
            seed=seed,
        )
    ]
    return (
        *planned(subtask("only", checks=CHECKS)),
        *samples,
        *part("only", write("only.txt", "41\n"), *claims),
    )


@pytest.fixture
def work(place):
    """Runs a goal with a weak model, whose samples are these, and a strong one that knows better."""

    def run(*contents, settings="", **weak):
        small = place.listen(Script(rules=sampled(*contents)))
        large = place.listen(Script(rules=part("only", write("only.txt", "forty-two\n"), done())))
        models = {
            "small": model(small.url, **weak),
            "large": model(large.url, tier=2, roles=["executor"]),
        }
        place.configure(f"[execution]\n{settings}", **models)
        (place.workspace / "only.txt").write_text("old\n")
        return place.work(BIG_GOAL), small, large

    return run


def asked_samples(server):
    """The first requests of the samples."""
    return [
        request.body
        for request in server.requests
        if request.turn == 0 and any("attempt 2:" in text for text in texts_of(request.body))
    ]


def test_the_first_sample_that_passes_its_checks_is_the_result_and_no_stronger_model_is_asked(
    place, work
):
    finished, small, large = work("forty\n", "forty-two!\n", "forty-two\n")

    assert finished.code == 0
    assert place.read("only.txt") == "forty-two!\n"
    assert not large.requests
    started = finished.of("SubtaskStarted")
    assert [data["sample"] for data in started] == [0, 0, 1, 2]
    assert {data["tier"] for data in started} == {1}
    (compared,) = finished.of("SamplesCompared")
    seen = [(one["attempt"], one["passed"], one["checks"]) for one in compared["samples"]]
    assert (compared["chosen"], seen) == (4, [(3, 1, 2), (4, 2, 2)])
    bodies = asked_samples(small)
    assert bodies[0]["messages"] == bodies[1]["messages"]
    assert [body["seed"] for body in bodies] == [1, 2]


def test_all_samples_but_the_chosen_one_are_taken_back_and_undo_restores_what_was_there(
    place, work
):
    finished, _, _ = work("43\n", "forty-two!\n")

    undone = place.run("undo", "last")

    taken_back = finished.of("AttemptRolledBack")
    assert [change["path"] for data in taken_back for change in data["changes"]] == ["only.txt"] * 3
    assert undone.code == 0, undone.stderr
    assert place.read("only.txt") == "old\n"


def test_when_no_sample_passes_the_stronger_model_is_told_how_near_they_came(place, work):
    finished, _, large = work("43\n", "forty\n", "45\n")

    assert finished.code == 0
    assert place.read("only.txt") == "forty-two\n"
    assert [data["next_step"] for data in finished.of("AttemptFailed")] == [
        "retry",
        "sample",
        "sample",
        "sample",
        "escalate",
    ]
    (compared,) = finished.of("SamplesCompared")
    assert (compared["chosen"], len(compared["samples"])) == (0, 3)
    told = texts_of(large.requests[0].body, "user")[0]
    near = told.partition("the nearest of several tries:")[2].splitlines()[0]
    assert 'expected the text "two", and the file holds "forty"' in near
    assert "attempt 3:" not in told


def test_the_report_tells_of_samples(place, work):
    work("forty\n", "forty-two\n")

    shown = place.run("status", "last")

    assert (
        "2 samples of one prompt, checks passed: 1 of 2, 2 of 2; attempt 4 was chosen"
        in shown.stdout
    )


@pytest.mark.parametrize("settings", ["max_samples = 0", "max_loop_iterations = 16"])
def test_samples_can_be_left_out_and_leave_half_of_the_calls_to_stronger_models(work, settings):
    finished, _, large = work("forty-two\n", settings=settings)

    assert finished.code == 0
    assert "SamplesCompared" not in finished.types
    assert large.requests


def test_a_sample_of_a_model_that_writes_contents_is_one_answer(place):
    """Two attempts with three answers each, in two forms, then samples of the second form."""
    wrong = [Reply(text=f"```\nBe {number}\n```") for number in range(6)]
    server = place.listen(Script.of(*wrong, "```\nBe bad\n```", "```\nBe kind\n```"))
    place.configure(small=model(server.url, dialect="json_action"))

    finished = place.work('Create note.txt with the text "Be kind"')

    assert finished.code == 0
    assert place.read("note.txt") == "Be kind\n"
    assert [data["sample"] for data in finished.of("SubtaskStarted")] == [0, 0, 1, 2]
    first, second = server.requests[-2:]
    assert first.body["messages"] == second.body["messages"]
    assert (first.body["seed"], second.body["seed"]) == (1, 2)
