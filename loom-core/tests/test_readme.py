"""README.md of loom-core: its program runs as it is printed."""

import re
from pathlib import Path

from loom_core.app import Loom
from loom_core.testing import Reply, Script, ScriptedModel

TEXT = (Path(__file__).parents[1] / "README.md").read_text()
PROGRAM = re.search(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)[1]
SETTINGS = '[models.scripted]\nprovider = "scripted"\n'


class GivesUp(ScriptedModel):
    """A model that finds at once that it cannot go on, and says so again when asked to try."""

    def __init__(self, settings, environment):
        script = Script.always(Reply.calling("blocked", reason="there are no tools here"))
        super().__init__(script, settings=settings, environment=environment)


def test_printed_program_runs_a_task(tmp_path, monkeypatch, capsys):
    for name in ("here/demo", "home"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("LOOM_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Loom, "load_provider", lambda loom, name: GivesUp)
    database = f'[memory]\ndatabase_path = "{tmp_path}/loom.db"\n'
    (tmp_path / "home" / "loom.toml").write_text(SETTINGS + database)

    exec(compile(PROGRAM, "README.md", "exec"), {})

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "1 TaskCreated"
    assert any(line.endswith(" SubtaskStarted") for line in lines)
    assert lines[-1] in {"failed", "needs_human"}
