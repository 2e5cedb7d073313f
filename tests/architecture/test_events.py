"""Every event of the table happens somewhere, and somebody reads it."""

import ast

import pytest

from loom_core.events import EVENT_TYPES
from loom_core.store import projection

NAMES = sorted(EVENT_TYPES)


@pytest.fixture(scope="module")
def mentions(sources):
    """For each event: the modules that make one, and those that only mention it."""
    made = {name: set() for name in NAMES}
    read = {name: set() for name in NAMES}
    for source in sources:
        if source.module.startswith("loom_core.events"):
            continue
        calls = {id(node.func) for node in ast.walk(source.tree) if isinstance(node, ast.Call)}
        for node in ast.walk(source.tree):
            name = getattr(node, "attr", None) or getattr(node, "id", None)
            if isinstance(node, ast.Name | ast.Attribute) and name in made:
                (made if id(node) in calls else read)[name].add(source.module)
    return made, read


def test_the_store_knows_what_each_event_changes():
    known = projection.HANDLED | projection.WITHOUT_EFFECT

    assert known == set(EVENT_TYPES.values())
    assert not projection.HANDLED & projection.WITHOUT_EFFECT


@pytest.mark.parametrize("name", NAMES)
def test_event_is_emitted(mentions, name):
    made, _read = mentions

    assert made[name]


@pytest.mark.parametrize("name", NAMES)
def test_event_is_read(mentions, name):
    """The journal alone is no reader: an event that changes no row must be of use to somebody else."""
    _made, read = mentions
    changes_a_row = EVENT_TYPES[name] in projection.HANDLED
    readers = {module for module in read[name] if not module.startswith("loom_core.store.")}

    assert changes_a_row or readers
