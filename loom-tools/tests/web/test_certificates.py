"""The connection goes to a checked address; the certificate must still be the host's own."""

import asyncio
import ssl

import pytest
import trustme

from loom_core.errors import ToolFailed
from loom_core.network import LOOPBACK_ONLY
from loom_tools.web.fetching import Fetcher
from loom_tools.web_fetch import WebFetch


@pytest.fixture(scope="module")
def authority():
    """Issues the site's certificate."""
    return trustme.CA()


@pytest.fixture
async def tls_site(site, authority, tmp_path, monkeypatch):
    """The site behind TLS as pinned.example, trusted; it notes the names that it is asked for."""
    trusted = tmp_path / "authority.crt"
    authority.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    names: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("pinned.example").configure_cert(context)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    async with await asyncio.start_server(site.serve, "127.0.0.1", 0, ssl=context) as server:
        site.tls_port = server.sockets[0].getsockname()[1]
        site.names = names
        yield site
        await site.stop()


@pytest.fixture
def fetch_by_name(session):
    async def resolve(_host):
        return ["127.0.0.1"]

    tool = WebFetch(Fetcher(LOOPBACK_ONLY, resolve=resolve))

    async def call(url):
        return await session.call(lambda: tool, url=url)

    return call


async def test_the_host_is_named_in_the_handshake_and_in_the_request(tls_site, fetch_by_name):
    tls_site.page("/", "over TLS", "text/plain")

    result = await fetch_by_name(f"https://pinned.example:{tls_site.tls_port}/")

    assert "over TLS" in result.text
    assert set(tls_site.names) == {"pinned.example"}
    assert f"Host: pinned.example:{tls_site.tls_port}\r\n" in tls_site.heads[-1]


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
async def test_a_certificate_of_another_host_is_refused(tls_site, fetch_by_name, host):
    with pytest.raises(ToolFailed, match="CERTIFICATE_VERIFY_FAILED"):
        await fetch_by_name(f"https://{host}:{tls_site.tls_port}/")

    assert tls_site.heads == []


async def test_an_untrusted_certificate_is_refused(tls_site, fetch_by_name, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")

    with pytest.raises(ToolFailed, match="CERTIFICATE_VERIFY_FAILED"):
        await fetch_by_name(f"https://pinned.example:{tls_site.tls_port}/")

    assert tls_site.heads == []


async def test_https_is_not_left_for_http(tls_site, fetch_by_name):
    tls_site.redirect("/", tls_site.url("/plain"))

    with pytest.raises(ToolFailed, match="from https to http"):
        await fetch_by_name(f"https://pinned.example:{tls_site.tls_port}/")

    assert tls_site.paths == ["/robots.txt", "/"]
