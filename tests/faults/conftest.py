"""A laboratory for each test process, and what an uninterrupted run leaves."""

import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode: modules here are found by name
sys.path.insert(0, str(Path(__file__).parents[1] / "integration"))  # and scenario.py too

from comparing import uninterrupted
from fault_rules import (
    FEW_CHANCES,
    UNCONFINED,
    hopeless_rules,
    joining_rules,
    rough_rules,
    stopping_rules,
    tidying_rules,
)
from laboratory import open_laboratory
from reviewed_rules import reviewed_rules

from loom_core.testing.postgresql import a_postgresql_server

_DISTRIBUTIONS = Path(__file__).with_name("distributions")


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory):
    with open_laboratory(
        tmp_path_factory.mktemp("faults"), joining_rules(), settings=UNCONFINED
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def reference(laboratory):
    """A run that nobody interrupted."""
    return uninterrupted(laboratory)


@pytest.fixture(scope="session")
def tidying_laboratory(tmp_path_factory):
    """A model that moves and deletes."""
    with open_laboratory(
        tmp_path_factory.mktemp("tidying"), tidying_rules(), settings=UNCONFINED
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def tidying_reference(tidying_laboratory):
    """Moves and deletions that nobody interrupted."""
    return uninterrupted(tidying_laboratory)


@pytest.fixture(scope="session")
def rough_laboratory(tmp_path_factory):
    """A model that makes slips, and a plugin that asks models of its own."""
    root, rules = tmp_path_factory.mktemp("rough"), rough_rules()
    with open_laboratory(root, rules, plugins=_DISTRIBUTIONS, settings=UNCONFINED) as opened:
        yield opened


@pytest.fixture(scope="session")
def rough_reference(rough_laboratory):
    """A run with slips that nobody interrupted."""
    return uninterrupted(rough_laboratory)


@pytest.fixture(scope="session")
def hopeless_laboratory(tmp_path_factory):
    """A model that fails for good, and the same plugin."""
    root, rules = tmp_path_factory.mktemp("hopeless"), hopeless_rules()
    with open_laboratory(
        root, rules, plugins=_DISTRIBUTIONS, settings=UNCONFINED + FEW_CHANCES
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def hopeless_reference(hopeless_laboratory):
    """A failure that nobody interrupted."""
    return uninterrupted(hopeless_laboratory)


@pytest.fixture(scope="session")
def reviewed_laboratory(tmp_path_factory):
    """A capable model that reviews, and sends one result back."""
    with open_laboratory(
        tmp_path_factory.mktemp("reviewed"), reviewed_rules(), tier=2, settings=UNCONFINED
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def reviewed_reference(reviewed_laboratory):
    """Reviews that nobody interrupted."""
    return uninterrupted(reviewed_laboratory)


@pytest.fixture(scope="session")
def postgresql():
    """A server for the tests of one process."""
    with a_postgresql_server(must_run=bool(os.environ.get("CI"))) as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_laboratory(tmp_path_factory, postgresql):
    """The first model again, with a database of its own in PostgreSQL for each experiment."""
    root = tmp_path_factory.mktemp("postgresql")
    with open_laboratory(
        root, joining_rules(), postgresql=postgresql, settings=UNCONFINED
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def postgresql_reference(postgresql_laboratory):
    """A run on PostgreSQL that nobody interrupted."""
    return uninterrupted(postgresql_laboratory, keeps=False)


@pytest.fixture(scope="session")
def stopping_laboratory(tmp_path_factory):
    """A model that is silent or slow, so that a run can be stopped in the middle."""
    with open_laboratory(tmp_path_factory.mktemp("stopping"), stopping_rules()) as opened:
        yield opened
