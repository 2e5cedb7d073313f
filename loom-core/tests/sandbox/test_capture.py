from hypothesis import given
from hypothesis import strategies as st

from loom_core.sandbox.capture import HeadAndTail


@given(st.lists(st.binary(max_size=30), max_size=30), st.integers(2, 40))
def test_head_and_tail_are_what_came_first_and_last(chunks, max_bytes):
    whole = (
        b"".join(chunk.replace(b"\xff", b"") for chunk in chunks)
        .decode("latin-1")
        .encode("ascii", "replace")
    )
    capture = HeadAndTail(max_bytes)

    for start in range(0, len(whole), 7):
        capture.add(whole[start : start + 7])

    assert capture.left_out_bytes == max(0, len(whole) - max_bytes)
    if len(whole) <= max_bytes:
        assert capture.text() == whole.decode()
    else:
        head = max_bytes // 2
        assert capture.text().startswith(whole[:head].decode() + "\n[... ")
        assert capture.text().endswith(" ...]\n" + whole[head - max_bytes :].decode())


def test_memory_is_bounded_however_much_comes():
    capture = HeadAndTail(1000)

    for _ in range(1000):
        capture.add(b"x" * 10_000)

    assert len(capture._tail) <= 1000
    assert capture.left_out_bytes == 10_000_000 - 1000


def test_bytes_that_are_no_text_are_replaced():
    capture = HeadAndTail(100)

    capture.add(b"a\xffb")

    assert capture.text() == "a\ufffdb"
