"""``loom diff`` on changes that a test made."""

import asyncio
import json
import shutil
import subprocess

import pytest

from loom_core import events as e
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.session import Session
from loom_core.store import Entry
from loom_core.types import Plan, Subtask, Task, ToolResult


@pytest.fixture
def work(home, tmp_path):
    """Changes a workspace by a function and records what that did as the task t1's."""
    root = tmp_path / "w"
    root.mkdir()

    def do(prepare, act):
        workspace = Session().open_workspace(root)
        prepare(root)
        before = workspace.snapshot()
        act(root)
        changes = tuple(workspace.changes_since(before))
        asyncio.run(record(root, changes))
        return root

    return do


async def record(root, changes):
    plan = Plan(subtasks=(Subtask(id="one", description="First"),))
    result = ToolResult(text="ok", changes=changes)
    finished = e.ToolCallFinished(step=1, call_id="c", tool="t", result=result)
    async with Session().open_store() as store:
        await store.create_task(Task(id="t1", goal="Do it", workspace=str(root)))
        fence = await store.claim("t1", owner="x", lease_seconds=30)
        entries = [Entry(e.PlanCreated(plan=plan, source="p")), Entry(finished, "one", 1)]
        await store.append("t1", entries, fence=fence)
        await store.release("t1", fence=fence)


def prepare(root):
    (root / "edited.txt").write_text("one\ntwo\nthree")
    (root / "gone.txt").write_text("gone\n")
    (root / "old name.txt").write_text("a file that moves\n")
    (root / "data.bin").write_bytes(b"\0\1")
    (root / "run.sh").write_text("#!/bin/sh\n")


def act(root):
    (root / "edited.txt").write_text("one\nTWO\nthree\n")
    (root / "gone.txt").unlink()
    (root / "old name.txt").rename(root / "new.txt")
    (root / "data.bin").write_bytes(b"\0\1\2")
    (root / "run.sh").chmod(0o755)
    (root / "made").mkdir()
    (root / "made/x.txt").write_text("x\n")


def test_every_kind_of_change_is_shown(work, run_loom):
    work(prepare, act)

    shown = run_loom("diff", "t1")

    assert shown.code == 0
    for part in (
        "--- a/edited.txt\n+++ b/edited.txt\n@@ -1,3 +1,3 @@\n one\n-two\n-three\n",
        "\n\\ No newline at end of file\n+TWO\n+three\n",
        "deleted file mode 100644\n--- a/gone.txt\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n",
        "rename from old name.txt\nrename to new.txt\n",
        "Binary files differ (2 and 3 bytes)",
        "old mode 100644\nnew mode 100755\n",
        "new file mode 100644\n--- /dev/null\n+++ b/made/x.txt\n@@ -0,0 +1 @@\n+x\n",
    ):
        assert part in shown.stdout


@pytest.mark.skipif(not shutil.which("git"), reason="git is not installed")
def test_it_is_a_patch_that_git_takes_back(work, run_loom):
    def without_binary(root):
        act(root)
        (root / "data.bin").write_bytes(b"\0\1")

    root = work(prepare, without_binary)
    patch = run_loom("diff", "t1").stdout

    subprocess.run(
        ["git", "apply", "-R", "-"], cwd=root, input=patch, text=True, check=True, timeout=30
    )

    assert (root / "edited.txt").read_text() == "one\ntwo\nthree"
    assert (root / "old name.txt").exists()
    assert not (root / "made/x.txt").exists()


def test_a_patch_names_files_as_git_reads_them(work, run_loom):
    names = ["tab\there.txt", "line\nbreak.txt", 'quo"te.txt', "back\\slash.txt", "emoji 🙂.txt"]

    def write(text):
        return lambda root: [(root / name).write_text(text) for name in names]

    root = work(write("before\n"), write("after\n"))
    patch = run_loom("diff", "t1").stdout

    subprocess.run(
        ["git", "apply", "-R", "-"], cwd=root, input=patch, text=True, check=True, timeout=30
    )

    assert {(root / name).read_text() for name in names} == {"before\n"}


def test_a_name_that_acts_on_a_terminal_is_made_harmless(work, run_loom):
    name = "a\x1b]52;c;aGk=\x07b.txt"
    root = work(
        lambda root: (root / name).write_text("before\n"),
        lambda root: (root / name).write_bytes(b"x" * (17 * 1024 * 1024)),
    )
    (root / name).write_text("newer\n")

    finished = run_loom("diff", "t1")

    assert "changed since the task" in finished.stderr
    assert "\x1b" not in finished.stderr
    assert "\x07" not in finished.stderr


def test_counts_and_json(work, run_loom):
    work(prepare, act)

    stat = run_loom("diff", "t1", "--stat").stdout
    told = json.loads(run_loom("diff", "t1", "--json").stdout)

    assert "old name.txt => new.txt" in stat
    assert "6 files" in stat
    by_path = {item["path"]: item for item in told["files"]}
    edited = by_path["edited.txt"]
    assert (edited["kind"], edited["added"], edited["removed"]) == ("modified", 2, 2)
    assert by_path["new.txt"]["kind"] == "renamed"
    assert by_path["data.bin"]["is_binary"]


def test_a_part_alone_and_what_never_was(work, run_loom):
    work(prepare, act)

    one = run_loom("diff", "t1", "--file", "made", "--subtask", "one")
    wrong = run_loom("diff", "t1", "--file", "mad")

    assert "made/x.txt" in one.stdout
    assert "edited.txt" not in one.stdout
    assert wrong.code == ExitCode.USAGE
    assert "did you mean 'made'" in wrong.stderr


def test_what_was_changed_since_is_shown_as_it_is_and_said(work, run_loom):
    root = work(prepare, act)
    (root / "edited.txt").write_text("mine\n")

    shown = run_loom("diff", "t1", "--file", "edited.txt")

    assert "+mine" in shown.stdout
    assert "edited.txt: changed since the task" in shown.stderr


def test_what_was_undone_is_not_shown(work, run_loom):
    work(prepare, act)
    run_loom("undo", "t1")

    shown = run_loom("diff", "t1")

    assert (shown.code, shown.stdout) == (0, "")
    assert "nothing is different" in shown.stderr


def test_on_a_terminal_nothing_acts_on_it(work, run_loom, monkeypatch):
    work(lambda root: None, lambda root: (root / "x").write_text("\x1b]52;c;aGk=\x07\x9b2J\n"))
    monkeypatch.setattr("loom_core.cli.diff.output.is_terminal", lambda: True)

    shown = run_loom("diff", "t1").stdout

    assert "\x1b]" not in shown
    assert "\x9b" not in shown
    assert "␛]52" in shown
