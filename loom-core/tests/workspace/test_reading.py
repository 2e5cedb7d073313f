import os

import pytest

from loom_core.errors import PathRefused
from loom_core.workspace import reading
from loom_core.workspace.reading import read_plain_file


@pytest.fixture
def root(tmp_path):
    descriptor = os.open(tmp_path, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


@pytest.mark.parametrize("size", [0, 1, 99, 100])
def test_a_file_up_to_the_limit_is_read_whole(root, tmp_path, size):
    (tmp_path / "f").write_bytes(b"x" * size)

    assert read_plain_file(root, "f", max_bytes=100) == b"x" * size


def test_a_larger_file_is_refused_with_its_size(root, tmp_path):
    (tmp_path / "f").write_bytes(b"x" * 1101)

    with pytest.raises(PathRefused, match="f has 1,101 bytes, more than the limit of 100"):
        read_plain_file(root, "f", max_bytes=100)


def test_reads_that_give_less_than_was_asked_for_are_gone_on_with(root, tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(bytes(range(100)))
    read = os.read
    monkeypatch.setattr(reading.os, "read", lambda file, count: read(file, min(count, 7)))

    assert read_plain_file(root, "f", max_bytes=100) == bytes(range(100))


@pytest.mark.parametrize(("grown", "fits"), [(100, True), (101, False)])
def test_a_file_that_grows_meanwhile_is_read_up_to_the_limit(
    root, tmp_path, monkeypatch, grown, fits
):
    (tmp_path / "f").write_bytes(b"x")
    facts = os.fstat

    def before_it_grows(file):
        found = facts(file)
        (tmp_path / "f").write_bytes(b"x" * grown)
        return found

    monkeypatch.setattr(reading.os, "fstat", before_it_grows)

    if fits:
        assert read_plain_file(root, "f", max_bytes=100) == b"x" * grown
    else:
        with pytest.raises(PathRefused, match="more than the limit"):
            read_plain_file(root, "f", max_bytes=100)


def test_no_descriptor_is_left_by_a_refusal(root, tmp_path):
    (tmp_path / "f").write_bytes(b"x")
    os.link(tmp_path / "f", tmp_path / "g")
    os.mkfifo(tmp_path / "pipe")
    before = os.dup(root)  # the lowest number that is free
    os.close(before)

    for name in ("f", "pipe", "."):
        with pytest.raises((PathRefused, IsADirectoryError)):
            read_plain_file(root, name, max_bytes=100)

    after = os.dup(root)
    os.close(after)
    assert after == before
