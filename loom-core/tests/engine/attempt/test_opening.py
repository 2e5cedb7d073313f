"""What of the workspace a conversation begins with."""

from loom_core.engine.attempt.opening import show_files
from loom_core.workspace import Workspace


async def test_small_files_that_are_named_are_shown(tmp_path):
    (tmp_path / "calc.py").write_text("x = 41\n")

    shown = await show_files(Workspace(tmp_path), "Correct `calc.py`")

    assert "x = 41" in shown.text
    assert list(shown.seen) == ["calc.py"]


async def test_files_that_usually_hold_secrets_are_not_shown(tmp_path):
    for name in (".env", "secrets.json"):
        (tmp_path / name).write_text("canary-3f9a")

    shown = await show_files(Workspace(tmp_path), "Add a key to `.env` and to `secrets.json`")

    assert "canary-3f9a" not in shown.text
    assert shown.seen == {}
