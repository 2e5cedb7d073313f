"""Arguments against a tool's model."""

from typing import Annotated

import pytest
from pydantic import BaseModel, ConfigDict, Field

from loom_core.dialects.arguments import ArgumentsRejected, validate_arguments


class Edit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    path: str
    line_start: Annotated[int | None, Field(ge=1)] = None
    edits: list[dict[str, str]] = []
    is_final: bool = False


def explained(**given):
    with pytest.raises(ArgumentsRejected) as rejected:
        validate_arguments(Edit, given)
    return str(rejected.value)


def test_arguments_that_fit_are_taken_as_they_are():
    assert validate_arguments(Edit, {"path": "a", "line_start": 3}).line_start == 3


@pytest.mark.parametrize(
    ("given", "field", "value"),
    [
        ({"path": "a", "lineStart": 3}, "line_start", 3),
        ({"path": "a", "line_start": "3"}, "line_start", 3),
        ({"path": "a", "is_final": "true"}, "is_final", True),
        ({"path": "a", "edits": '[{"old": "x"}]'}, "edits", [{"old": "x"}]),
        ({"Path": "a"}, "path", "a"),
    ],
)
def test_what_is_meant_without_doubt_is_mended(given, field, value):
    assert getattr(validate_arguments(Edit, given), field) == value


def test_one_argument_under_two_names_is_told_and_neither_is_taken():
    assert "unknown argument 'Path'" in explained(path="one", Path="other")


def test_what_is_missing_is_named():
    assert explained() == "argument 'path' is missing."


def test_what_is_unknown_is_named_with_a_hint():
    assert "unknown argument 'contents'" in explained(path="a", contents="x")
    assert "Known: path" in explained(path="a", zzz="x")


def test_a_wrong_type_is_explained_and_not_guessed():
    assert "argument 'line_start'" in explained(path="a", line_start="three")
    assert "argument 'line_start'" in explained(path="a", line_start=0)
    assert "argument 'path'" in explained(path=["a"])


def test_the_explanation_is_bounded():
    many = {f"unknown{n}": n for n in range(50)}

    assert explained(path="a", **many).count("unknown argument") == 5
