"""What a task did to its files in the end."""

import pytest

from loom_core.changes.net import net_changes
from loom_core.types import ChangeKind, FileChange

C, M, D = ChangeKind.CREATED, ChangeKind.MODIFIED, ChangeKind.DELETED


def change(kind: ChangeKind, before: str, after: str, path: str = "a") -> FileChange:
    return FileChange(path=path, kind=kind, before=before, after=after)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ([(C, "", "1")], [C]),
        ([(C, "", "1"), (M, "1", "2")], [C]),
        ([(M, "1", "2"), (M, "2", "3")], [M]),
        ([(M, "1", "2"), (M, "2", "1")], []),
        ([(C, "", "1"), (D, "1", "")], []),
        ([(M, "1", "2"), (D, "2", "")], [D]),
        ([(D, "1", ""), (C, "", "2")], [M]),
    ],
)
def test_steps_add_up(steps, expected):
    net = net_changes(change(*step) for step in steps)

    assert [item.kind for item in net] == expected


def test_paths_are_apart_and_in_order():
    net = net_changes([change(C, "", "1", "b"), change(C, "", "1", "a")])

    assert [item.path for item in net] == ["a", "b"]
