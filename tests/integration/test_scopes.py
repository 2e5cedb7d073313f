"""What a yes covers: never another call than it says, never another task, and the same after a resume."""

import json
import os
import signal

import pytest
from scenario import BIG_GOAL, GOAL, done, part, planned, says_hi, subtask, turns, write
from terminal import Terminal

from loom_core.testing import Reply

NO_SANDBOX = '[sandbox]\nbackend = "none"\n'
DENIES = '[approval]\nunattended = "deny"\n'
ONE_ATTEMPT = "[execution]\nmax_subtask_retries = 0\nmax_replans = 0\n"
PROMPT = "[y]es once"


def shell(command):
    return Reply.calling("shell_execute", command=command)


def started(place):
    """The commands that really ran, in order."""
    return [
        event["data"]["arguments"]["command"]
        for event in place.events()
        if event["type"] == "ToolCallStarted" and event["data"]["tool"] == "shell_execute"
    ]


def run_with_answers(place, replies, answers):
    """Run a task on a terminal without a sandbox, with one answer for each question that is expected."""
    place.serve(*turns(*replies, *says_hi()), settings=NO_SANDBOX + ONE_ATTEMPT)
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    for number, answer in enumerate(answers, start=1):
        terminal.read_until(PROMPT, times=number)
        terminal.type(f"{answer}\n")
    code = terminal.finish()
    assert terminal.shown.count(PROMPT) == len(answers), terminal.shown
    return code


@pytest.mark.slow
@pytest.mark.parametrize(
    ("commands", "answers", "ran"),
    [
        pytest.param(["touch a", "touch b"], "yn", ["touch a"], id="once-is-for-one-command"),
        pytest.param(
            ["touch a", "rm -f a", "touch a"],
            "ay",
            ["touch a", "rm -f a", "touch a"],
            id="exactly-this-again",
        ),
        pytest.param(
            ["git status", "git status -s", "git status; touch x", "git init"],
            "ann",
            ["git status", "git status -s"],
            id="a-beginning-covers-no-second-command",
        ),
        pytest.param(
            ["git status", "git status --output=/etc/x", "git status $(touch x)"],
            "ann",
            ["git status"],
            id="a-beginning-stays-in-the-workspace",
        ),
        pytest.param(["touch a", "touch b"], "s", ["touch a", "touch b"], id="session"),
    ],
)
def test_a_yes_covers_what_it_says(place, commands, answers, ran):
    run_with_answers(place, [shell(command) for command in commands], answers)

    assert started(place) == ran


@pytest.mark.slow
def test_a_no_is_remembered_and_asking_again_wears_nobody_down(place):
    run_with_answers(place, [shell("touch a"), write("b.txt", "b\n"), shell("touch a")], "n")

    assert started(place) == []
    reasons = [e["data"]["reason"] for e in place.events() if e["type"] == "ToolCallDenied"]
    assert any("said no to exactly this already" in reason for reason in reasons)


@pytest.mark.slow
def test_an_always_is_journalled_and_survives_a_kill(place):
    place.serve(
        *turns(shell("touch a"), shell("rm -f a"), shell("touch a"), *says_hi()),
        settings=NO_SANDBOX + ONE_ATTEMPT,
    )
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until(PROMPT)
    terminal.type("a\n")
    terminal.read_until(PROMPT, times=2)
    os.kill(terminal.process.pid, signal.SIGKILL)
    terminal.finish()

    resumed = Terminal(place, "run", "--resume", "last")
    resumed.read_until(PROMPT)
    resumed.type("y\n")

    resumed.finish()
    assert resumed.shown.count(PROMPT) == 1
    assert started(place) == ["touch a", "rm -f a", "touch a"]
    scopes = [e["data"]["scope"] for e in place.events() if e["type"] == "ApprovalDecided"]
    assert scopes == ["call", "once"]


@pytest.mark.slow
def test_an_answer_of_one_task_serves_no_other(place):
    run_with_answers(place, [shell("touch a")], "s")

    run_with_answers(place, [shell("touch a")], "n")

    assert started(place) == []


@pytest.mark.slow
def test_an_answer_in_one_subtask_stands_in_the_next(place):
    place.serve(
        *planned(subtask("a"), subtask("b", "a")),
        *part("a", write("a.txt", "a\n"), done()),
        *part("b", write("a.txt", "a\n"), write("b.txt", "b\n"), done()),
    )
    terminal = Terminal(place, "run", BIG_GOAL, "-w", place.workspace, "--approval", "manual")
    terminal.read_until(PROMPT)
    terminal.type("s\n")

    assert terminal.finish() == 0, terminal.shown
    assert terminal.shown.count(PROMPT) == 1
    assert place.files() == ["a.txt", "b.txt"]


@pytest.mark.slow
@pytest.mark.parametrize(("options", "ran"), [((), True), (("--deny",), False)])
def test_another_process_answers_while_the_terminal_asks(place, options, ran):
    place.serve(*turns(shell("touch a"), *says_hi()), settings=NO_SANDBOX + ONE_ATTEMPT)
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until(PROMPT)
    (waiting,) = json.loads(place.run("approve", "last", "--json").stdout)

    answered = place.run("approve", "last", waiting["id"], *options)

    assert answered.code == 0, answered.stderr
    terminal.finish()
    assert (place.workspace / "a").exists() is ran
    decided = [e["data"] for e in place.events() if e["type"] == "ApprovalDecided"]
    assert [(d["approved"], d["by"]) for d in decided] == [(ran, "loom approve")]


@pytest.mark.slow
def test_a_scope_can_be_given_from_another_process(place):
    place.serve(
        *turns(shell("git init"), shell("git init -q"), *says_hi()),
        settings=NO_SANDBOX + ONE_ATTEMPT,
    )
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until(PROMPT)
    shown = place.run("approve", "last").stdout
    (waiting,) = json.loads(place.run("approve", "last", "--json").stdout)

    place.run("approve", "last", waiting["id"], "--scope", "target")

    terminal.finish()
    assert "--scope target covers shell_execute for 'git init', in this task" in shown
    assert started(place) == ["git init", "git init -q"]


@pytest.mark.slow
def test_a_scope_that_is_not_offered_is_refused(place):
    place.serve(*turns(shell("touch a"), *says_hi()), settings=NO_SANDBOX + ONE_ATTEMPT)
    terminal = Terminal(place, "run", GOAL, "-w", place.workspace)
    terminal.read_until(PROMPT)
    (waiting,) = json.loads(place.run("approve", "last", "--json").stdout)

    refused = place.run("approve", "last", waiting["id"], "--scope", "target")

    terminal.type("n\n")
    terminal.finish()
    assert refused.code == 2
    assert "take one of: once, call, session" in refused.stderr
    assert started(place) == []


SAYS_ALWAYS = """
    from loom_core import hookimpl
    from loom_core.types import ApprovalScope, Decision

    class Thing:
        asked = 0

        @hookimpl
        def loom_approve(self, call):
            if call.tool != "shell_execute":
                return None
            self.asked += 1
            if self.asked > 1:
                return None
            return Decision(approved=True, by="a plugin", scope=ApprovalScope.CALL)

    thing = Thing()
"""


def test_a_plugin_may_say_yes_for_more_than_once_and_that_is_journalled(place, site):
    site.add("always", "loom.plugins", SAYS_ALWAYS)
    again = [shell("touch a"), shell("touch b"), write("c.txt", "c\n"), shell("touch a")]
    place.serve(*turns(*again, *says_hi()), settings=DENIES + NO_SANDBOX + ONE_ATTEMPT)

    finished = place.work()

    assert [
        data["arguments"]["command"]
        for data in finished.of("ToolCallStarted")
        if data["tool"] == "shell_execute"
    ] == ["touch a", "touch a"]
    (decided,) = finished.of("ApprovalDecided")
    assert (decided["by"], decided["scope"]) == ("a plugin", "call")
    assert len(finished.of("ToolCallDenied")) == 1


LETS_ALL = """
    from loom_core import hookimpl

    class Thing:
        @hookimpl
        def loom_approve(self, call):
            raise RuntimeError("broken")

    thing = Thing()
"""


def test_a_plugin_that_breaks_denies(place, site):
    site.add("broken", "loom.plugins", LETS_ALL)
    place.serve(*turns(shell("touch a"), *says_hi()), settings=NO_SANDBOX + ONE_ATTEMPT)

    finished = place.work()

    assert not (place.workspace / "a").exists()
    assert "approval failed: broken" in finished.of("ToolCallDenied")[0]["reason"]


def test_a_command_that_only_looks_needs_nobody_where_no_sandbox_confines_it(place):
    (place.workspace / "a.txt").write_text("hello\n")
    place.serve(
        *turns(shell("cat a.txt | head -1"), shell("cat a.txt > b.txt"), *says_hi()),
        settings=DENIES + NO_SANDBOX + ONE_ATTEMPT,
    )

    finished = place.work()

    assert [d["tool"] for d in finished.of("ToolCallDenied")] == ["shell_execute"]
    assert started(place) == ["cat a.txt | head -1"]
