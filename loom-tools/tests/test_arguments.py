import pytest
from pydantic import ValidationError

from loom_core.dialects import ArgumentsRejected, validate_arguments
from loom_tools.edit_file import EditFileArguments
from loom_tools.git_command import GitCommandArguments
from loom_tools.move_file import MoveFileArguments
from loom_tools.read_file import ReadFileArguments
from loom_tools.shell_execute import ShellExecuteArguments
from loom_tools.write_file import WriteFileArguments


@pytest.mark.parametrize(
    ("model", "given", "expected"),
    [
        (ReadFileArguments, {"file_path": "a"}, {"path": "a"}),
        (ReadFileArguments, {"Path": "a", "first_line_start": 2}, None),
        (ReadFileArguments, {"path": "a", "start_line": 2}, {"path": "a", "line_start": 2}),
        (GitCommandArguments, {"args": ["log", "-n", "1"]}, {"args": "log -n 1"}),
        (GitCommandArguments, {"command": "git status"}, {"args": "git status"}),
        (ShellExecuteArguments, {"cmd": ["echo", "a b"]}, {"command": "echo 'a b'"}),
        (ReadFileArguments, {"path": "a", "lineStart": "2"}, {"path": "a", "line_start": 2}),
        (WriteFileArguments, {"filename": "a", "text": "x"}, {"path": "a", "content": "x"}),
        (
            EditFileArguments,
            {"file_path": "a", "old_string": "x", "new_string": "y", "replace_all": "true"},
            {"path": "a", "old_str": "x", "new_str": "y", "replace_all": True},
        ),
        (
            EditFileArguments,
            {"path": "a", "edits": '[{"old_string": "x", "new_str": "y"}]'},
            {"path": "a", "edits": [{"old_str": "x", "new_str": "y"}]},
        ),
        (MoveFileArguments, {"from": "a", "to": "b"}, {"source": "a", "destination": "b"}),
        (MoveFileArguments, {"path": "a", "new_path": "b"}, {"source": "a", "destination": "b"}),
    ],
)
def test_what_models_write_instead_is_understood(model, given, expected):
    if expected is None:
        with pytest.raises(ArgumentsRejected, match="Did you mean 'line_start'"):
            validate_arguments(model, given)
        return

    assert validate_arguments(model, given).model_dump(exclude_defaults=True) == expected


def test_two_names_for_one_argument_are_refused():
    with pytest.raises(ValidationError, match="file_path"):
        ReadFileArguments.model_validate({"path": "a", "file_path": "b"})


def test_arguments_that_are_no_object_are_refused():
    with pytest.raises(ValidationError):
        ReadFileArguments.model_validate(["a"])
