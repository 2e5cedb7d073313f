"""A laboratory for each test process, and what an uninterrupted run leaves."""

import sys
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "integration")]

from comparing import Reference
from laboratory import counted, joining_rules, open_laboratory
from rough_rules import rough_rules


@pytest.fixture(scope="session")
def laboratory(tmp_path_factory):
    with open_laboratory(tmp_path_factory.mktemp("faults"), joining_rules()) as opened:
        yield opened


@pytest.fixture(scope="session")
def reference(laboratory):
    """A run that nobody interrupted."""
    return _uninterrupted(laboratory)


@pytest.fixture(scope="session")
def rough_laboratory(tmp_path_factory):
    """A model that makes slips, and a plugin that asks models of its own."""
    with open_laboratory(
        tmp_path_factory.mktemp("rough"),
        counted(rough_rules()),
        plugins=Path(__file__).with_name("distributions"),
    ) as opened:
        yield opened


@pytest.fixture(scope="session")
def rough_reference(rough_laboratory):
    """A run with slips that nobody interrupted."""
    return _uninterrupted(rough_laboratory)


def _uninterrupted(laboratory):
    with laboratory.experiment() as experiment:
        call = experiment.run()
        assert call.code == 0, call.stdout + call.stderr
        return Reference(
            image=experiment.image(), files=experiment.files(), boundaries=call.noted("commit")
        )
