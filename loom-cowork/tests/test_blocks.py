from hypothesis import given
from hypothesis import strategies as st

from loom_cowork.blocks import Blocks

PIECES = st.lists(
    st.sampled_from(["a", "b c", "\n", "\n\n", "```", "```py\n", "~~~\n", "- x\n", " "])
)


def taken(pieces):
    blocks = Blocks()
    found = [block for piece in pieces for block in blocks.take(piece)]
    return found, blocks


def test_paragraph_is_finished_by_an_empty_line():
    found, blocks = taken(["one\ntwo\n", "\nthr", "ee"])

    assert found == ["one\ntwo"]
    assert blocks.tail == "three"


def test_fence_is_one_block_with_its_empty_lines():
    found, blocks = taken(["text\n```py\na = 1\n\nb = 2\n", "```\nafter"])

    assert found == ["text", "```py\na = 1\n\nb = 2\n```"]
    assert blocks.end() == "after"
    assert blocks.tail == ""


def test_fence_that_never_closes_is_given_at_the_end():
    found, blocks = taken(["```\nx\n\ny"])

    assert found == []
    assert blocks.end() == "```\nx\n\ny"


@given(PIECES)
def test_cut_does_not_depend_on_the_pieces(pieces):
    whole = "".join(pieces)

    found, blocks = taken(pieces)
    by_character, others = taken(list(whole))

    assert (found, blocks.tail) == (by_character, others.tail)


@given(PIECES)
def test_nothing_but_empty_lines_is_lost(pieces):
    whole = "".join(pieces)

    found, blocks = taken(pieces)

    kept = "\n".join([*found, blocks.tail]).split("\n")
    assert [line for line in kept if line.strip()] == [
        line for line in whole.split("\n") if line.strip()
    ]
