"""Learning through the real entry point: lessons are taken, seen, used, judged and forgotten."""

import json

from scenario import (
    ACTION_GOAL,
    BIG_GOAL,
    done,
    model,
    prompts,
    says_hi,
    three_parts,
    turns,
    write,
)

from loom_core.store.patterns import Patterns
from loom_core.testing import Rule, Script

LIKE_GOAL = "Build the three parts. Then join them into one file."
NO_MERCY = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"


def lessons(place, *options):
    return json.loads(place.run("learned", "--json", *options).stdout)


def kinds(place):
    return {lesson["kind"] for lesson in lessons(place)}


def planner_prompts(server):
    return [text for text in prompts(server) if "## Files\n" in text and "## Goal" in text]


def empty(place):
    """Take everything out of the workspace, so that the same goal can be had again."""
    for path in place.workspace.iterdir():
        path.unlink()


def test_a_plan_that_worked_is_shown_to_the_planner_of_a_like_goal(place):
    place.serve(*three_parts())
    assert place.work(BIG_GOAL).code == 0
    assert kinds(place) == {"task_template", "subtask_success"}
    empty(place)
    server = place.serve(*three_parts())

    finished = place.work(LIKE_GOAL)

    assert finished.code == 0
    (told,) = planner_prompts(server)
    assert "- whole (after left, right): Write part whole into whole.txt" in told
    assert told.index("## Files\n") < told.index("Plans that led to goals") < told.index("## Goal")
    (applied,) = finished.of("LessonsApplied")
    assert applied["lessons"][0]["kind"] == "task_template"


def test_an_unlike_goal_and_another_project_are_shown_nothing(place):
    place.serve(*three_parts())
    assert place.work(BIG_GOAL).code == 0
    server = place.serve(*three_parts())
    other = place.root / "other"
    other.mkdir()

    place.work("Rename every module. Then run all the tests twice.")
    place.run("run", LIKE_GOAL, "-w", other, "--json")

    assert not [text for text in planner_prompts(server) if "Plans that led" in text]


def test_jobs_that_take_many_retries_start_with_a_stronger_model(place):
    """Twice three attempts at tier 1 and 2: the third task begins at tier 2."""
    small = Script(rules=(*turns(write("wrong.txt", "x\n")), Rule(reply=done())))
    strong = Script(rules=turns(*says_hi()))
    place.configure(
        "[execution]\nmax_samples = 0",
        small=model(place.listen(small).url),
        strong=model(place.listen(strong).url, tier=2, roles=["executor"]),
    )
    first = place.work(ACTION_GOAL)
    assert [data["tier"] for data in first.of("SubtaskStarted")] == [1, 1, 2]
    empty(place)
    assert place.work(ACTION_GOAL).code == 0
    empty(place)

    third = place.work(ACTION_GOAL)

    assert [data["tier"] for data in third.of("SubtaskStarted")] == [2]
    (applied,) = third.of("LessonsApplied")
    assert "starts at tier 2" in applied["lessons"][0]["effect"]
    assert {"retry_pattern", "model_failure", "subtask_success"} <= kinds(place)


def test_a_model_that_never_gets_there_is_passed_over(place):
    weak = Script(rules=(*turns(write("wrong.txt", "x\n")), Rule(reply=done())))
    strong = Script(rules=turns(*says_hi()))
    tables = {
        "weak": model(place.listen(weak).url),
        "strong": model(place.listen(strong).url, tier=2, roles=["executor"]),
    }
    place.configure(NO_MERCY, **tables)
    assert [place.work(ACTION_GOAL).code for _ in range(2)] == [1, 1]

    third = place.work(ACTION_GOAL)

    assert third.code == 0
    assert [data["tier"] for data in third.of("SubtaskStarted")] == [2]
    assert "model_failure" in kinds(place)


def test_learning_can_be_switched_off(place):
    off = "[learning]\nenabled = false\n"
    server = place.serve(*three_parts(), settings=off)

    assert place.work(BIG_GOAL).code == 0
    empty(place)
    assert place.work(LIKE_GOAL).code == 0

    assert lessons(place) == []
    assert not [text for text in planner_prompts(server) if "Plans that led" in text]


def test_a_lesson_is_shown_with_its_tasks_and_deleted(place):
    place.serve(*three_parts())
    assert place.work(BIG_GOAL).code == 0
    (template,) = lessons(place, "--kind", "task_template")
    number = str(template["id"])

    shown = place.run("learned", "show", number)
    as_json = json.loads(place.run("learned", "show", number, "--json").stdout)
    deleted = place.run("learned", "delete", number)

    assert "taught by:" in shown.stdout
    assert BIG_GOAL in shown.stdout
    assert [task["part"] for task in as_json["tasks"]] == ["taught"]
    assert deleted.code == 0
    assert "task_template" not in kinds(place)
    again = place.run("learned", "delete", number)
    assert again.code == 2
    assert "there is no lesson" in again.stderr


def test_everything_is_forgotten_only_after_a_yes(place):
    place.serve(*three_parts())
    assert place.work(BIG_GOAL).code == 0

    refused = place.run("reset-learning")
    assert refused.code == 2
    assert "--yes" in refused.stderr
    assert lessons(place)
    elsewhere = place.run("reset-learning", "--project", place.here, "--yes")
    assert "forgot 0 lessons" in elsewhere.stdout
    assert lessons(place)

    assert place.run("reset-learning", "--project", place.workspace, "--yes").code == 0
    assert lessons(place) == []


def test_secrets_do_not_get_into_lessons(place):
    place.serve(*three_parts())

    place.work(f"{BIG_GOAL} The password is hunter2hunter2.")

    found = [
        json.loads(place.run("learned", "show", str(one["id"]), "--json").stdout)
        for one in lessons(place)
    ]
    assert found
    assert "hunter2" not in json.dumps([(one["text"], one["facts"]) for one in found])


UNVERIFIED = '[plugins]\ndisabled = ["deterministic"]\n'
REASON = "always end a file with a line of dashes"


def correct(place):
    """Let a task end with a no of the user and its reason."""
    empty(place)
    place.serve(*turns(*says_hi()), settings=UNVERIFIED)
    (approval,) = place.work(ACTION_GOAL).result["approvals"]
    place.run("approve", "last", approval, "--deny", "--reason", REASON)
    assert place.run("run", "--resume", "last").code == 1
    empty(place)


def test_a_reason_for_a_no_is_told_to_every_later_task_of_the_project(place):
    correct(place)
    (lesson,) = lessons(place, "--kind", "user_correction")
    assert (lesson["text"], lesson["state"]) == (REASON, "trial")
    server = place.serve(*turns(*says_hi()))
    other = place.root / "other"
    other.mkdir()

    finished = place.work(ACTION_GOAL)
    place.run("run", ACTION_GOAL, "-w", other)

    here, elsewhere = prompts(server)[0], prompts(server)[-1]
    assert f"What the user wants in every task here:\n- {REASON}" in here
    assert "What the user wants" not in elsewhere
    (applied,) = finished.of("LessonsApplied")
    assert applied["lessons"][0]["kind"] == "user_correction"


def test_a_correction_of_one_project_holds_for_all_if_that_is_wanted(place):
    correct(place)
    server = place.serve(*turns(*says_hi()), settings='[learning]\nscope = "global"')
    other = place.root / "other"
    other.mkdir()

    place.run("run", ACTION_GOAL, "-w", other)

    assert REASON in prompts(server)[0]


def test_a_correction_with_which_tasks_fail_is_retired(place):
    place.serve(*turns(*says_hi()))
    for _ in range(3):
        assert place.work(ACTION_GOAL).code == 0
        empty(place)
    correct(place)
    one_use = f"{NO_MERCY}[learning]\ntrial_tasks = 1\n"
    place.serve(*turns(write("wrong.txt", "x\n")), Rule(reply=done()), settings=one_use)
    assert place.work(ACTION_GOAL).code == 1
    empty(place)

    (lesson,) = lessons(place, "--kind", "user_correction")
    server = place.serve(*turns(*says_hi()))
    place.work(ACTION_GOAL)

    assert lesson["state"] == "retired"
    assert REASON not in prompts(server)[0]


def test_a_goal_of_one_step_with_one_model_reads_no_lessons(place, monkeypatch):
    """What learning costs before the first request of the path that must stay quick: nothing."""
    reads = []
    monkeypatch.setattr(Patterns, "all", lambda *_arguments, **_more: reads.append(1))
    server = place.listen(Script.of("```\nBe kind\n```"))
    place.configure(small=model(server.url, dialect="json_action"))

    finished = place.work('Create note.txt with the text "Be kind"')

    assert finished.code == 0, finished.stderr
    assert reads == []
