import pytest

from loom_core.contracts.provider import ModelServer
from loom_core.errors import ModelUnreachable, RequestRejected
from loom_core.wire import ServerAddress


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("http://127.0.0.1:1234", "http://127.0.0.1:1234/v1"),
        ("http://127.0.0.1:1234/", "http://127.0.0.1:1234/v1"),
        ("127.0.0.1:1234", "http://127.0.0.1:1234/v1"),
        ("https://host/openai/v2/", "https://host/openai/v2"),
        (" http://[::1]:80/v1 ", "http://[::1]:80/v1"),
    ],
)
def test_base_url_becomes_one_address(text, url):
    assert ServerAddress.parse(text, default_path="/v1").url == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "http://",
        "ftp://h",
        "file:///etc/passwd",
        "http://u:pw@h",
        "http://h:0x1",
        "http://h?k=1",
    ],
)
def test_what_is_no_server_address_is_refused(text):
    with pytest.raises(RequestRejected, match="base_url") as caught:
        ServerAddress.parse(text)
    assert "pw" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.8.9.1", "[::1]", "a.localhost"])
def test_loopback_is_this_machine(host):
    assert ServerAddress.parse(f"http://{host}:80").is_loopback


@pytest.mark.parametrize("host", ["10.0.0.1", "localhost.example", "0.0.0.0", "[::ffff:8.8.8.8]"])
def test_other_hosts_are_not_this_machine(host):
    address = ServerAddress.parse(f"http://{host}:80")

    assert not address.is_loopback
    with pytest.raises(ModelUnreachable, match="offline"):
        address.refuse_when_offline(is_offline=True)
    address.refuse_when_offline(is_offline=False)


@pytest.mark.parametrize(
    "host", ["10.0.0.1", "172.16.0.9", "172.31.0.9", "192.168.1.5", "[fd12::1]", "box.local"]
)
def test_a_server_in_a_private_network_is_the_users_own(host):
    assert ModelServer.at(ServerAddress.parse(f"http://{host}:80")).is_local


@pytest.mark.parametrize(
    "host", ["172.32.0.1", "192.169.0.1", "8.8.8.8", "local", "box.local.example", "[2001:db8::1]"]
)
def test_a_server_elsewhere_is_not_the_users_own(host):
    assert not ModelServer.at(ServerAddress.parse(f"http://{host}:80")).is_local


def test_origin_has_the_default_port():
    assert ServerAddress.parse("https://h/v1").origin == ServerAddress.parse("https://H:443").origin
    assert ServerAddress.parse("http://h").origin != ServerAddress.parse("https://h").origin


def test_root_has_no_path():
    assert ServerAddress.parse("http://[::1]:1234/v1").root == "http://[::1]:1234"
