"""What a standing answer covers, and what not."""

import pytest

from loom_core import events as e
from loom_core.contracts.context import PendingCall
from loom_core.contracts.tool import Intent, Risk
from loom_core.engine.human.grants import HARNESS, Grants
from loom_core.types import ApprovalScope

ONCE, CALL, TARGET, SESSION = ApprovalScope


def call(digest="1", *, tool="shell", target="git status", reason="why"):
    return PendingCall(tool, {}, Risk.EXECUTE, Intent(preview="p", target=target), digest, reason)


def granted(scope, *, approved=True, by="terminal", **changed):
    facts = {"tool": "shell", "target": "git status", "digest": "1", "reason": "why", **changed}
    grants = Grants()
    request = e.ApprovalRequested(approval_id="a", what="p", **facts)
    decided = e.ApprovalDecided(approval_id="a", approved=approved, by=by, scope=scope)
    grants.note(request, decided)
    return grants


@pytest.mark.parametrize(
    ("scope", "asked", "covers"),
    [
        (ONCE, call(), False),
        (CALL, call(), True),
        (CALL, call("2"), False),
        (TARGET, call("2"), True),
        (TARGET, call("2", target="git push"), False),
        (TARGET, call("2", tool="git"), False),
        (TARGET, call("2", target=""), False),
        (SESSION, call("2", target=""), True),
        (SESSION, call("2", tool="other"), False),
        (CALL, call(reason="it sends"), False),
        (TARGET, call("2", reason="it sends"), False),
        (SESSION, call("2", reason="it sends"), False),
    ],
)
def test_a_yes_covers_what_it_says_for_the_reason_that_was_shown(scope, asked, covers):
    answer = granted(scope).answer(asked)

    assert (answer is not None and answer.approved) is covers


def test_a_target_that_is_empty_covers_nothing():
    assert granted(TARGET, target="").answer(call("2", target="")) is None


@pytest.mark.parametrize("missing", [{"digest": ""}, {"tool": ""}])
@pytest.mark.parametrize("scope", list(ApprovalScope))
def test_what_was_shown_without_a_hash_grants_nothing(scope, missing):
    assert granted(scope, **missing).answer(call("")) is None


def test_a_no_stands_for_exactly_the_same_call():
    grants = granted(ONCE, approved=False)

    answer = grants.answer(call())
    assert answer is not None
    assert not answer.approved
    assert "already" in answer.reason
    assert grants.answer(call("2")) is None


def test_a_no_because_nobody_could_be_asked_is_not_the_users():
    assert granted(ONCE, approved=False, by=HARNESS).answer(call()) is None


def test_a_no_is_never_a_wide_yes():
    assert granted(SESSION, approved=False).answer(call("2")) is None
