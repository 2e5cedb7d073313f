from hypothesis import given
from hypothesis import strategies as st

from loom_core.testing.prompt_cache import PromptCache, common_prefix, tokens_in


@given(st.text("ab"), st.text("ab"), st.text("ab"))
def test_common_prefix_is_the_longest(shared, left, right):
    length = common_prefix(shared + left, shared + right)

    assert length >= len(shared)
    assert (shared + left)[:length] == (shared + right)[:length]
    assert (shared + left)[length : length + 1] != (shared + right)[length : length + 1] or (
        length == min(len(shared + left), len(shared + right))
    )


def test_growing_conversation_is_cached_but_for_its_end():
    cache = PromptCache()

    assert cache.admit("system user") == 0
    assert cache.admit("system user tool") == len("system user")


def test_a_continuation_takes_its_own_slot():
    cache = PromptCache(slots=2)
    cache.admit("a1")
    cache.admit("b1")
    cache.admit("a1a2")

    assert cache.admit("b1b2") == 2


def test_least_recently_used_slot_is_given_up():
    cache = PromptCache(slots=2)
    for prompt in ("first", "second", "third"):
        cache.admit(prompt)

    assert cache.admit("first and more") == 0


def test_tokens_round_up():
    assert [tokens_in(text) for text in ("", "a", "abcd", "abcde")] == [0, 1, 1, 2]
