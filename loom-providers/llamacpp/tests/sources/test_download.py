import email.message
import threading
import urllib.error
import urllib.request

import pytest

from loom_providers_llamacpp.assembly import Assembly
from loom_providers_llamacpp.failures import FetchStopped, SourceFailed
from loom_providers_llamacpp.progress import FetchProgress
from loom_providers_llamacpp.sources.download import Download, _NoDowngrade
from loom_providers_llamacpp.store import ModelStore


@pytest.fixture
def store(tmp_path):
    return ModelStore(tmp_path)


@pytest.fixture
def assembly(entry, store):
    with Assembly(entry, store) as made:
        yield made


@pytest.fixture
def progress(entry, said):
    return FetchProgress(entry, said.append, threading.Event())


def download(server, **options):
    return Download(f"{server.url}/tiny.gguf", "a test", **options)


def test_whole_file_is_fetched_and_verified(file_server, assembly, progress, payload):
    download(file_server).fetch(assembly, progress)

    assert assembly.finish().read_bytes() == payload


def test_broken_connection_continues_where_it_broke(file_server, assembly, progress, payload):
    file_server.cuts = [300_000, 100_000]

    download(file_server).fetch(assembly, progress)

    assert file_server.ranges == ["", "bytes=300000-", "bytes=400000-"]
    assert assembly.finish().read_bytes() == payload


def test_later_process_continues_what_an_earlier_one_left(
    file_server, entry, store, progress, payload
):
    store.partial_of(entry).write_bytes(payload[:250_000])

    with Assembly(entry, store) as assembly:
        download(file_server).fetch(assembly, progress)
        path = assembly.finish()

    assert file_server.ranges == ["bytes=250000-"]
    assert path.read_bytes() == payload


def test_server_without_ranges_is_read_from_the_start(file_server, entry, store, progress, payload):
    store.partial_of(entry).write_bytes(b"x" * 250_000)
    file_server.knows_ranges = False

    with Assembly(entry, store) as assembly:
        download(file_server).fetch(assembly, progress)
        assert assembly.finish().read_bytes() == payload


def test_connection_that_never_brings_anything_fails(file_server, assembly, progress):
    file_server.cuts = [200_000, 0, 0, 0]

    with pytest.raises(SourceFailed):
        download(file_server).fetch(assembly, progress)

    assert assembly.position == 200_000


def test_more_bytes_than_expected_fail(file_server, assembly, progress, payload):
    file_server.content = payload + b"more"

    with pytest.raises(SourceFailed, match="more than the"):
        download(file_server).fetch(assembly, progress)


@pytest.mark.parametrize("status", [404, 403, 500])
def test_refusal_names_the_status(file_server, assembly, progress, status):
    file_server.status = status

    with pytest.raises(SourceFailed, match=f"HTTP {status}"):
        download(file_server).fetch(assembly, progress)


def test_address_where_nothing_listens_fails_at_once(assembly, progress):
    with pytest.raises(SourceFailed, match="cannot be reached"):
        Download("http://127.0.0.1:9/tiny.gguf", "a test").fetch(assembly, progress)


def test_silence_ends_the_attempt(assembly, progress):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/tiny.gguf"
        with pytest.raises(SourceFailed, match="timed out"):
            Download(url, "a test", silence_seconds=0.1).fetch(assembly, progress)


def test_stop_ends_the_fetch_and_keeps_the_bytes(file_server, entry, store):
    stop = threading.Event()
    stop.set()

    with Assembly(entry, store) as assembly, pytest.raises(FetchStopped):
        download(file_server).fetch(assembly, FetchProgress(entry, lambda _line: None, stop))

    assert store.partial_of(entry).stat().st_size > 0


def test_https_is_never_redirected_to_http():
    request = urllib.request.Request("https://a.invalid/x")

    with pytest.raises(urllib.error.URLError, match="not https"):
        _NoDowngrade().redirect_request(
            request, None, 302, "Found", email.message.Message(), "http://a.invalid/x"
        )


def test_redirects_of_a_mirror_are_followed(file_server, assembly, progress, payload):
    from file_server import FileServer

    with FileServer(b"") as front:
        front.redirect_to = f"{file_server.url}/tiny.gguf"
        download(front).fetch(assembly, progress)

    assert assembly.finish().read_bytes() == payload
