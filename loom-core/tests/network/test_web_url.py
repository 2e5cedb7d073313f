import ipaddress
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.errors import AddressRefused
from loom_core.network import WebUrl
from loom_core.network.web_url import literal_address

WRITTEN_DIFFERENTLY = [
    ("https://example.com", "https://example.com/"),
    ("HTTPS://Example.COM:443/A?b=C#d", "https://example.com/A?b=C"),
    ("http://example.com:8080", "http://example.com:8080/"),
    ("http://example.com:/x", "http://example.com/x"),
    ("https://example.com./x", "https://example.com/x"),
    ("https://example.com?q=1", "https://example.com/?q=1"),
    ("https://bücher.example/ü b", "https://xn--bcher-kva.example/%C3%BC%20b"),
    ("https://straße.example/", "https://xn--strae-oqa.example/"),
    ("https://日本。example/", "https://xn--wgv71a.example/"),
    ("https://e.com/a%20b?x=%zz", "https://e.com/a%20b?x=%zz"),
    ("http://1.2.3.4/", "http://1.2.3.4/"),
    ("http://1.2.3.4./", "http://1.2.3.4/"),
    ("http://[2606:4700:0::1]:8443/", "http://[2606:4700::1]:8443/"),
    ("  https://example.com/ \n", "https://example.com/"),
    ("https://my_site.example/", "https://my_site.example/"),
]
REFUSED = [
    *("", "example.com", "//example.com/", "http:/example.com", "http:example.com", "https://"),
    *("file:///etc/passwd", "ftp://e.com/", "gopher://e.com/", "javascript:alert(1)", "data:,x"),
    *("http://user@e.com/", "http://user:pass@e.com/", "http://@e.com/", "http://e.com@1.2.3.4/"),
    *("http://2130706433/", "http://0x7f000001/", "http://017700000001/", "http://127.1/"),
    *("http://0177.0.0.1/", "http://0x7f.0.0.1/", "http://127.0.0.0x1/", "http://127.0.1/"),
    *("http://1.2.3.4.5/", "http://1.2.3.256/", "http://01.2.3.4/", "http://e.com.0x/"),
    *("http://①②⑦.1/", "http://\uff10x7f.1/", "http://127.0.0.1../", "http://e..com/", "http://./"),
    *("http://[::1%lo]/", "http://[::1%25lo]/", "http://[fe80::1%eth0]/", "http://[::1/"),
    *("http://[1.2.3.4]/", "http://[]/", "http://[::1]x/", "http://::1/", "http://e.com]/"),
    *("http://e.com:99999/", "http://e.com:0/", "http://e.com:-1/", "http://e.com:80a/"),
    *("http://e.com:22/", "http://e.com:25/", "http://e.com:6667/", "http://e.com:\uff180/"),
    *("http://e.com\\@1.2.3.4/", "http:\\\\e.com/", "http://e.com\t/", "http://e.com\r\nHost: x/"),
    *("http://e.com/\x00", "http://e .com/", "http://e%2ecom/", "http://%31%32%37.0.0.1/"),
    *("http://-e.com/", "http://e-.com/", f"http://{'a' * 64}.com/", "http://e.com\u2028/"),
    *(f"http://{'a.' * 127}com/", f"http://e.com/{'a' * 4000}", "http://e$.com/", "http://\u00ad/"),
    *("http://e.com\ud800/", "http://ab\u200dcd.com/", f"http://{'ü' * 300}.com/", "http://*/"),
]


@pytest.mark.parametrize(("written", "text"), WRITTEN_DIFFERENTLY)
def test_a_url_has_one_form(written, text):
    url = WebUrl.parse(written)

    assert url.text == text
    assert WebUrl.parse(url.text) == url


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_plain_url_of_the_web_is_refused(text):
    with pytest.raises(AddressRefused):
        WebUrl.parse(text)


def test_a_refusal_shows_no_password_and_no_escape():
    with pytest.raises(AddressRefused) as refused:
        WebUrl.parse("ftp://me:hunter2@e.com/\x1b]52;c;x\x07")

    assert "hunter2" not in str(refused.value)
    assert "\x1b" not in str(refused.value)


def test_the_default_port_is_not_in_the_authority():
    assert WebUrl.parse("https://e.com:443/").authority == "e.com"
    assert WebUrl.parse("https://e.com:80/").authority == "e.com:80"
    assert WebUrl.parse("http://[::1]:8000/").authority == "[::1]:8000"


PIECES = [
    *(
        "http",
        "https",
        "ftp",
        ":",
        "/",
        "//",
        "\\",
        "@",
        "#",
        "?",
        "%",
        "[",
        "]",
        ".",
        "。",
        "..",
        "-",
    ),
    *(
        "127.0.0.1",
        "0x7f",
        "0177",
        "2130706433",
        "::1",
        "::ffff:",
        "e.com",
        "localhost",
        "xn--",
        "ü",
    ),
    *("①", "\u200d", "\t", " ", "\x00", "%00", "%2e", "80", "22", "65536", "user", "a" * 64, "%lo"),
]


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join))
def test_whatever_is_accepted_means_the_same_to_every_reader(text):
    """Any text is refused or becomes a URL that Python's own parser reads in the same way."""
    for candidate in (text, f"http://{text}"):
        try:
            url = WebUrl.parse(candidate)
        except AddressRefused:
            continue
        other = urlsplit(url.text)

        assert url.text.isascii()
        assert url.text.isprintable()
        assert " " not in url.text
        assert (other.scheme, other.hostname) == (url.scheme, url.host)
        assert (other.port or {"http": 80, "https": 443}[url.scheme]) == url.port
        assert other.username is None
        assert WebUrl.parse(url.text) == url


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{:d}", "0x{:x}", "0{:o}"]))
def test_an_ipv4_address_written_as_one_number_is_refused(number, form):
    with pytest.raises(AddressRefused):
        WebUrl.parse(f"http://{form.format(number)}/")


@given(st.ip_addresses())
def test_a_literal_address_is_read_as_what_it_is(address):
    host = f"[{address}]" if address.version == 6 else str(address)

    url = WebUrl.parse(f"http://{host}/")

    assert literal_address(url.host) == ipaddress.ip_address(str(address))
