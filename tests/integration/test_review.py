"""A model that reviews results, through the real entry point: what of it counts, and what does not."""

import json

import pytest
from reviewing import LINE, PASS, STORY, WRITES, cite, verdict
from scenario import done, model, prompts, texts_of, turns, write

from loom_core.testing import FaultKind, Reply, Script

GOAL = "Write a short text about rivers into rivers.txt"
"""Of which no check knows whether it is done: only that a file is there."""


@pytest.fixture
def reviewed(place):
    """Makes an executor that writes and a capable reviewer; gives the reviewer's server."""

    def make(*replies, executor=WRITES, settings="", **how):
        worker = place.listen(Script(rules=turns(*executor)))
        script = Script.of(*replies) if len(replies) > 1 else Script.always(replies[0])
        judge = place.listen(script)
        named = {"roles": ["verifier"], "tier": 2, **how}
        place.configure(
            settings,
            small=model(worker.url, roles=["planner", "executor"]),
            large=model(judge.url, **named),
        )
        return judge

    return make


def test_a_review_passes_with_evidence_that_the_harness_found(place, reviewed):
    reviewed(PASS)

    finished = place.work(GOAL)

    assert finished.code == 0
    (reached,) = finished.of("VerdictReached")
    assert (reached["verdict"]["status"], reached["verdict"]["tier"]) == ("passed", 2)
    seen = [one["detail"] for one in reached["verdict"]["evidence"] if "reviewed" in one["check"]]
    assert seen == [f"rivers.txt:1 {LINE!r}"]
    assert reached["verdict"]["tier_confidence"] == {"1": 1.0, "2": 0.9}
    assert {
        data["role"] for data in finished.of("ModelCallFinished") if data["model"] == "large"
    } == {"verifier"}


def test_the_reviewer_sees_the_change_and_not_the_story(place, reviewed):
    (place.workspace / "rivers.txt").write_text("Old text.\n")
    judge = reviewed(
        PASS,
        executor=(
            Reply.calling("read_file", path="rivers.txt"),
            write("rivers.txt", LINE + "\n"),
            done(STORY),
        ),
    )

    place.work(GOAL)

    (prompt,) = prompts(judge)
    assert f"    1 + {LINE}" in prompt
    assert "- Old text." in prompt
    assert GOAL in prompt
    assert STORY not in json.dumps(judge.requests[0].body)


def test_the_report_says_who_reviewed_and_what_was_cited(place, reviewed):
    reviewed(PASS)

    finished = place.run("run", GOAL, "-w", place.workspace)

    assert finished.code == 0
    assert "large reviewed" in finished.stdout
    assert "rivers.txt:1" in finished.stdout


def test_what_a_reviewer_complains_of_reaches_the_retry(place, reviewed):
    better = "Rivers carry water and mud to the sea."
    complaint = verdict("failed", cite(), feedback="it does not mention mud")
    judge = reviewed(complaint, verdict("passed", cite(quote=better)))
    worker = place.listen(
        Script(
            rules=(
                *turns(write("rivers.txt", better + "\n"), done(), first_user="mention mud"),
                *turns(write("rivers.txt", LINE + "\n"), done()),
            )
        )
    )
    place.configure(
        small=model(worker.url, roles=["planner", "executor"]),
        large=model(judge.url, roles=["verifier"], tier=2),
    )

    finished = place.work(GOAL)

    assert finished.code == 0
    assert [data["verdict"]["status"] for data in finished.of("VerdictReached")] == [
        "failed",
        "passed",
    ]
    assert place.read("rivers.txt") == better + "\n"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(verdict("passed"), id="agrees without evidence"),
        pytest.param(verdict("passed", cite("ghost.txt")), id="a file that is not there"),
        pytest.param(verdict("passed", cite(line=7)), id="a line that is not there"),
        pytest.param(verdict("passed", cite(quote="Rivers sing.")), id="a text that is not there"),
        pytest.param(verdict("passed", cite(quote="R")), id="a quote that is anywhere"),
        pytest.param(verdict("passed", cite("check 9", 0, "fine")), id="a check that never ran"),
        pytest.param(verdict("passed", cite("other.txt", 1, "older")), id="what was there before"),
        pytest.param(verdict("passed", cite("../secret", 1, "abc")), id="outside the workspace"),
        pytest.param(verdict("failed", feedback="bad"), id="disagrees without evidence"),
        pytest.param(verdict("failed", cite("rivers.txt", 0, LINE), feedback="x"), id="false loss"),
        pytest.param(verdict("passed", cite(), confidence=0.2), id="is not sure"),
        pytest.param(verdict("unverified"), id="cannot tell"),
        pytest.param(Reply(text="Looks great, passed!"), id="only talks"),
        pytest.param(Reply(text='{"tool": "verdict", "status": "pass'), id="garbage"),
        pytest.param(Reply(text=""), id="says nothing"),
        pytest.param(Reply.calling("verdict", status="passed"), id="half a verdict"),
        pytest.param(Reply.answering({"tool": "write_file", "path": "a"}), id="wants to write"),
        pytest.param(Reply.answering({"tool": "list_directory"}), id="only ever looks"),
        pytest.param(Reply.status(400, "no"), id="is refused"),
        pytest.param(Reply.failing(FaultKind.GARBAGE), id="breaks off"),
    ],
)
def test_a_reviewer_that_shows_nothing_is_no_pass_and_no_failure(place, reviewed, reply):
    (place.workspace / "other.txt").write_text("older text\n")
    judge = reviewed(reply)

    finished = place.work(GOAL)

    assert finished.code == 3
    assert finished.result["state"] == "waiting_approval"
    (reached,) = finished.of("VerdictReached")
    assert reached["verdict"]["status"] == "unverified"
    assert len(judge.requests) <= 8
    assert place.files() == ["other.txt", "rivers.txt"]


def test_a_reviewer_that_hangs_is_no_pass(place, reviewed):
    reviewed(Reply.failing(FaultKind.SILENT), first_token_timeout_seconds=1)

    finished = place.work(GOAL)

    assert finished.code == 3
    (reached,) = finished.of("VerdictReached")
    assert reached["verdict"]["status"] == "unverified"


def test_a_reviewer_that_always_disagrees_ends_and_never_completes(place, reviewed):
    limits = "[execution]\nmax_replans = 0\nmax_subtask_retries = 1"
    reviewed(verdict("failed", cite(), feedback="I do not like it"), settings=limits)

    finished = place.work(GOAL)

    assert finished.code != 0
    assert finished.types.count("SubtaskStarted") == 2
    assert "SubtaskCompleted" not in finished.types


def test_a_reviewer_may_correct_a_citation(place, reviewed):
    judge = reviewed(verdict("passed", cite(line=4)), PASS)

    finished = place.work(GOAL)

    assert finished.code == 0
    assert "no line 4" in texts_of(judge.requests[1].body)[-1]


def test_a_reviewer_looks_with_tools_that_only_read(place, reviewed):
    (place.workspace / ".env").write_text("KEY=hush\n")
    look = Reply.answering({"tool": "read_file", "path": "rivers.txt"})
    secret = Reply.answering({"tool": "read_file", "path": ".env"})
    judge = reviewed(look, secret, PASS)

    finished = place.work(GOAL)

    assert finished.code == 0
    assert LINE in texts_of(judge.requests[1].body)[-1]
    last = texts_of(judge.requests[2].body)[-1]
    assert "not for a reviewer" in last
    assert "hush" not in last
    assert "ApprovalRequested" not in finished.types
    schema = json.dumps(judge.requests[0].body["response_format"])
    assert "read_file" in schema
    assert "write_file" not in schema
    assert "shell_execute" not in schema


def test_a_reviewer_that_looks_at_the_same_again_has_to_judge(place, reviewed):
    look = Reply.answering({"tool": "read_file", "path": "rivers.txt"})
    judge = reviewed(look, look, PASS)

    finished = place.work(GOAL)

    assert finished.code == 0
    last = json.dumps(judge.requests[2].body["response_format"])
    assert "verdict" in last
    assert "read_file" not in last


def test_where_all_models_are_small_nobody_judges_and_that_is_said(place):
    server = place.serve(*turns(write("rivers.txt", LINE + "\n"), done()))

    finished = place.work(GOAL)

    assert finished.code == 0
    (reached,) = finished.of("VerdictReached")
    assert "no model reviewed goal" in reached["verdict"]["notes"][0]
    assert len(server.requests) == 2
    report = place.run("status", "last")
    assert "no model reviewed goal" in report.stdout


def test_a_small_model_judges_when_it_is_named_for_it(place, reviewed):
    judge = reviewed(PASS, tier=1)

    finished = place.work(GOAL)

    assert finished.code == 0
    assert len(judge.requests) == 1


def test_without_tier_two_nobody_reviews(place, reviewed):
    judge = reviewed(
        verdict("failed", cite(), feedback="no"), settings="[verification]\ntier2_enabled = false"
    )

    finished = place.work(GOAL)

    assert (finished.code, judge.requests) == (0, [])


def test_a_result_that_a_check_settles_needs_no_review(place, reviewed):
    judge = reviewed(
        verdict("failed", cite(), feedback="no"), executor=(write("a.txt", "hello\n"), done())
    )

    finished = place.work('Create a.txt that says "hello"')

    assert (finished.code, judge.requests) == (0, [])


def test_a_criterion_that_no_check_shows_is_left_to_the_reviewer(place, reviewed):
    (place.workspace / "calc.py").write_text("def add(a, b):\n    return a - b\n")
    fixed = "def add(a, b):\n    return a + b\n"
    judge = reviewed(
        verdict(
            "passed",
            cite("calc.py", 2, "return a + b"),
            cite("calc.py", 2, "return a + b", about=2),
        ),
        executor=(Reply.calling("read_file", path="calc.py"), write("calc.py", fixed), done()),
    )

    finished = place.work("Fix the bug in calc.py")

    assert finished.code == 0
    assert "calc.py does what it should" in prompts(judge)[0]


@pytest.mark.parametrize("works", [True, False])
def test_a_pass_has_to_cite_every_criterion(place, reviewed, works):
    (place.workspace / "calc.py").write_text("def add(a, b):\n    return a - b\n")
    about = [1, 2] if works else [1]
    cited = [cite("calc.py", 2, "return a + b", about=number) for number in about]
    fixed = "def add(a, b):\n    return a + b\n"
    reviewed(
        verdict("passed", *cited),
        executor=(Reply.calling("read_file", path="calc.py"), write("calc.py", fixed), done()),
    )

    finished = place.work("Fix the bug in calc.py")

    assert finished.code == (0 if works else 3)
