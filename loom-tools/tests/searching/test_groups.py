"""One group of files is looked through while the next is gathered, and nothing is left running."""

import pytest

from loom_core.workspace import Entry
from loom_tools.searching.deadline import Deadline, SearchTooSlow
from loom_tools.searching.groups import looked_through


class Look:
    """A look that keeps account of what became of it."""

    def __init__(self, paths):
        self.paths = paths
        self.is_stopped = False

    def wait(self):
        return self.paths, 0

    def stop(self):
        self.is_stopped = True


@pytest.fixture
def looks():
    return []


@pytest.fixture
def nominating(looks):
    def begin(paths):
        looks.append(Look(paths))
        return looks[-1]

    return begin


def entries(count):
    return (Entry(f"f{number:06}") for number in range(count))


def test_every_file_is_in_one_group_in_order(nominating):
    groups = looked_through(entries(30_000), nominating, lambda _: True, Deadline(60))

    seen = [entry.path for group in groups for entry in group.entries]

    assert seen == [entry.path for entry in entries(30_000)]


def test_the_first_group_is_had_at_once(nominating, looks):
    groups = looked_through(entries(30_000), nominating, lambda _: True, Deadline(60))

    next(groups)

    assert len(looks) == 1


def test_the_next_group_is_under_way_before_the_second_is_had(nominating, looks):
    groups = looked_through(entries(30_000), nominating, lambda _: True, Deadline(60))

    next(groups)
    next(groups)

    assert len(looks) == 3


def test_a_group_counts_what_is_not_looked_at(nominating, looks):
    groups = list(
        looked_through(entries(10), nominating, lambda e: e.path < "f000007", Deadline(60))
    )

    assert [group.skipped_files for group in groups] == [3]
    assert looks[0].paths == [entry.path for entry in entries(7)]


def test_what_is_under_way_is_stopped_when_nobody_wants_more(nominating, looks):
    groups = looked_through(entries(30_000), nominating, lambda _: True, Deadline(60))
    next(groups)
    next(groups)

    groups.close()

    assert looks[2].is_stopped


def test_a_deadline_ends_the_gathering_and_what_is_under_way(nominating, looks):
    deadline = Deadline(60)
    groups = looked_through(entries(100_000), nominating, lambda _: True, deadline)
    next(groups)
    deadline.drop()

    with pytest.raises(SearchTooSlow):
        list(groups)

    assert all(look.is_stopped for look in looks[1:])
