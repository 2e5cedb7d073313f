from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.errors import BadOutput
from loom_core.wire import EventStream, event_stream


def read(*pieces):
    stream = EventStream()
    events = [event for piece in pieces for event in stream.feed(piece)]
    return events + stream.finish()


def test_events_end_with_an_empty_line():
    stream = EventStream()

    assert stream.feed(b"data: one\n") == []
    assert stream.feed(b"\ndata: two\n\n") == [b"one", b"two"]


@pytest.mark.parametrize("line", [b"data: x\n\n", b"data:x\n\n", b"data: x\r\n\r\n", b"data: x"])
def test_forms_of_one_event(line):
    assert read(line) == [b"x"]


def test_lines_of_one_event_are_joined():
    assert read(b"data: a\ndata: b\n\n") == [b"a\nb"]


@pytest.mark.parametrize("cut", range(4))
def test_a_byte_order_mark_is_no_part_of_the_first_event(cut):
    data = b"\xef\xbb\xbfdata: x\n\n"

    assert read(data[:cut], data[cut:]) == [b"x"]


def test_comments_names_and_ids_are_passed_over():
    assert read(b": ping\n\nevent: error\nid: 3\nretry: 1\ndata: x\n\n") == [b"x"]


def test_an_object_on_its_own_line_is_data():
    assert read(b'{"error": "x"}\n') == [b'{"error": "x"}']


def test_no_event_comes_out_of_nothing():
    assert read() == []
    assert read(b"\n\n\n") == []


def test_a_line_without_end_is_bad_output(monkeypatch):
    monkeypatch.setattr(event_stream, "_MAX_LINE_BYTES", 100)

    with pytest.raises(BadOutput, match="base_url"):
        read(b"data: " + b"x" * 200)


WHOLE = 'data: {"a": "é🙂"}\r\n\r\n: c\n\ndata: two\n\ndata: [DONE]\n\n'.encode()


@given(st.lists(st.integers(0, len(WHOLE)), max_size=12))
def test_events_do_not_depend_on_how_bytes_are_cut(cuts):
    marks = [0, *sorted(cuts), len(WHOLE)]
    pieces = [WHOLE[start:end] for start, end in pairwise(marks)]

    assert read(*pieces) == ['{"a": "é🙂"}'.encode(), b"two", b"[DONE]"]


@given(st.lists(st.binary()))
def test_any_bytes_are_read_without_failing(pieces):
    assert all(isinstance(event, bytes) for event in read(*pieces))
