"""What a probe measured, for people."""

from pathlib import Path

import click

from loom_core.cli.terminal.line import Line, echo_lines
from loom_core.cli.terminal.size import stdout_columns
from loom_core.cli.terminal.time_text import format_count, format_duration
from loom_core.profiles import Enforcement, MeasuredProfile
from loom_core.sanitize import sanitize_line

_SCHEMA = {
    Enforcement.ENFORCED: "enforced",
    Enforcement.IGNORED: "taken and ignored: answers are checked by Loom alone",
    Enforcement.REFUSED: "refused: answers are checked by Loom alone",
}
_SIGHT = {None: "not claimed by the server", True: "seen", False: "taken and not seen"}


def echo_probe(name: str, profile: MeasuredProfile, path: Path) -> None:
    """Write what was measured of a model, a line each, and where it is kept."""
    click.echo(f"{sanitize_line(name)} ({sanitize_line(profile.provider)})")
    facts = {
        "window": f"{profile.window:,} tokens" if profile.window else "the server does not say",
        "dialect": f"{profile.dialect} ({_dialects(profile)})",
        "schema": _SCHEMA[profile.schema_support],
        "slots": f"{profile.slots} ({_parallel(profile)})",
        "speed": describe_speed(profile),
        "reasoning": "thinks before it answers" if profile.reasons else "none",
        "images": _SIGHT[profile.sees_images],
        "tasks": f"{profile.tasks_passed} of {profile.tasks_asked} right{_failed(profile)}",
        "measured": f"in {format_duration(profile.seconds)} with "
        f"{format_count(profile.calls, 'call')}, kept in {path}",
    }
    lines = [Line(text, indent=1, label=f"{label:<10}") for label, text in facts.items()]
    echo_lines(lines, columns=stdout_columns())


def describe_measured(profile: MeasuredProfile) -> str:
    """What was measured, on one line."""
    return (
        f"measured {profile.measured_at.date().isoformat()}: {profile.dialect}, schema "
        f"{profile.schema_support.value}, {format_count(profile.slots, 'slot')}, "
        f"{describe_speed(profile)}, {profile.tasks_passed} of {profile.tasks_asked} tasks"
    )


def describe_speed(profile: MeasuredProfile) -> str:
    """How fast it reads and writes."""
    reads, writes = profile.prefill_tokens_per_second, profile.decode_tokens_per_second
    return f"reads {_rate(reads)}, writes {_rate(writes)} tokens a second"


def _rate(rate: float | None) -> str:
    """Tokens a second, or that nobody counted them."""
    return "?" if rate is None else f"{rate:,.0f}"


def _dialects(profile: MeasuredProfile) -> str:
    """How each dialect did."""
    return ", ".join(f"{one.dialect} {one.right} of {one.asked}" for one in profile.dialects)


def _parallel(profile: MeasuredProfile) -> str:
    """What each number of requests at once gave."""
    runs = [
        f"{run.requests} at once: {run.speed_up:g} times the tokens" for run in profile.parallel
    ]
    return ", ".join(runs) or "nothing more was tried"


def _failed(profile: MeasuredProfile) -> str:
    """The tasks that it got wrong."""
    return f", wrong: {', '.join(profile.failed_tasks)}" if profile.failed_tasks else ""
