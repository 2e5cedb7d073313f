"""What every acceptance check keeps to, whoever wrote it; run on all that are installed."""

import hashlib
import os

import pytest

from loom_core.contracts.check import Check, CheckContext
from loom_core.extensions import Group, load_all
from loom_core.sandbox import CommandResult, Sandbox
from loom_core.types import Evidence, VerdictStatus
from loom_core.workspace import Workspace

PARTS = load_all(Group.CHECKS)
CHECKS = {name: part.value for name, part in PARTS.parts.items()}

OUTSIDE = ("../outside.txt", "/etc/passwd", "a/../../outside.txt", "~/x", "link.txt")
LOOKS_FOR_NO_TEXT = {
    "command_prints",
    "command_succeeds",
    "file_exists",
    "file_keeps",
    "file_lacks",
    "file_missing",
    "http_ok",
    "json_valid",
    "python_defines",
    "syntax_valid",
    "words_as_told",
}
ODD = ("", " ", "\0", "x" * 5_000, "no\nsuch\nline", "déjà/vu.txt", "-rf", "a.txt/b.txt", ".")


class RefusingSandbox(Sandbox):
    """Confines nothing, and so must never be asked to run anything."""

    name = "none"
    is_confining = False

    async def run(self, command, **_):
        pytest.fail(f"{command!r} was run without a sandbox")


class SilentSandbox(Sandbox):
    """Pretends that every command succeeds without a word; notes whether it could have written."""

    name = "silent"
    is_confining = True

    def __init__(self):
        self.could_write_the_workspace = False

    async def run(self, command, *, workspace, may_write=True, **_):
        self.could_write_the_workspace |= may_write and workspace.name == "work"
        return CommandResult(output="", exit_code=0)


@pytest.fixture
def place(tmp_path):
    root = tmp_path / "work"
    root.mkdir()
    (root / "a.txt").write_text("some text")
    (root / "bad.json").write_text("{")
    (tmp_path / "outside.txt").write_text("secret words")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    os.mkfifo(root / "pipe")
    return root


def fingerprint(root):
    return {
        path.relative_to(root): (
            path.lstat().st_mode,
            path.lstat().st_mtime_ns,
            hashlib.sha256(path.read_bytes()).hexdigest()
            if path.is_file() and not path.is_symlink()
            else "",
        )
        for path in root.rglob("*")
    }


async def look_safely(check, target, expected, context):
    """The evidence, or None for an exception, which counts as unverified."""
    try:
        return await check.run(target, expected, context)
    except Exception:  # noqa: BLE001  # whatever it is, the harness takes it as unverified
        return None


@pytest.fixture(params=sorted(CHECKS))
def check(request):
    return CHECKS[request.param]()


def test_every_registered_check_loads():
    assert PARTS.failures == {}
    assert "file_exists" in CHECKS


@pytest.mark.parametrize("name", sorted(CHECKS))
def test_a_check_describes_itself(name):
    check = CHECKS[name]()

    assert isinstance(check, Check)
    assert check.name == name
    assert 10 < len(check.purpose) < 150
    assert "\n" not in check.purpose


@pytest.mark.parametrize("target", [*ODD, *OUTSIDE, "pipe", "a.txt", "bad.json"])
async def test_evidence_is_cited_and_the_workspace_unchanged_whatever_the_target(
    check, place, target
):
    sandbox = SilentSandbox()
    before = fingerprint(place)

    evidence = await look_safely(check, target, "words", CheckContext(Workspace(place), sandbox))

    assert fingerprint(place) == before
    assert not sandbox.could_write_the_workspace
    if evidence is not None:
        assert isinstance(evidence, Evidence)
        assert check.name in evidence.check
        assert evidence.detail
        assert len(evidence.detail) < 6_000


@pytest.mark.parametrize("target", OUTSIDE)
async def test_nothing_outside_the_workspace_is_shown(check, place, target):
    context = CheckContext(Workspace(place), RefusingSandbox())

    evidence = await look_safely(check, target, "secret", context)

    assert evidence is None or evidence.status is not VerdictStatus.PASSED
    assert evidence is None or "secret words" not in evidence.detail


@pytest.mark.parametrize("target", ["missing.py", "missing.json", "exit 1", "http://127.0.0.1:1/"])
async def test_nothing_passes_without_a_sandbox_and_without_files(check, tmp_path, target):
    if check.name == "file_missing":
        pytest.skip("it passes exactly when nothing is there")
    context = CheckContext(Workspace(tmp_path), RefusingSandbox())

    evidence = await look_safely(check, target, "words", context)

    assert evidence is None or evidence.status is not VerdictStatus.PASSED


async def test_a_check_that_looks_for_text_never_passes_on_silence(check, place):
    if check.name in LOOKS_FOR_NO_TEXT:
        pytest.skip("it looks for no text, or for its absence")
    context = CheckContext(Workspace(place), SilentSandbox())

    for expected in ("", " ", "\n", "words that nothing printed"):
        evidence = await look_safely(check, "a.txt", expected, context)

        assert evidence is None or evidence.status is not VerdictStatus.PASSED


async def test_the_same_look_gives_the_same_evidence(check, place):
    context = CheckContext(Workspace(place), SilentSandbox())

    first = await look_safely(check, "a.txt", "text", context)

    assert await look_safely(check, "a.txt", "text", context) == first
