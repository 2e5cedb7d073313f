"""What ``loom models --probe`` measured of one model on one server."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from loom_core.types import Frozen

Count = Annotated[int, Field(ge=0)]
Rate = Annotated[float, Field(ge=0.0)]
DialectName = Literal["native", "json_action", "two_stage", "text_blocks"]


class Enforcement(StrEnum):
    """What a server makes of a JSON schema for the answer."""

    ENFORCED = "enforced"
    """The answer follows it even when the prompt asks for something else."""
    IGNORED = "ignored"
    """The request is taken and the schema is not: it fails open."""
    REFUSED = "refused"
    """The request is refused."""


class DialectScore(Frozen):
    """How many small jobs a dialect got right: the call that was wanted, with its arguments."""

    dialect: DialectName
    right: Count
    asked: Count


class ParallelRun(Frozen):
    """Answers at the same time, against as many one after the other."""

    requests: Annotated[int, Field(ge=2)]
    speed_up: Rate
    """Tokens a second together over tokens a second of a single request."""


class MeasuredProfile(Frozen):
    """One model on one server as it was on a day; a later probe replaces it."""

    provider: str
    model: str
    base_url: str = ""
    measured_at: datetime
    seconds: Rate
    """How long the measuring took."""
    calls: Count
    window: int | None
    """Tokens of the loaded window as the server says it; None when it does not."""
    dialect: DialectName
    """The one that got most right."""
    dialects: tuple[DialectScore, ...]
    schema_support: Enforcement
    slots: Annotated[int, Field(ge=1)]
    """Requests at once beyond which nothing was gained."""
    parallel: tuple[ParallelRun, ...] = ()
    prefill_tokens_per_second: Rate | None = None
    """None when the server counts no prompt tokens."""
    decode_tokens_per_second: Rate | None = None
    reasons: bool
    """Whether it thought before it answered."""
    sees_images: bool | None = None
    """Whether it saw what is on a picture; None when the server does not claim it."""
    tasks_passed: Count
    tasks_asked: Count
    failed_tasks: tuple[str, ...] = ()
