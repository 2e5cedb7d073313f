import pytest

from loom_core.errors import AddressRefused
from loom_core.network import WebUrl, redirected

SOURCE = WebUrl.parse("https://e.com:8443/a/b?c=1")


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/x", "https://e.com:8443/x"),
        ("x?y=2", "https://e.com:8443/a/x?y=2"),
        ("//other.example/x", "https://other.example/x"),
        ("https://other.example/#part", "https://other.example/"),
        ("", "https://e.com:8443/a/b?c=1"),
    ],
)
def test_a_location_leads_on_from_where_it_came(location, target):
    assert redirected(SOURCE, location).text == target


@pytest.mark.parametrize(
    "location",
    [
        *("http://e.com/", "file:///etc/passwd", "//user:pass@e.com/", "https://e.com@127.0.0.1/"),
        *("https://0x7f.1/", "https://[::1%lo]/", "https://[broken/", "\\\\127.0.0.1\\x", "/a\\b"),
        *("javascript:1", "http:127.0.0.1", "https://e.com:25/"),
    ],
)
def test_a_location_that_leads_elsewhere_is_refused(location):
    with pytest.raises(AddressRefused):
        redirected(SOURCE, location)


def test_http_may_become_https():
    assert redirected(WebUrl.parse("http://e.com/"), "https://e.com/").scheme == "https"
