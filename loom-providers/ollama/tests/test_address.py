import pytest

from loom_core.errors import RequestRejected
from loom_providers_ollama.address import ollama_address


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("0.0.0.0:8080", "http://127.0.0.1:8080"),
        (":8080", "http://127.0.0.1:8080"),
        ("box", "http://box:11434"),
        ("box:80", "http://box:80"),
        ("https://box", "https://box"),
        ('"box:80/"', "http://box:80"),
        ("[::]:80", "http://127.0.0.1:80"),
        ("[::1]", "http://[::1]:11434"),
    ],
)
def test_ollama_host_is_read_as_ollama_reads_it(monkeypatch, host, url):
    monkeypatch.setenv("OLLAMA_HOST", host)

    assert ollama_address("").url == url


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/", "/api"])
def test_paths_of_other_apis_are_taken_off(path):
    assert ollama_address(f"http://box:1{path}").url == "http://box:1"


def test_setting_wins_over_the_environment(monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "elsewhere")

    assert ollama_address("http://here:1").host == "here"


def test_nonsense_is_refused(monkeypatch):
    monkeypatch.setenv("OLLAMA_HOST", "ftp://x")

    with pytest.raises(RequestRejected):
        ollama_address("")
