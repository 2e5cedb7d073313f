import pytest

from loom_core.network import AllowedHost, WebUrl


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("pypi.org", "pypi.org"),
        ("PyPI.org.", "pypi.org"),
        ("*.pythonhosted.org", "*.pythonhosted.org"),
        ("registry.npmjs.org:443", "registry.npmjs.org"),
        ("deb.debian.org:80", "deb.debian.org:80"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_an_entry_has_one_form(text, shown):
    entry = AllowedHost.parse(text)

    assert str(entry) == shown
    assert AllowedHost.parse(str(entry)) == entry


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is no host"),
        (" pypi.org", "is no host"),
        ("https://pypi.org", "is no host"),
        ("pypi.org/simple", "is no host"),
        ("user@pypi.org", "is no host"),
        ("pypi.org,evil.example", "no name and no address"),
        ("pypi.org:", "is no host"),
        ("pypi.org:0", "no possible port"),
        ("pypi.org:99999", "no possible port"),
        ("pypi.org:22", "not the web"),
        ("*", "is no host"),
        ("*.org", "top-level domain"),
        ("a.*.org", "is no host"),
        ("**.a.org", "is no host"),
        ("127.0.0.1", "is an address"),
        ("0x7f.1", "another form"),
        ("[::1]", "is no host"),
        ("*.0.0.1", "another form"),
        ("localhost", "no public name"),
        ("*.localhost", "top-level domain"),
        ("app.localhost", "no public name"),
        ("registry", "no public name"),
        ("a..org", "no name and no address"),
        ("a\n.org", "is no host"),
    ],
)
def test_what_is_no_public_host_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        AllowedHost.parse(text)


@pytest.mark.parametrize(
    ("entry", "url", "covers"),
    [
        ("pypi.org", "https://pypi.org/x", True),
        ("pypi.org", "https://PYPI.ORG./", True),
        ("pypi.org", "http://pypi.org/", False),
        ("pypi.org:80", "http://pypi.org/", True),
        ("pypi.org:80", "https://pypi.org/", False),
        ("pypi.org", "https://pypi.org:8443/", False),
        ("pypi.org", "https://www.pypi.org/", False),
        ("pypi.org", "https://pypi.org.evil.example/", False),
        ("pypi.org", "https://evilpypi.org/", False),
        ("*.pypi.org", "https://a.b.pypi.org/", True),
        ("*.pypi.org", "https://pypi.org/", False),
        ("*.pypi.org", "https://evilpypi.org/", False),
        ("*.pypi.org", "https://1.1.1.1/", False),
    ],
)
def test_an_entry_covers_its_host_and_port_and_nothing_like_it(entry, url, covers):
    assert AllowedHost.parse(entry).covers(WebUrl.parse(url)) is covers
