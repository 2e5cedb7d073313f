"""Evidence never quotes what a file holds that usually holds secrets."""

import pytest

from loom_core.contracts.check import CheckContext
from loom_core.types import VerdictStatus
from loom_core.workspace import BlobStore, Workspace
from loom_verifiers.checks.files import FileContains, FileLacks
from loom_verifiers.checks.kept_content import FileKeeps
from loom_verifiers.checks.settings import SettingEquals
from loom_verifiers.checks.syntax import SyntaxValid


@pytest.mark.parametrize(
    ("check", "target", "expected"),
    [
        (FileContains(), ".env", "PORT=80"),
        (FileLacks(), ".env", "TOKEN"),
        (SettingEquals(), ".env", "TOKEN = 1"),
        (SettingEquals(), "secrets.yaml", "TOKEN = 1"),
        (SyntaxValid(), "secrets.yaml", ""),
        (FileKeeps(), ".env", "lines"),
    ],
)
async def test_a_failure_says_nothing_of_the_content(tmp_path, sandbox, check, target, expected):
    root = tmp_path / "work"
    root.mkdir()
    workspace = Workspace(root, blobs=BlobStore(tmp_path / "blobs"))
    (root / ".env").write_text("OLD=canary-7c1\n")
    changes = [
        workspace.write(".env", b"TOKEN=canary-7c1\n"),
        workspace.write("secrets.yaml", b"TOKEN: 'canary-7c1\n"),
    ]

    evidence = await check.run(target, expected, CheckContext(workspace, sandbox, changes))

    assert evidence.status is VerdictStatus.FAILED
    assert "canary-7c1" not in evidence.detail
    assert "[not shown" in evidence.detail
