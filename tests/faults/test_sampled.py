"""kill -9 in the middle of samples: the run goes on with the sample that was being made."""

import pytest
from comparing import crash_and_resume, uninterrupted
from fault_rules import sampled_rules
from laboratory import open_laboratory

_KILLS = 3


@pytest.fixture(scope="module")
def sampled_laboratory(tmp_path_factory):
    """A model that is right in its second sample."""
    with open_laboratory(tmp_path_factory.mktemp("sampled"), sampled_rules()) as opened:
        yield opened


@pytest.mark.slow
def test_a_run_killed_between_its_samples_resumes_as_if_nothing_had_happened(sampled_laboratory):
    reference = uninterrupted(sampled_laboratory, keeps=False)
    kinds = [[kind for kind, _ in note["records"]] for note in reference.boundaries]
    starts = [at for at, records in enumerate(kinds, start=1) if "SubtaskStarted" in records]
    first_sample = starts[2]
    every = (len(kinds) - first_sample) // _KILLS

    problems = [
        problem
        for number in range(first_sample, len(kinds), every)
        for problem in crash_and_resume(
            sampled_laboratory,
            reference,
            {"at": "commit", "number": number, "side": "after" if number % 2 else "before"},
        )
    ]

    assert (reference.code, reference.files) == (0, {"left.txt": b"left\n"})
    assert len(starts) == 4
    assert sum("SamplesCompared" in records for records in kinds) == 1
    assert not problems, "\n".join(problems)
