"""Which form an attempt takes."""

from types import SimpleNamespace

from loom_core.contracts.context import Beginning, ModelFacts
from loom_core.engine.attempt.runner import Runner
from loom_core.types import FailureKind, OutcomeStatus, Subtask


async def test_an_attempt_that_was_begun_in_an_unknown_form_fails_and_says_so():
    facts = ModelFacts(
        name="m", tier=1, dialect="native", window=8192, enforces_schema=True, sees_images=False
    )

    async def model_facts(_role):
        return facts

    context = SimpleNamespace(beginning=Beginning("m", "haiku", (), {}), model_facts=model_facts)

    outcome = await Runner().loom_execute(Subtask(id="a", description="Write a.txt"), context)

    assert (outcome.status, outcome.failure) == (OutcomeStatus.FAILED, FailureKind.PROTOCOL)
    assert "another version" in outcome.reason
