"""What models and strangers write is parsed, and nothing that Python thinks of it is shown."""

import warnings

import pytest

from loom_core.dialects.text_calls import calls_in
from loom_core.planning.survey import survey
from loom_core.prompts import program_in
from loom_core.workspace import Workspace

ODD = 'print("\\d")\n'


def outline(directory):
    (directory / "odd.py").write_text(f"def f():\n    {ODD}")
    return survey(Workspace(directory))


@pytest.mark.parametrize(
    "parse",
    [
        lambda _: program_in(ODD),
        lambda _: calls_in('[read_file(path="\\d")]'),
        outline,
    ],
)
def test_nothing_is_warned_of(parse, tmp_path):
    with warnings.catch_warnings(record=True) as shown:
        warnings.simplefilter("always")
        parse(tmp_path)

    assert shown == []
