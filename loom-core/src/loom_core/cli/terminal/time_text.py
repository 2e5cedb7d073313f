"""Times, durations and amounts as people read them."""

from datetime import datetime

_MINUTE = 60
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_MONTH = 30 * _DAY
_TENTHS_BELOW = 10
_UNIT_STEP = 1_000


def format_duration(seconds: float) -> str:
    """A duration: ``0.4 s``, ``12 s``, ``3 min 5 s``, ``1 h 2 min``."""
    if seconds < _TENTHS_BELOW:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    if whole < _MINUTE:
        return f"{whole} s"
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"


def format_age(at: datetime, *, now: datetime) -> str:
    """How long ago something was: ``just now``, ``5 min ago``, ``3 d ago``, else the date."""
    seconds = (now - at).total_seconds()
    if seconds < _TENTHS_BELOW:
        return "just now"
    if seconds < _MINUTE:
        return f"{seconds:.0f} s ago"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE:.0f} min ago"
    if seconds < _DAY:
        return f"{seconds // _HOUR:.0f} h ago"
    if seconds < _MONTH:
        return f"{seconds // _DAY:.0f} d ago"
    return at.date().isoformat()


def format_count(count: int, noun: str) -> str:
    """A number with its noun in the right form: ``1 file``, ``1,200 tokens``."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def format_size(size_bytes: int) -> str:
    """A size in decimal units: ``512 B``, ``491 MB``, ``1.2 GB``."""
    size = float(size_bytes)
    for unit in ("B", "kB", "MB", "GB"):
        if size < _UNIT_STEP:
            digits = 1 if size < _TENTHS_BELOW and unit != "B" else 0
            return f"{size:.{digits}f} {unit}"
        size /= _UNIT_STEP
    return f"{size:.1f} TB"
