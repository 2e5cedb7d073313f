"""Time as the store keeps it: whole microseconds since 1970 in UTC."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

__all__ = ["Clock", "as_datetime", "as_microseconds", "system_clock"]

Clock = Callable[[], datetime]
"""Gives the time now, with a time zone."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def system_clock() -> datetime:
    """The time now in UTC."""
    return datetime.now(UTC)


def as_microseconds(moment: datetime) -> int:
    """A moment as microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def as_datetime(microseconds: int) -> datetime:
    """Microseconds since 1970 as a moment in UTC, exactly."""
    return _EPOCH + timedelta(microseconds=microseconds)
