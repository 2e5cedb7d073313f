"""Subtasks side by side through the real entry point."""

import json
import subprocess
import sys

import pytest
from scenario import (
    BIG_GOAL,
    Place,
    done,
    in_order,
    model,
    part,
    planned,
    subtask,
    three_parts,
    wait_until,
    write,
)

from loom_core.testing import Reply, Rule, Script, ScriptedCall

LIFE_OF_A_SUBTASK = [
    "SubtaskStarted",
    "PromptAssembled",
    "ModelCallStarted",
    "ModelCallFinished",
    "ToolCallStarted",
    "ToolCallFinished",
    "ModelCallStarted",
    "ModelCallFinished",
    "OutcomeReached",
    "VerdictReached",
    "SubtaskCompleted",
]


class ServerProcess:
    """A scripted server in a process of its own, with its log."""

    def __init__(self, place: Place, script: Script) -> None:
        self.log = place.root / "server.log"
        self._port = place.root / "port"
        (place.root / "script.json").write_text(script.model_dump_json())
        arguments = ["--script", place.root / "script.json", "--log", self.log]
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "loom_core.testing.server",
                *arguments,
                "--port-file",
                self._port,
            ]
        )

    @property
    def url(self):
        wait_until(self._port.exists, "the server tells no port")
        return f"http://127.0.0.1:{int(self._port.read_text())}"

    def requests(self):
        """The finished requests, in order of arrival."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        ended = [line for line in lines if line["event"] == "ended"]
        return sorted(ended, key=lambda line: line["index"])

    def close(self):
        self.process.terminate()
        self.process.wait(10)


def slowly(rules, names):
    """The same rules, with the first answer to each of these subtasks taking its time."""
    return tuple(
        rule.model_copy(update={"reply": rule.reply.model_copy(update={"delay_seconds": 0.4})})
        if rule.turn == 0 and any(rule.first_user == f"part {name}" for name in names)
        else rule
        for rule in rules
    )


def concerns(request, name):
    return any(f"part {name}" in str(m.get("content")) for m in request["body"]["messages"][:2])


@pytest.mark.slow
@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_two_subtasks_overlap_and_a_third_joins_them(place, provider):
    script = Script(rules=slowly(three_parts(), ["left", "right"]))
    server = ServerProcess(place, script)
    try:
        place.configure(small=model(server.url, provider=provider, slots=2))
        finished = place.finish(
            place.start("run", BIG_GOAL, "-w", place.workspace, "--approval", "auto", "--json")
        )
        requests = server.requests()
    finally:
        server.close()

    assert finished.code == 0, finished.stderr
    assert place.read("whole.txt") == "left right\n"
    left, right, whole = (
        next(r for r in requests if concerns(r, name) and not concerns(r, "whole"))
        if name != "whole"
        else next(r for r in requests if concerns(r, "whole"))
        for name in ("left", "right", "whole")
    )
    assert max(left["arrived"], right["arrived"]) < min(left["ended"], right["ended"])
    assert whole["arrived"] > max(left["ended"], right["ended"])
    assert {r["api"] for r in requests} == {"ollama" if provider == "ollama" else "openai"}
    _everything_agrees(place, finished)


def _everything_agrees(place, finished):
    """What the run told is what list, status and events tell afterwards."""
    result = finished.result
    status = json.loads(place.run("status", "last", "--json").stdout)
    (listed,) = json.loads(place.run("list", "--json").stdout)
    told_differently = {"exit_code", "next"}  # next names the program as it was called
    assert {key: status[key] for key in status if key not in told_differently} == {
        key: result[key] for key in result if key not in told_differently
    }
    assert status["next"].keys() == result["next"].keys()
    assert (listed["task_id"], listed["state"], listed["done"], listed["planned"]) == (
        result["task_id"],
        "completed",
        3,
        3,
    )
    assert place.events() == finished.events


def test_events_of_parallel_subtasks_are_in_order_and_complete(place):
    place.serve(*three_parts())

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    events = place.events()
    assert events == finished.events
    assert [event["sequence"] for event in events] == list(range(1, len(events) + 1))
    assert [event["at"] for event in events] == sorted(event["at"] for event in events)
    assert (finished.types[0], finished.types[-1]) == ("TaskCreated", "TaskCompleted")
    for name in ("left", "right", "whole"):
        own = [e["type"] for e in finished.events if e["subtask_id"] == name and e["attempt"] == 1]
        assert in_order(LIFE_OF_A_SUBTASK, own)
    order = [(e["type"], e["subtask_id"]) for e in finished.events]
    for name in ("left", "right"):
        joined = order.index(("SubtaskStarted", "whole"))
        assert order.index(("SubtaskCompleted", name)) < joined


@pytest.mark.parametrize(
    "trouble",
    [
        pytest.param(Reply.status(500, retry_after="0"), id="http-500"),
        pytest.param(Reply.status(400, "no"), id="http-400"),
        pytest.param(
            Reply(tool_calls=(ScriptedCall(name="write_file", arguments='{"path": '),)),
            id="malformed-arguments",
        ),
        pytest.param(Reply.calling("no_such_tool", x=1), id="unknown-tool"),
        pytest.param(Reply.calling("read_file", path="../../etc/shadow"), id="refused-path"),
        pytest.param(Reply.failing("garbage"), id="garbage"),
    ],
)
def test_trouble_in_one_subtask_does_not_kill_the_others(place, trouble):
    place.serve(
        *planned(subtask("bad"), subtask("good"), subtask("also", "good")),
        Rule(first_user="part bad", reply=trouble),
        *part("good", write("good.txt", "good\n"), done()),
        *part("also", write("also.txt", "also\n"), done()),
        settings="[execution]\nmax_subtask_retries = 0\nmax_replans = 0",
    )

    finished = place.work(BIG_GOAL)

    assert finished.result["state"] in {"failed", "paused"}
    assert finished.code in {1, 3}
    assert finished.result["reason"]
    assert finished.states()["good"] == "completed"
    assert finished.states()["bad"] != "completed"
    assert place.read("good.txt") == "good\n"


def test_a_bug_in_one_subtask_does_not_kill_the_others(place, site):
    site.add(
        "raising",
        "loom.plugins",
        """
    from loom_core import hookimpl

    class Thing:
        @hookimpl
        def loom_execute(self, subtask):
            if subtask.id == "bad":
                raise RuntimeError("I broke")

    thing = Thing()
""",
    )
    place.serve(
        *planned(subtask("bad"), subtask("good")),
        *part("good", write("good.txt", "good\n"), done()),
        settings="[execution]\nmax_subtask_retries = 0\nmax_replans = 0",
    )

    finished = place.work(BIG_GOAL)

    assert finished.states() == {"bad": "failed", "good": "completed"}
    assert (finished.code, finished.result["state"]) == (1, "failed")
    assert "I broke" in finished.result["reason"]
    assert place.read("good.txt") == "good\n"


def test_no_more_subtasks_run_at_once_than_the_settings_say(place):
    names = ["one", "two", "three", "four"]
    slow = [
        rule
        for name in names
        for rule in part(
            name,
            Reply.calling("write_file", path=f"{name}.txt", content=name).model_copy(
                update={"delay_seconds": 0.1}
            ),
            done(),
        )
    ]
    server = place.serve(
        *planned(*map(subtask, names)), *slow, settings="[execution]\nmax_parallel_subtasks = 2"
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    running = most = 0
    for kind in finished.types:
        running += (kind == "SubtaskStarted") - (kind == "SubtaskCompleted")
        most = max(most, running)
    assert most == 2
    edges = sorted(
        [(r.arrived, 1) for r in server.requests] + [(r.ended, -1) for r in server.requests]
    )
    calls = [sum(step for _, step in edges[: n + 1]) for n in range(len(edges))]
    assert max(calls) == 2
