"""README.md of loom-tools: its program runs as it is printed."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "README.md").read_text()
PROGRAM = re.search(r"```python\n(.*?)```", TEXT, flags=re.DOTALL)[1]


def test_printed_program_writes_a_file(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "demo").mkdir()

    exec(compile(PROGRAM, "README.md", "exec"), {})

    assert (tmp_path / "demo" / "notes" / "today.md").read_text() == "- try Loom\n"
    assert "notes/today.md" in capsys.readouterr().out.splitlines()[-1]
