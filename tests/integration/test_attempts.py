"""Attempts at subtasks through the real entry point: what counts as done, and what does not."""

import pytest
from scenario import (
    BIG_GOAL,
    done,
    model,
    part,
    planned,
    prompts,
    says_hi,
    subtask,
    texts_of,
    turns,
    write,
)

from loom_core.testing import Reply, Rule, Script, ScriptedCall

ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0"


def test_a_probing_call_that_finds_nothing_does_not_fail_the_subtask(place):
    place.serve(*turns(Reply.calling("read_file", path="not-there.txt"), *says_hi()))

    finished = place.work()

    assert finished.code == 0
    assert finished.of("ToolCallFinished")[0]["result"]["is_error"] is True
    assert finished.types.count("SubtaskStarted") == 1
    (outcome,) = finished.of("OutcomeReached")
    assert [record["was_recovered"] for record in outcome["outcome"]["tool_records"]] == [
        True,
        False,
    ]


def test_a_failed_call_that_succeeds_later_does_not_fail_the_subtask(place, sandboxed):
    look = Reply.calling("shell_execute", command="cat ready.txt")
    place.serve(*turns(look, write("ready.txt", "yes\n"), look, *says_hi()))

    finished = place.work()

    assert finished.code == 0
    assert finished.types.count("SubtaskStarted") == 1


@pytest.mark.parametrize("command", ["exit 3", "no-such-program"])
def test_a_command_that_failed_for_good_is_not_a_success(place, sandboxed, command):
    failing = Reply.calling("shell_execute", command=command)
    other = Reply.calling("shell_execute", command="echo ok")
    place.serve(*turns(failing, other, *says_hi()), settings=ONE_ATTEMPT)

    finished = place.work()

    assert finished.code == 1
    assert finished.result["state"] == "failed"
    assert "shell_execute" in finished.result["reason"]


def test_arguments_that_are_no_json_are_told_to_the_model_and_not_run(place):
    broken = Reply(tool_calls=(ScriptedCall(name="write_file", arguments="[1, 2"),))
    server = place.serve(*turns(broken, *says_hi()))

    finished = place.work()

    assert finished.code == 0
    assert len(finished.of("ToolCallStarted")) == 1
    assert "not a JSON object" in texts_of(server.requests[1].body, "tool")[0]


def test_arguments_that_do_not_fit_are_told_to_the_model_and_not_run(place):
    wrong = Reply.calling("write_file", path="hello.txt", colour="red")
    server = place.serve(*turns(wrong, *says_hi()))

    finished = place.work()

    assert finished.code == 0
    assert len(finished.of("ToolCallStarted")) == 1
    told = texts_of(server.requests[1].body, "tool")[0]
    assert "'content' is missing" in told
    assert "'colour'" in told


def test_blocked_is_never_completed(place):
    blocked = Reply.calling("blocked", reason="there is no such printer")
    place.serve(Rule(reply=blocked), settings=ONE_ATTEMPT)

    finished = place.work()

    assert finished.code == 1
    assert (finished.result["state"], finished.states()) == ("failed", {"goal": "blocked"})
    assert "there is no such printer" in finished.result["reason"]
    assert not {"SubtaskCompleted", "TaskCompleted"} & set(finished.types)


def test_an_exhausted_loop_is_stalled_after_twenty_calls_and_never_completed(place):
    for number in range(30):
        (place.workspace / f"file{number}.txt").write_text("x")
    looks = [Reply.calling("read_file", path=f"file{number}.txt") for number in range(30)]
    server = place.serve(*turns(*looks), settings=ONE_ATTEMPT)

    finished = place.work()

    assert finished.code == 1
    assert len(server.requests) == 20
    assert (finished.result["state"], finished.states()) == ("failed", {"goal": "stalled"})
    assert "20 model calls" in finished.result["reason"]


def test_going_in_circles_is_noticed_nudged_and_stalled(place):
    (place.workspace / "same.txt").write_text("the same\n")
    again = Reply.calling("read_file", path="same.txt")
    server = place.serve(Rule(reply=again), settings=ONE_ATTEMPT)

    finished = place.work()

    assert finished.code == 1
    assert finished.states() == {"goal": "stalled"}
    assert len(server.requests) == 4
    assert len(finished.of("ToolCallStarted")) == 1
    assert len(finished.of("NudgeSent")) == 2
    assert "read_file" in finished.result["reason"]


def test_the_feedback_of_a_verdict_reaches_the_prompt_of_the_retry(place):
    check = {"kind": "file_contains", "target": "only.txt", "expected": "forty-two"}
    server = place.serve(
        *planned(subtask("only", checks=[check])),
        *turns(write("only.txt", "forty-two\n"), done(), first_user="attempt 1:"),
        *part("only", write("only.txt", "wrong\n"), done(), done(), done()),
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    failed, _ = [data["verdict"] for data in finished.of("VerdictReached")]
    assert (failed["status"], "only.txt" in failed["feedback"]) == ("failed", True)
    retries = prompts(server, having="attempt 1:")
    assert failed["feedback"].splitlines()[0] in retries[0]
    (attempt,) = finished.of("AttemptFailed")
    assert (attempt["next_step"], attempt["reason"]) == ("retry", failed["feedback"])


def test_attempts_climb_to_the_next_tier_and_then_end(place):
    claim = Script.always(done("all done, trust me"))
    small, large = place.listen(claim), place.listen(claim)
    place.configure(
        "[execution]\nmax_replans = 0\nmax_samples = 0",
        small=model(small.url, tier=1),
        large=model(large.url, tier=2),
    )

    finished = place.work("Fix the bug in broken.py")

    assert finished.code == 1
    assert finished.result["state"] == "failed"
    models = [data["model"] for data in finished.of("ModelCallStarted")]
    assert list(dict.fromkeys(models)) == ["small", "large"]
    assert [data["next_step"] for data in finished.of("AttemptFailed")] == [
        "retry",
        "escalate",
        "escalate",
        "stop",
    ]


def test_what_depends_on_a_failed_subtask_is_skipped_and_the_rest_is_done(place):
    place.serve(
        *planned(subtask("bad"), subtask("good"), subtask("after", "bad")),
        *part("bad", Reply.calling("blocked", reason="no way")),
        *part("good", write("good.txt", "good\n"), done()),
        settings=ONE_ATTEMPT,
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 1
    assert finished.states() == {"bad": "blocked", "good": "completed", "after": "skipped"}
    assert place.read("good.txt") == "good\n"


def test_a_blocked_subtask_is_planned_another_way_and_finished_work_is_kept(place):
    new = {"subtasks": [subtask("other", "good")]}
    server = place.serve(
        Rule(schema_text='"subtasks"', last_user="Went wrong", reply=Reply.answering(new)),
        *planned(subtask("bad"), subtask("good")),
        *part("bad", Reply.calling("blocked", reason="the door is locked")),
        *part("good", write("good.txt", "good\n"), done()),
        *part("other", write("other.txt", "other\n"), done()),
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    (replaced,) = finished.of("PlanReplaced")
    assert (replaced["plan"]["version"], replaced["cancelled"]) == (2, ["bad"])
    assert finished.states() == {"good": "completed", "other": "completed"}
    asked = [p for p in prompts(server, having="Went wrong") if "the door is locked" in p]
    assert len(asked) == 1
    assert len(finished.of("SubtaskStarted", "good")) == 1


def always_blocked():
    """Plans that are all different and lead nowhere: a and b, then c and d, then e and f, then a and b."""

    def other(first, second, **when):
        new = Reply.answering({"subtasks": [subtask(first), subtask(second)]})
        return Rule(schema_text='"subtasks"', reply=new, **when)

    return (
        other("e", "f", last_user="Write part c"),
        other("c", "d", last_user="Write part a"),
        other("a", "b"),
        Rule(reply=Reply.calling("blocked", reason="never")),
    )


def test_replans_are_bounded(place):
    place.serve(*always_blocked(), settings="[execution]\nmax_replans = 2\nmax_subtask_retries = 0")

    finished = place.work(BIG_GOAL)

    assert finished.code == 1
    assert finished.types.count("PlanReplaced") == 2
    assert finished.result["state"] == "failed"


def test_the_count_of_replans_survives_a_stop(place):
    place.serve(*always_blocked(), settings="[execution]\nmax_replans = 2\nmax_subtask_retries = 0")
    first = place.work(BIG_GOAL, "--max-calls", "4")

    again = place.run("run", "--resume", "last", "--json")

    assert (first.result["state"], first.types.count("PlanReplaced")) == ("paused", 1)
    assert (again.code, again.result["state"]) == (1, "failed")
    replaced = [event for event in place.events() if event["type"] == "PlanReplaced"]
    assert [event["data"]["plan"]["version"] for event in replaced] == [2, 3]


def test_a_stronger_model_does_what_a_weak_one_could_not_and_the_report_tells(place):
    check = {"kind": "file_contains", "target": "only.txt", "expected": "forty-two"}
    weak = place.listen(
        Script(
            rules=(
                *planned(subtask("only", checks=[check])),
                *part("only", write("only.txt", "43\n"), *[done()] * 9),
            )
        )
    )
    strong = place.listen(Script(rules=part("only", write("only.txt", "forty-two\n"), done())))
    models = {"small": model(weak.url), "large": model(strong.url, tier=2, roles=["executor"])}
    place.configure("[execution]\nmax_samples = 0", **models)

    finished = place.run("run", BIG_GOAL, "-w", place.workspace)

    assert finished.code == 0
    assert place.read("only.txt") == "forty-two\n"
    assert "attempt 1 with small failed" in finished.stdout
    assert "attempt 2 with small failed" in finished.stdout
    assert "attempt 3 with large did it" in finished.stdout
    assert "forty-two" in prompts(strong)[0].partition("## Will be checked")[0]


def test_what_a_command_changed_before_its_attempt_ran_out_of_time_is_known(place, sandboxed):
    endless = Reply.calling("shell_execute", command="echo 1 > made.txt; sleep 60")
    limits = ONE_ATTEMPT + "\nsubtask_timeout_seconds = 4"
    place.serve(*turns(endless, *says_hi()), settings=limits)

    finished = place.work()

    assert finished.code == 1
    (call,) = finished.of("ToolCallFinished")
    assert [change["path"] for change in call["result"]["changes"]] == ["made.txt"]
    (outcome,) = finished.of("OutcomeReached")
    assert outcome["outcome"]["changes"] == call["result"]["changes"]
