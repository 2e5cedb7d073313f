"""Keys come from where the settings say, and go to the server they were given for."""

import os
import sys
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from loom_core.errors import ModelUnauthorized
from loom_core.settings.shape import ModelSettings
from loom_core.wire import ServerAddress, Service, key_for

SERVICE = Service(url="https://api.example.com/v1", variable="EXAMPLE_API_KEY")
OFFICIAL = ServerAddress.parse(SERVICE.url)
OTHER = ServerAddress.parse("http://127.0.0.1:8080/v1")
KEY = "sk-canary-1234567890"


class KeyringError(Exception):
    """What the package raises when no keyring answers."""


@pytest.fixture
def keyring(monkeypatch):
    """The package as far as it is used, with the keys by service and user."""
    kept = {}

    def get_password(service, user):
        if kept.get("locked"):
            raise KeyringError("locked")
        return kept.get((service, user))

    errors = SimpleNamespace(KeyringError=KeyringError)
    package = SimpleNamespace(get_password=get_password, errors=errors)
    monkeypatch.setitem(sys.modules, "keyring", package)
    return kept


def settings(**fields):
    return ModelSettings(provider="x", **fields)


def key_file(tmp_path, content=KEY + "\n", mode=0o600):
    path = tmp_path / "key"
    path.write_text(content)
    path.chmod(mode)
    return path


def test_the_variable_of_a_service_goes_to_that_service_alone(monkeypatch):
    monkeypatch.setenv("EXAMPLE_API_KEY", f" {KEY}\n")

    assert key_for(OFFICIAL, settings(), SERVICE) == KEY
    assert key_for(OTHER, settings(), SERVICE) == ""
    assert key_for(OFFICIAL, settings()) == ""


@pytest.mark.parametrize(
    "url", ["http://api.example.com", "https://api.example.com:444", "https://api.example.com.evil"]
)
def test_another_origin_is_another_server(monkeypatch, url):
    monkeypatch.setenv("EXAMPLE_API_KEY", KEY)

    assert key_for(ServerAddress.parse(url), settings(), SERVICE) == ""


def test_a_service_without_a_key_says_where_to_put_it(monkeypatch):
    monkeypatch.delenv("EXAMPLE_API_KEY", raising=False)

    with pytest.raises(ModelUnauthorized, match=r"EXAMPLE_API_KEY.*api_key_file"):
        key_for(OFFICIAL, settings(), SERVICE)


def test_a_key_is_read_from_its_file(tmp_path):
    assert key_for(OTHER, settings(api_key_file=key_file(tmp_path))) == KEY


def test_the_key_of_the_settings_wins_over_file_and_variable(tmp_path, monkeypatch):
    monkeypatch.setenv("EXAMPLE_API_KEY", "sk-env")
    path = key_file(tmp_path, "sk-file")

    assert key_for(OFFICIAL, settings(api_key_file=path), SERVICE) == "sk-file"
    assert key_for(OFFICIAL, settings(api_key_file=path, api_key=SecretStr(KEY)), SERVICE) == KEY


@pytest.mark.skipif(os.name != "posix", reason="no modes")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o620, 0o604])
def test_a_file_that_others_may_read_is_refused(tmp_path, mode):
    with pytest.raises(ModelUnauthorized, match=f"mode {mode:o}.*chmod 600") as refused:
        key_for(OTHER, settings(api_key_file=key_file(tmp_path, mode=mode)))
    assert KEY not in str(refused.value)


def test_a_file_that_is_no_file_of_a_key_is_refused(tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo, 0o600)

    for path, why in [
        (tmp_path / "missing", "cannot be read"),
        (tmp_path, "cannot be read|no plain file"),
        (fifo, "no plain file"),
    ]:
        with pytest.raises(ModelUnauthorized, match=why):
            key_for(OTHER, settings(api_key_file=path))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (" \n", "is empty"),
        ("x" * 20_000, "larger than"),
        ("two words", "no key has"),
        ("line\nline", "no key has"),
        ("sk-\u00e9", "no key has"),
    ],
)
def test_a_file_that_holds_no_key_is_refused(tmp_path, content, why):
    with pytest.raises(ModelUnauthorized, match=why):
        key_for(OTHER, settings(api_key_file=key_file(tmp_path, content)))


def test_the_keyring_is_asked_for_the_origin(keyring):
    keyring["loom", "http://127.0.0.1:8080"] = KEY

    assert key_for(OTHER, settings(api_key_from_keyring=True)) == KEY
    with pytest.raises(ModelUnauthorized, match=r"keyring set loom https://api\.example.com:443"):
        key_for(OFFICIAL, settings(api_key_from_keyring=True), SERVICE)


def test_a_keyring_that_does_not_answer_is_said(keyring):
    keyring["locked"] = True

    with pytest.raises(ModelUnauthorized, match=r"locked.*api_key_file"):
        key_for(OTHER, settings(api_key_from_keyring=True))


def test_a_keyring_that_is_not_installed_is_said(monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(ModelUnauthorized, match="pip install keyring"):
        key_for(OTHER, settings(api_key_from_keyring=True))
