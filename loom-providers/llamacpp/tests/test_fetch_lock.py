import threading

import pytest

from loom_providers_llamacpp.failures import FetchStopped
from loom_providers_llamacpp.fetch_lock import fetch_lock
from loom_providers_llamacpp.progress import FetchProgress


def test_second_one_waits_says_so_once_and_gets_it(entry, said, tmp_path):
    path, waited, got_it = tmp_path / "lock", threading.Event(), threading.Event()

    def say(line):
        said.append(line)
        waited.set()

    def second():
        with fetch_lock(path, FetchProgress(entry, say, threading.Event())):
            got_it.set()

    with fetch_lock(path, FetchProgress(entry, say, threading.Event())):
        thread = threading.Thread(target=second)
        thread.start()
        assert waited.wait(10)
        assert not got_it.is_set()
    thread.join(10)

    assert got_it.is_set()
    assert said == ["waiting for whoever is fetching or checking Tiny"]


def test_waiting_can_be_stopped(entry, said, tmp_path):
    stop = threading.Event()
    stop.set()

    with (
        fetch_lock(tmp_path / "lock", FetchProgress(entry, said.append, threading.Event())),
        pytest.raises(FetchStopped),
        fetch_lock(tmp_path / "lock", FetchProgress(entry, said.append, stop)),
    ):
        pytest.fail("got a lock that somebody else holds")


def test_progress_is_not_said_more_than_once_a_second(entry, said):
    progress = FetchProgress(entry, said.append, threading.Event())

    for done in range(0, entry.size_bytes, 10_000):
        progress.report(done)

    assert said == ["fetching Tiny: 0 of 1 MB (0 %)"]


def test_progress_never_goes_back_except_for_another_source(entry, said, monkeypatch):
    monkeypatch.setattr("loom_providers_llamacpp.progress._SECONDS_BETWEEN_LINES", 0)
    progress = FetchProgress(entry, said.append, threading.Event())

    progress.report(600_000)
    progress.report(300_000)
    progress.begin()
    progress.report(400_000)

    assert [line.split()[-2] for line in said] == ["(85", "(57"]
