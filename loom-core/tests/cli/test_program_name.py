"""How a suggested command names the program."""

import sys

import pytest

from loom_core.cli import program_name as module
from loom_core.cli.program_name import program_name


@pytest.mark.parametrize(
    ("called", "found", "named"),
    [
        (".venv/bin/loom", None, ".venv/bin/loom"),
        ("/a dir/loom", None, "'/a dir/loom'"),
        (".venv/bin/loom", "/usr/bin/loom", "loom"),
        ("/usr/bin/pytest", None, "loom"),
    ],
)
def test_a_command_can_be_typed_as_it_is_suggested(monkeypatch, called, found, named):
    monkeypatch.setattr(sys, "argv", [called])
    monkeypatch.setattr(module.shutil, "which", lambda _name: found)

    assert program_name() == named
