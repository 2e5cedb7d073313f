"""The near name that somebody surely meant."""

import pytest

from loom_core.did_you_mean import did_you_mean

SETTINGS = ["max_replans", "max_parallel_subtasks", "max_tokens"]


@pytest.mark.parametrize(
    ("written", "known", "meant"),
    [
        ("MAX_PARALEL", SETTINGS, "max_parallel_subtasks"),
        ("max-replan", SETTINGS, "max_replans"),
        ("qwen", ["llama3:8b", "qwen2.5-coder:14b-instruct"], "qwen2.5-coder:14b-instruct"),
        ("statsu", ["status", "start"], "status"),
    ],
)
def test_the_nearest_name_is_offered(written, known, meant):
    assert did_you_mean(written, known) == f"; did you mean {meant!r}?"


@pytest.mark.parametrize(
    ("written", "known"),
    [("qwen", ["qwen-large-one", "qwen-large-two"]), ("m", ["max_tokens"]), ("zebra", SETTINGS)],
)
def test_a_guess_is_not_offered(written, known):
    assert did_you_mean(written, known) == ""
