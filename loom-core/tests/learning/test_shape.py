"""Which jobs are taken for alike."""

import pytest

from loom_core.learning.shape import shape_of


@pytest.mark.parametrize(
    ("description", "shape"),
    [
        ("Create hello.py that prints hi", "create .py"),
        ("Creates other.py", "create .py"),
        ("Move the settings of a.toml and b.py into c.toml", "move .py .toml"),
        ("Explain the design", "explai"),
        ("42!", "job"),
        ("创建hello.py文件", "创建hell .py"),
    ],
)
def test_a_shape_is_the_verb_and_the_kinds_of_files(description, shape):
    assert shape_of(description) == shape
