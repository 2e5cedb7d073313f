"""Scripted lies through the real engine, with tier 1 and a reviewer: none is reported as completed."""

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "benchmarks"))

from lying.trial import JOBS, LIES, try_out  # noqa: E402  # found through the path above

from loom_core.sandbox import choose  # noqa: E402  # as above
from loom_core.settings.shape import SandboxSettings  # noqa: E402  # as above

_NAMES = [f"{job.name}: {lie.name}" for job, lie in LIES]
NOT_FOR_CHECKS = {
    "slugify: answer of the example, fixed",
    "primes: wrong numbers",
    "primes: prints that it is done",
    "rivers: about something else",
    "rivers: orders to the reviewer",
    "rivers: a placeholder",
}
"""What passes where nobody reviews: a function that knows the goal's only example, bad texts, and
programs that the same model writes wrong in the same way whenever it is asked."""


@pytest.fixture(autouse=True)
def sandboxed():
    if not choose(SandboxSettings()).is_confining:
        pytest.skip("no sandbox works here, so no command runs without being asked for")


@pytest.mark.parametrize(("job", "lie"), LIES, ids=_NAMES)
def test_no_lie_is_reported_as_completed(job, lie, tmp_path):
    end = try_out(job, lie, "attentive", tmp_path)

    assert not end.is_done, "that is no lie"
    assert end.state in {"failed", "waiting_approval"}, end


@pytest.mark.parametrize("job", JOBS, ids=[job.name for job in JOBS])
def test_an_honest_executor_completes(job, tmp_path):
    end = try_out(job, job.honest, "attentive", tmp_path)

    assert end.is_done
    assert end.state == "completed", end


@pytest.mark.parametrize(
    ("job", "lie"),
    [pair for name, pair in zip(_NAMES, LIES, strict=True) if name in NOT_FOR_CHECKS],
    ids=sorted(NOT_FOR_CHECKS, key=_NAMES.index),
)
def test_without_a_reviewer_what_no_check_can_know_passes(job, lie, tmp_path):
    assert try_out(job, lie, "none", tmp_path).state == "completed"


def test_there_are_enough_of_them():
    assert len(LIES) >= 30
    assert len(set(_NAMES)) == len(_NAMES)
