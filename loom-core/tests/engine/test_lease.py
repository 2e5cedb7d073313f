"""A claim that may have run out is asked for before something is done under it."""

import pytest

from loom_core.engine.lease import LEASE_SECONDS, Lease
from loom_core.errors import StaleFence


class Claims:
    """A store that counts renewals, and refuses them once another engine has the task."""

    def __init__(self):
        self.renewals = 0
        self.is_taken = False

    async def renew(self, task_id, *, fence, lease_seconds):
        if self.is_taken:
            raise StaleFence("taken")
        self.renewals += 1


@pytest.fixture
def claims():
    return Claims()


@pytest.fixture
def lease(claims):
    """A lease of a clock that only the test moves."""
    now = [1000.0]
    made = Lease(claims, "t1", fence=1, clock=lambda: now[0])
    made.passing = lambda seconds: now.__setitem__(0, now[0] + seconds)
    return made


async def test_a_fresh_claim_is_not_asked_for(lease, claims):
    lease.passing(LEASE_SECONDS / 2)

    await lease.require()

    assert claims.renewals == 0


async def test_one_that_may_have_run_out_is_renewed_once(lease, claims):
    lease.passing(LEASE_SECONDS)

    await lease.require()
    await lease.require()

    assert claims.renewals == 1


async def test_one_that_was_taken_over_is_refused_each_time(lease, claims):
    claims.is_taken = True
    lease.passing(3600)

    for _ in range(2):
        with pytest.raises(StaleFence):
            await lease.require()
