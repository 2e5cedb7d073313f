"""One probe from its first call to the profile that it gives."""

import secrets
import time
from datetime import UTC, datetime

from loom_core.contracts.provider import Provider
from loom_core.probing.dialect_cases import best_dialect, score_dialects
from loom_core.probing.interview import Interview, user
from loom_core.probing.parallel import measure_parallel, useful_slots
from loom_core.probing.schema_support import probe_schema
from loom_core.probing.sight import probe_sight
from loom_core.probing.speed import measure_speed
from loom_core.probing.tasks import TASKS, failed_tasks
from loom_core.profiles import MeasuredProfile, find_profile
from loom_core.routing import DEFAULT_WINDOW
from loom_core.types import Sampling


async def probe(provider: Provider) -> MeasuredProfile:
    """What a model can do on its server, which takes some minutes; nothing is stored.

    What is measured at the moment is said through the provider's environment. Raises ``ModelError``
    when the model cannot be used, and ``SettingsError`` for an unknown profile in its settings.
    """
    started = time.monotonic()
    settings, say = provider.settings, provider.environment.say
    sampling = find_profile(settings, provider.environment.home).sampling
    interview = Interview(provider, sampling or Sampling())
    say("loading the model")
    await _load(interview)
    capabilities = await provider.capabilities()
    window = await provider.window()
    say("measuring how fast it reads and writes")
    speed = await measure_speed(interview, window or DEFAULT_WINDOW, secrets.token_hex(4))
    say("measuring how many requests at once help")
    parallel = await measure_parallel(interview, capabilities)
    say("trying whether schemas are enforced")
    schema_support = await probe_schema(interview)
    say("trying the dialects")
    dialects = await score_dialects(interview, capabilities)
    sees = await probe_sight(interview) if capabilities.sees_images else None
    say(f"asking {len(TASKS)} small tasks")
    failed = await failed_tasks(interview)
    return MeasuredProfile(
        provider=settings.provider,
        model=settings.model,
        base_url=settings.base_url,
        measured_at=datetime.now(UTC).replace(microsecond=0),
        seconds=round(time.monotonic() - started, 1),
        calls=interview.calls,
        window=window,
        dialect=best_dialect(dialects, capabilities).dialect,
        dialects=tuple(dialects),
        schema_support=schema_support,
        slots=useful_slots(parallel),
        parallel=parallel,
        prefill_tokens_per_second=_rounded(speed.prefill),
        decode_tokens_per_second=_rounded(speed.decode),
        reasons=interview.has_reasoned,
        sees_images=sees,
        tasks_passed=len(TASKS) - len(failed),
        tasks_asked=len(TASKS),
        failed_tasks=tuple(failed),
    )


async def _load(interview: Interview) -> None:
    """Have the model fetched and loaded, so that no measurement pays for it."""
    (await interview.provider.health()).require()
    await interview.provider.prepare()
    await interview.ask(user("Answer with the word ready."))


def _rounded(rate: float | None) -> float | None:
    """A rate as exact as it can be meant."""
    return round(rate, 1) if rate is not None else None
