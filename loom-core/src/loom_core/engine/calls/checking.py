"""Running executable checks between two calls of a model."""

import logging
from collections.abc import Mapping, Sequence

from loom_core.contracts.check import Check, CheckContext
from loom_core.prompts import describe_check
from loom_core.types import CheckSpec, Evidence, VerdictStatus

_log = logging.getLogger(__name__)


async def run_checks(
    specs: Sequence[CheckSpec], installed: Mapping[str, Check], look: CheckContext
) -> list[Evidence]:
    """What each check saw, in order; one that is missing or breaks is unverified."""
    return [await _run(spec, installed.get(spec.kind), look) for spec in specs]


async def _run(spec: CheckSpec, check: Check | None, look: CheckContext) -> Evidence:
    """The evidence of one check."""
    name = describe_check(spec)
    if check is None:
        return Evidence(check=name, status=VerdictStatus.UNVERIFIED, detail="not installed")
    try:
        return await check.run(spec.target, spec.expected, look)
    except Exception as error:  # noqa: BLE001 - isolation: a check that breaks is unverified
        _log.warning("check %s failed to run", name, exc_info=True)
        detail = f"could not run: {error}"
        return Evidence(check=name, status=VerdictStatus.UNVERIFIED, detail=detail)
