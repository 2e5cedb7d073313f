"""What a shell gets on a Tab, read from what the real store and settings wrote."""

import os
import subprocess
import sys

import pytest

from loom_core.cli.completing.glance import glance
from loom_core.cli.main import main
from loom_core.store import Store
from loom_core.types import Task, TaskKind

HEAVY = ["pydantic", "sqlalchemy", "stevedore", "httpx", "alembic", "prompt_toolkit", "textual"]


@pytest.fixture
def anyio_backend():
    return "asyncio"


async def fill(home):
    """Two goals and a session in a database of the real store."""
    home.mkdir(exist_ok=True)
    store = Store.open(home / "loom.db")
    try:
        for task_id, goal, kind in (
            ("261130-aaaaaa", "Tidy\nthe \x1b[1mshop", TaskKind.GOAL),
            ("261130-bbbbbb", "Write tests", TaskKind.GOAL),
            ("261130-cccccc", "hello there", TaskKind.SESSION),
        ):
            await store.create_task(Task(id=task_id, goal=goal, workspace="/w", kind=kind))
    finally:
        await store.close()


@pytest.fixture
def complete(home, monkeypatch, capsys):
    """What bash is told for a line, as pairs of kind and word."""

    def ask(*words):
        monkeypatch.setenv("COMP_WORDS", " ".join(["loom", *words]))
        monkeypatch.setenv("COMP_CWORD", str(len(words)))
        monkeypatch.setenv("_LOOM_COMPLETE", "bash_complete")
        with pytest.raises(SystemExit):
            main()
        lines = capsys.readouterr().out.splitlines()
        return [line.partition(",")[2] for line in lines if line]

    return ask


async def test_ids_of_goals_are_offered_newest_first(home, complete):
    await fill(home)

    assert complete("status", "") == ["last", "261130-bbbbbb", "261130-aaaaaa"]
    assert complete("undo", "261130-a") == ["261130-aaaaaa"]
    assert complete("run", "--resume", "261130-b") == ["261130-bbbbbb"]


async def test_goal_is_told_beside_its_id_in_one_safe_line(home, monkeypatch, capsys):
    await fill(home)
    monkeypatch.setenv("COMP_WORDS", "loom status 261130-a")
    monkeypatch.setenv("COMP_CWORD", "261130-a")
    monkeypatch.setenv("_LOOM_COMPLETE", "fish_complete")
    with pytest.raises(SystemExit):
        main()

    assert "Tidy the \u241b[1mshop" in capsys.readouterr().out


def test_models_of_the_settings_are_offered(home, complete):
    home.mkdir()
    (home / "loom.toml").write_text(
        '[models.coder]\nprovider = "ollama"\n[models."odd; rm"]\nprovider = "ollama"\n'
    )

    assert complete("run", "--model", "") == ["coder"]
    assert complete("models", "--probe", "c") == ["coder"]


@pytest.mark.parametrize("damage", [None, "missing", "garbage"])
async def test_tab_never_fails(home, complete, damage):
    if damage == "garbage":
        home.mkdir()
        (home / "loom.db").write_bytes(b"no database" * 1000)
        (home / "loom.toml").write_text("[models\n")
    elif damage is None:
        await fill(home)
        (home / "loom.db").chmod(0)

    assert "last" in complete("status", "")
    assert complete("run", "--model", "") == []


def test_database_of_the_settings_is_read(home, tmp_path, monkeypatch):
    home.mkdir()
    (home / "loom.toml").write_text(f'[memory]\ndatabase_path = "{tmp_path}/other.db"\n')
    assert glance().database == tmp_path / "other.db"

    monkeypatch.setenv("LOOM_MEMORY__DATABASE_PATH", str(tmp_path / "env.db"))
    assert glance().database == tmp_path / "env.db"

    (home / "loom.toml").write_text('[memory]\ndatabase_url = "postgresql://h/d"\n')
    assert glance().database is None


def test_completing_imports_nothing_heavy(home):
    code = f"""
import sys
from loom_core.cli.main import main
try:
    main()
finally:
    print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)
"""
    words = {"COMP_WORDS": "loom status ", "COMP_CWORD": "2", "_LOOM_COMPLETE": "bash_complete"}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **words},
    )

    assert done.stdout == "plain,last\n"
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("shell", "sign"),
    [
        ("bash", "complete -o nosort -F _loom_completion loom"),
        ("zsh", "compdef _loom_completion loom"),
        ("fish", "complete --no-files --command loom"),
        ("powershell", "Register-ArgumentCompleter -Native -CommandName loom"),
    ],
)
def test_each_shell_gets_its_script(run_loom, shell, sign):
    done = run_loom("completion", shell)

    assert done.code == 0
    assert sign in done.stdout
    assert "_LOOM_COMPLETE" in done.stdout


def test_unknown_shell_is_refused_with_those_that_are_known(run_loom):
    done = run_loom("completion", "tcsh")

    assert done.code == 2
    assert "'bash', 'zsh', 'fish', 'powershell'" in done.stderr
