"""Times as people read them."""

from datetime import UTC, datetime, timedelta

import pytest

from loom_core.cli.terminal.time_text import format_age, format_count, format_duration, format_size

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 s"),
        (0.44, "0.4 s"),
        (12.3, "12 s"),
        (185, "3 min 5 s"),
        (3720, "1 h 2 min"),
        (-1, "0.0 s"),
    ],
)
def test_durations(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=40), "40 s ago"),
        (timedelta(minutes=5, seconds=59), "5 min ago"),
        (timedelta(hours=3), "3 h ago"),
        (timedelta(days=4), "4 d ago"),
        (timedelta(days=40), "2026-10-13"),
    ],
)
def test_ages(ago, text):
    assert format_age(NOW - ago, now=NOW) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (491_400_064, "491 MB"), (3e12, "3.0 TB")],
)
def test_sizes(size, text):
    assert format_size(int(size)) == text


def test_counts():
    assert (format_count(1, "call"), format_count(1200, "call")) == ("1 call", "1,200 calls")
