"""Where the server listens, and who finds it."""

import json

import pytest

from loom_core.desk.announcement import Announcement, announcement_path, find_server
from loom_core.engine.owner import new_owner
from loom_core.errors import UsageError
from loom_core.settings.shape import ServerSettings
from loom_server.serving.address import is_loopback, listen
from loom_server.serving.announcement import announce, withdraw


def at(host, **more):
    return ServerSettings(host=host, **more).model_copy(update={"port": 0})


def test_other_machines_reach_it_only_when_that_was_said():
    with pytest.raises(UsageError, match="--insecure-network"):
        listen(at("0.0.0.0"), is_network_allowed=False)

    address = listen(at("0.0.0.0", names=("box.lan",)), is_network_allowed=True)
    address.listener.close()

    assert f"box.lan:{address.port}".encode() in address.origins.hosts
    assert f"0.0.0.0:{address.port}".encode() not in address.origins.hosts


def test_a_port_that_is_taken_is_said():
    first = listen(at("127.0.0.1"), is_network_allowed=False)
    try:
        taken = ServerSettings(host="127.0.0.1", port=first.port)
        with pytest.raises(UsageError, match="--port"):
            listen(taken, is_network_allowed=False)
    finally:
        first.listener.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_loopback_is_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "box.lan", "192.168.1.1", ""])
def test_what_others_reach_is_no_loopback(host):
    assert not is_loopback(host)


def test_a_server_is_found_while_its_process_lives(tmp_path):
    said = Announcement("http://127.0.0.1:1", new_owner(), "/db")

    assert find_server(tmp_path) is None
    assert announce(tmp_path, said)
    assert find_server(tmp_path) == said
    assert announcement_path(tmp_path).stat().st_mode & 0o777 == 0o600
    withdraw(tmp_path, said)
    assert find_server(tmp_path) is None


def test_what_a_dead_server_left_is_not_believed(tmp_path):
    place = announcement_path(tmp_path)
    place.parent.mkdir()
    host = new_owner().partition(":")[0]
    dead = Announcement("http://127.0.0.1:1", f"{host}:4194304:1", "/db")
    for text in ("", "{}", "[]", json.dumps({"url": 1, "owner": 2, "database": 3}), "\x00"):
        place.write_text(text)
        assert find_server(tmp_path) is None

    assert announce(tmp_path, dead)
    assert find_server(tmp_path) is None


def test_a_second_server_does_not_take_the_place_of_one_that_lives(tmp_path):
    first = Announcement("http://127.0.0.1:1", new_owner(), "/db")
    announce(tmp_path, first)

    assert not announce(tmp_path, Announcement("http://127.0.0.1:2", "other:1:1", "/db"))
    assert find_server(tmp_path) == first
