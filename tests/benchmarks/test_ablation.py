"""What the ablation keeps of a run: the moments that count, whatever comes after them."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

from ablation import Judged, Stages, table  # found through the path above


@pytest.fixture
def place(tmp_path):
    (tmp_path / "workspace").mkdir()
    return tmp_path


def holds(place, text):
    """Have the workspace hold one file."""
    (place / "workspace" / "a.txt").write_text(text)


def event(kind, **data):
    return {"type": kind, "subtask_id": "goal", "data": data}


def planned(tier):
    subtask = {"id": "goal", "verification_tier": tier}
    return event("PlanCreated", plan={"subtasks": [subtask]})


def claimed():
    return event("OutcomeReached", outcome={"status": "completed"})


def judged(status, **tiers):
    confidence = {name[-1]: value for name, value in tiers.items()}
    return event("VerdictReached", verdict={"status": status, "tier_confidence": confidence})


def test_the_first_claim_and_the_first_that_passes_tier_1_are_kept(place):
    stages = Stages(place)
    stages.see(planned(2))

    for text, verdict in (
        ("first", judged("failed", tier1=0.0)),
        ("second", judged("failed", tier1=1.0, tier2=0.0)),
        ("third", judged("passed", tier1=1.0, tier2=1.0)),
    ):
        holds(place, text)
        stages.see(claimed())
        holds(place, "taken back")
        stages.see(verdict)

    assert (stages.copy_of("claim") / "a.txt").read_text() == "first"
    assert (stages.copy_of("tier1") / "a.txt").read_text() == "second"
    assert stages.has_tier_2


def test_what_is_unverified_by_tier_1_or_never_claimed_counts_as_no_claim(place):
    stages = Stages(place)
    stages.see(planned(1))
    stages.see(event("OutcomeReached", outcome={"status": "failed"}))
    assert not stages.has_reached("claim")

    stages.see(claimed())
    stages.see(judged("unverified", tier1=0.0))

    assert stages.has_reached("claim")
    assert not stages.has_reached("tier1")


def test_a_claim_that_is_not_true_is_counted_as_false():
    runs = [
        Judged("a", "loom", is_claimed=True, is_true=True, problem="", seconds=1.0),
        Judged("b", "loom", is_claimed=True, is_true=False, problem="empty", seconds=3.0),
        Judged("c", "loom", is_claimed=False, is_true=True, problem="", seconds=2.0),
    ]

    assert "| harness, tiers 1 + 2 | 3 | 2 | 1 | 1 | 2 | 2 |" in table(runs)
