"""How many requests at once a server gains from."""

import asyncio
import time
from collections.abc import Sequence

from loom_core.contracts.provider import Capabilities
from loom_core.probing.interview import Interview, user
from loom_core.profiles import ParallelRun

_TRIED = (2, 4, 8)
_USUAL_LIMIT = 4
"""Where the server does not say how many slots it has."""
_LEAST_GAIN = 1.2
"""How much more a step must give than the one before, to be more than noise."""
_ANSWER_TOKENS = 48
_JOB = "Count from 1 to 200, the numbers separated by spaces. This is list {}."


async def measure_parallel(
    interview: Interview, capabilities: Capabilities
) -> tuple[ParallelRun, ...]:
    """Runs with more and more requests at once, up to the first that gains nothing."""
    limit = capabilities.slots if capabilities.slots > 1 else _USUAL_LIMIT
    # Twice, since whatever else the machine does would look like a gain of all that follows.
    single = max([await _tokens_a_second(interview, 1) for _ in range(2)])
    runs: list[ParallelRun] = []
    best = 1.0
    for requests in (tried for tried in _TRIED if tried <= limit):
        speed_up = await _tokens_a_second(interview, requests) / single if single else 0.0
        runs.append(ParallelRun(requests=requests, speed_up=round(speed_up, 2)))
        if speed_up < best * _LEAST_GAIN:
            break
        best = speed_up
    return tuple(runs)


def useful_slots(runs: Sequence[ParallelRun]) -> int:
    """The most requests at once of which each step gained enough."""
    slots, best = 1, 1.0
    for run in runs:
        if run.speed_up < best * _LEAST_GAIN:
            break
        slots, best = run.requests, run.speed_up
    return slots


async def _tokens_a_second(interview: Interview, requests: int) -> float:
    """Tokens that so many requests at once write together in a second; 0 when none are counted."""
    started = time.monotonic()
    async with asyncio.TaskGroup() as group:
        asked = [
            group.create_task(interview.ask(user(_JOB.format(number)), max_tokens=_ANSWER_TOKENS))
            for number in range(requests)
        ]
    tokens = sum(task.result().usage.completion_tokens for task in asked)
    return tokens / max(time.monotonic() - started, 1e-6)
