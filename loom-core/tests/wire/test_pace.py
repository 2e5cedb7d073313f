"""How long reading a prompt may take."""

import pytest

from loom_core.settings.shape import ModelSettings
from loom_core.types import Usage
from loom_core.wire import Pace, Patience


def test_a_short_prompt_needs_no_more_than_the_usual_limit():
    assert Pace().reading_seconds(2000) == 0


def test_an_unmeasured_server_may_be_slow():
    assert Pace().reading_seconds(22_000) == pytest.approx(1000)


def test_a_measured_server_gets_three_times_what_it_took():
    pace = Pace()
    pace.note(Usage(prompt_tokens=5000, cached_tokens=3000), 10.0)

    assert pace.reading_seconds(4000) == pytest.approx(3 * 2000 / 200)


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        (Usage(prompt_tokens=5000, cached_tokens=4999), 1.0),
        (Usage(), 1.0),
        (Usage(prompt_tokens=5000), 0.0),
    ],
)
def test_nothing_is_learned_from_what_was_cached_or_not_timed(usage, seconds):
    pace = Pace()
    pace.note(usage, seconds)

    assert pace.reading_seconds(22_000) == pytest.approx(1000)


def test_loading_and_reading_lengthen_the_wait_for_the_first_token_only():
    settings = ModelSettings(
        provider="x",
        load_timeout_seconds=50,
        first_token_timeout_seconds=10,
        token_timeout_seconds=1,
    )

    limits = Patience(settings, reading_seconds=30, may_load=True)

    assert 89 < limits.remaining_seconds() <= 90
    assert "load_timeout_seconds" in str(limits.expired("http://h"))
    limits.note_token()
    assert limits.remaining_seconds() == 1


def test_a_hot_prompt_of_a_server_that_tells_no_cache_shortens_no_wait():
    pace = Pace()
    pace.note(Usage(prompt_tokens=16_000), 2.0)

    assert pace.reading_seconds(22_000) == pytest.approx(1000)


def test_slow_reading_lengthens_the_wait_whatever_is_told_of_a_cache():
    pace = Pace()
    pace.note(Usage(prompt_tokens=5000), 500.0)
    pace.note(Usage(prompt_tokens=5000), 1.0)

    assert pace.reading_seconds(4000) == pytest.approx(3 * 2000 / 10)
