"""Bad input of every kind: one line that says what, which and what to do, and nothing half-written."""

import os
import subprocess

import pytest
from scenario import GOAL, Finished, model, says_hi, turns

from loom_core.testing import Rule, Script, ServerFacts


def refused(finished: Finished, code: int, *parts: str) -> bool:
    """Whether a call ended with one line on stderr that says all of this."""
    assert finished.code == code, finished
    assert finished.stdout == ""
    assert finished.stderr.count("\n") == 1, finished.stderr
    assert finished.stderr.startswith("loom: ")
    assert "Traceback" not in finished.stderr
    for part in parts:
        assert part in finished.stderr
    return True


def has_no_task(place):
    """Whether no task was stored."""
    place.configure()
    return place.run("list", "--json").lines == [[]]


def run(place, goal=GOAL, *options):
    return place.run("run", goal, "-w", place.workspace, *options)


@pytest.mark.parametrize("goal", ["", " \n\t"])
def test_an_empty_goal(place, goal):
    place.serve(*turns(*says_hi()))

    assert refused(run(place, goal), 2, "no goal", "loom run")
    assert has_no_task(place)


def test_a_workspace_whose_parent_is_missing(place):
    place.serve(*turns(*says_hi()))
    missing = place.root / "no" / "such"

    assert refused(place.run("run", GOAL, "-w", missing), 2, str(missing), "mkdir -p")
    assert has_no_task(place)


def test_a_workspace_that_is_a_file(place):
    place.serve(*turns(*says_hi()))
    (place.root / "file").write_text("x")

    assert refused(place.run("run", GOAL, "-w", place.root / "file"), 2, "file", "directory")
    assert refused(place.run("run", GOAL, "-w", place.root / "file" / "below"), 2, "no directory")
    assert has_no_task(place)


@pytest.fixture
def mounted(tmp_path):
    """Mount a file system; skips where that is not allowed."""
    made = []

    def mount(name, *options):
        directory = tmp_path / name
        directory.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", directory],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
        made.append(directory)
        return directory

    yield mount
    for directory in made:
        subprocess.run(["umount", directory], check=True)


def test_a_workspace_that_cannot_be_written(place, mounted):
    place.serve(*turns(*says_hi()))
    directory = mounted("readonly", "size=64k", "ro")

    assert refused(place.run("run", GOAL, "-w", directory), 2, str(directory), "writ")
    assert refused(place.run("run", GOAL, "-w", directory / "new"), 2, str(directory))
    assert has_no_task(place)


def test_a_database_on_a_full_disk(place, mounted):
    server = place.listen(Script(rules=turns(*says_hi())))
    disk = mounted("full", "size=16k")
    place.configure(f'[memory]\ndatabase_path = "{disk / "loom.db"}"', small=model(server.url))

    finished = run(place)

    assert refused(finished, 1, str(disk), "disk")
    assert server.requests == []
    assert place.files() == []


def test_a_disk_that_becomes_full_loses_nothing_that_was_acknowledged(place, mounted):
    disk = mounted("small", "size=2m")
    server = place.listen(Script(rules=turns(*says_hi())))
    place.configure(f'[memory]\ndatabase_path = "{disk / "loom.db"}"', small=model(server.url))
    first = place.work()
    filler = disk / "filler"
    _fill(filler)

    stopped = run(place, "Create more.txt")
    filler.unlink()

    assert first.code == 0
    assert stopped.code == 1
    assert "Traceback" not in stopped.stderr
    assert "disk" in stopped.stderr
    listed = {task["task_id"]: task["state"] for task in place.run("list", "--json").lines[0]}
    assert listed[first.result["task_id"]] == "completed"
    assert "completed" not in [
        state for name, state in listed.items() if name != first.result["task_id"]
    ]


def _fill(path):
    """Write until nothing fits any more."""
    with path.open("wb") as file:
        for size in (4096, 512, 1):
            try:
                while True:
                    os.write(file.fileno(), b"x" * size)
            except OSError:
                continue


def test_a_database_directory_that_is_a_file(place):
    server = place.listen(Script(rules=turns(*says_hi())))
    (place.root / "file").write_text("x")
    place.configure(
        f'[memory]\ndatabase_path = "{place.root / "file" / "loom.db"}"', small=model(server.url)
    )

    assert refused(run(place), 1, str(place.root / "file"))


def test_a_database_that_is_no_database(place):
    server = place.listen(Script(rules=turns(*says_hi())))
    (place.home / "loom.db").write_text("this is not a database, it is a letter\n" * 100)
    place.configure(small=model(server.url))

    assert refused(run(place), 1, "loom.db")
    assert (place.home / "loom.db").read_text().startswith("this is not a database")


def test_an_unknown_provider(place):
    place.configure(small=model("http://127.0.0.1:9", provider="olama"))

    assert refused(run(place), 1, "olama", "ollama")
    assert has_no_task(place)


def test_a_server_that_is_not_there(place):
    server = place.listen(Script())
    url = server.url
    server.stop()
    for provider in ("openai_compatible", "ollama"):
        place.configure(small=model(url, provider=provider))

        assert refused(run(place), 1, url, "start it")
    assert has_no_task(place)


@pytest.mark.parametrize("key", ["", "wrong-key-8d1f"])
def test_a_wrong_key(place, key):
    how = {"api_key": key} if key else {}
    server = place.serve(*turns(*says_hi()), facts=ServerFacts(api_key="right"), settings="", **how)

    finished = run(place)

    assert refused(finished, 1, server.url.removeprefix("http://"), "key")
    assert "8d1f" not in finished.stderr
    assert has_no_task(place)


def test_a_model_that_the_server_does_not_have(place):
    server = place.listen(Script(rules=turns(*says_hi())), ServerFacts(models=("big", "small")))
    for provider in ("openai_compatible", "ollama"):
        place.configure(small=model(server.url, provider=provider) + '\nroles = ["executor"]')

        assert refused(run(place), 1, "does not have 'scripted'", server.url)
    assert has_no_task(place)


def test_a_model_name_that_is_not_configured(place):
    place.serve(*turns(*says_hi()))

    assert refused(run(place, GOAL, "--model", "smal"), 2, "'smal'", "small")
    assert has_no_task(place)


def test_no_model_for_a_role(place):
    place.serve(*turns(*says_hi()), roles=["planner"])

    assert refused(run(place), 1, "executor", "roles")
    assert has_no_task(place)


def test_no_model_can_be_had_offline(place):
    finished = place.run("run", GOAL, "-w", place.root / "new", "--offline")

    assert finished.code == 1
    assert finished.stdout == ""
    assert "Traceback" not in finished.stderr
    assert "--offline" in finished.stderr
    assert not (place.root / "new").exists()
    assert has_no_task(place)


def test_no_model_at_all(place):
    place.configure('[plugins]\ndisabled = ["llamacpp", "ollama", "openai_compatible"]')

    assert refused(run(place), 1, "no model", "[models.NAME]")
    assert has_no_task(place)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("[models", ["loom.toml", "line 1"]),
        (
            "[execution]\nmax_paralel_subtasks = 2",
            ["max_paralel_subtasks", "max_parallel_subtasks"],
        ),
        ("[exekution]\nx = 1", ["exekution", "execution"]),
        ('[execution]\nmax_parallel_subtasks = "many"', ["max_parallel_subtasks"]),
        ("[execution]\nmax_parallel_subtasks = 0", ["max_parallel_subtasks"]),
        ('[models.m]\nmodel = "x"', ["provider"]),
        ('[approval]\nmode = "yolo"', ["approval.mode"]),
    ],
)
def test_settings_that_are_wrong(place, text, parts):
    place.configure(text)

    assert refused(run(place), 2, *parts)
    assert not (place.home / "loom.db").exists()


def test_settings_from_the_environment_that_are_wrong(place):
    place.extra_environment = {"LOOM_EXECUTION__MAX_PARALLEL_SUBTASKS": "many"}

    finished = run(place)

    assert finished.code == 2
    assert finished.stderr.count("\n") == 1


def test_settings_of_a_repository_cannot_choose_the_server(place):
    server = place.listen(Script(rules=(Rule(reply=says_hi()[1]),)))
    (place.here / "loom.toml").write_text(f"[models.m]\n{model(server.url)}")

    assert refused(run(place), 2, "not trusted", "loom trust")
    assert server.paths == []


def test_an_unknown_task(place):
    place.serve(*turns(*says_hi()))

    for command in ("status", "cancel", "events", "approve"):
        assert refused(place.run(command, "999999-abc"), 2, "999999-abc")
    assert refused(place.run("run", "--resume", "999999-abc"), 2, "999999-abc")
