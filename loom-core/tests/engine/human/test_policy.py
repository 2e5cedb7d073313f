"""What may run without asking."""

from types import SimpleNamespace

import pytest

from loom_core.contracts.context import PendingCall
from loom_core.contracts.tool import Intent, Risk
from loom_core.engine.human.policy import ApprovalPolicy
from loom_core.settings.shape import ExecutionSettings, Settings
from loom_core.types import ApprovalMode, Task

AUTO, MANUAL, THRESHOLD = ApprovalMode


def decide(mode, risk, *, is_gated=False, reason="", attempt=1, threshold=0.8):
    """Whether the policy says yes; None leaves it to a human."""
    call = PendingCall("t", {}, risk, Intent(preview="p", is_gated=is_gated), "digest", reason)
    execution = ExecutionSettings(auto_approve_confidence_threshold=threshold)
    context = SimpleNamespace(
        task=Task(id="t", goal="g", workspace="/w", approval_mode=mode),
        settings=Settings(execution=execution),
        attempt=attempt,
    )
    decision = ApprovalPolicy().loom_approve(call, context)
    return decision and decision.approved


@pytest.mark.parametrize(
    ("mode", "risk", "answer"),
    [
        (AUTO, Risk.READ, True),
        (AUTO, Risk.WRITE, True),
        (AUTO, Risk.EXECUTE, True),
        (AUTO, Risk.NETWORK, None),
        (MANUAL, Risk.READ, True),
        (MANUAL, Risk.WRITE, None),
        (MANUAL, Risk.EXECUTE, None),
        (MANUAL, Risk.NETWORK, None),
        (THRESHOLD, Risk.WRITE, True),
        (THRESHOLD, Risk.NETWORK, None),
    ],
)
def test_a_mode_allows_so_much(mode, risk, answer):
    assert decide(mode, risk) is answer


@pytest.mark.parametrize("mode", list(ApprovalMode))
@pytest.mark.parametrize("risk", list(Risk))
def test_what_is_gated_is_never_allowed_by_itself(mode, risk):
    assert decide(mode, risk, is_gated=True) is None


@pytest.mark.parametrize("mode", list(ApprovalMode))
@pytest.mark.parametrize("risk", list(Risk))
def test_what_loom_itself_gates_is_never_allowed_by_itself(mode, risk):
    assert decide(mode, risk, reason="it can send data off this machine") is None


def test_below_the_threshold_a_human_is_asked():
    assert decide(THRESHOLD, Risk.WRITE, attempt=4, threshold=0.9) is None
    assert decide(THRESHOLD, Risk.READ, attempt=4, threshold=0.9) is True
    assert decide(AUTO, Risk.WRITE, attempt=4, threshold=0.9) is True
