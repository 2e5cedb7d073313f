"""Sites that want to be followed too far, read for too long, or unpacked too large."""

import asyncio
import gzip
import time
import tracemalloc
import zlib

import httpcore
import pytest

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.network import LOOPBACK_ONLY, MAX_REDIRECTS
from loom_tools.web.fetching import Fetcher
from loom_tools.web_fetch import MAX_PAGE_BYTES, WebFetch

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


def chain(site, length):
    """So many redirects, and a page at the end."""
    for number in range(length):
        site.redirect(f"/{number}", f"/{number + 1}")
    site.page(f"/{length}", "the end", "text/plain")
    return site.url("/0")


async def test_five_redirects_are_followed(site, fetch):
    result = await fetch(chain(site, MAX_REDIRECTS))

    assert "the end" in result.text
    assert f"{site.url('/5')} (redirected from {site.url('/0')})" in result.text


@pytest.mark.parametrize("length", [MAX_REDIRECTS + 1, 10])
async def test_more_redirects_are_not(site, fetch, length):
    with pytest.raises(ToolFailed, match="more than 5 redirects"):
        await fetch(chain(site, length))

    assert site.paths == ["/robots.txt", "/0", "/1", "/2", "/3", "/4", "/5"]


async def test_a_redirect_to_itself_ends(site, fetch):
    with pytest.raises(ToolFailed, match="more than 5 redirects"):
        await fetch(site.redirect("/", "/"))


async def test_a_redirect_without_a_target_is_an_answer_like_others(site, fetch):
    site.answers["/"] = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(ToolFailed, match="answered HTTP 302"):
        await fetch(site.url())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    [
        *(
            "http://10.0.0.1/",
            "http://169.254.169.254/latest/",
            "http://[fd00:ec2::254]/",
            "//0x7f.1/",
        ),
        *(
            "http://user:pass@127.0.0.1/",
            "file:///etc/passwd",
            "http://127.0.0.1:22/",
            "//[::1%25lo]/",
        ),
    ],
)
async def test_where_a_redirect_leads_is_checked_as_any_other_url(site, fetch, location, status):
    site.redirect("/", location, status)

    with pytest.raises(ToolFailed, match="not fetched") as refused:
        await fetch(site.url())

    assert refused.value.category is ErrorCategory.SAFETY
    assert site.paths == ["/robots.txt", "/"]


async def test_a_public_site_cannot_redirect_to_this_machine(site, session):
    """The site plays a public one: its name has a public address, which leads to it."""
    dialled: list[str] = []

    class ToSite(httpcore.AsyncNetworkBackend):
        async def connect_tcp(self, host, port, *rest, **named):
            dialled.append(host)
            return await httpcore.AnyIOBackend().connect_tcp("127.0.0.1", port, *rest, **named)

    async def resolve(_host):
        return ["93.184.216.34"]

    site.redirect("/", site.url("/secret"))
    tool = WebFetch(Fetcher(resolve=resolve, dial=ToSite()))
    with pytest.raises(ToolFailed, match=r"127\.0\.0\.1 is not a public address"):
        await session.call(lambda: tool, url=site.url(host="public.example"))

    assert site.paths == ["/robots.txt", "/"]
    assert set(dialled) == {"93.184.216.34"}


async def test_nothing_is_carried_from_one_site_to_the_next(site, fetch):
    site.page("/end", "done", "text/plain", Set_Cookie="session=1")
    await fetch(site.redirect("/first", "/end"))
    await fetch(site.page("/other", "x", "text/plain"))

    assert len(site.heads) == 4
    for head in site.heads:
        names = {line.partition(":")[0].lower() for line in head.splitlines()[1:] if line}
        assert names == {"host", "user-agent", "accept", "accept-encoding"}
        assert "User-Agent: Loom/" in head


async def test_proxies_of_the_environment_are_not_used(site, fetch, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")

    assert "direct" in (await fetch(site.page("/", "direct", "text/plain"))).text


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw", "x-gzip"])
async def test_compressed_pages_are_read(site, fetch, encoding):
    text = b"compressed text " * 100
    packed = gzip.compress(text)
    if encoding == "deflate":
        packed = zlib.compress(text)
    elif encoding == "raw":
        packed, encoding = zlib.compress(text, wbits=-15), "deflate"

    result = await fetch(site.page("/", packed, "text/plain", Content_Encoding=encoding))

    assert text.decode().strip() in result.text


@pytest.mark.slow
async def test_a_gzip_bomb_is_unpacked_to_the_limit_only(site, session):
    """512 KiB that unpack to 512 MiB."""
    bomb = zlib.compressobj(9, wbits=31)
    packed = b"".join(bomb.compress(b"a" * 1024**2) for _ in range(512)) + bomb.flush()
    assert len(packed) < 600_000
    fetcher = Fetcher(LOOPBACK_ONLY)
    site.page("/", packed, "text/plain", Content_Encoding="gzip")
    tool = WebFetch(fetcher)

    tracemalloc.start()
    result = await session.call(lambda: tool, url=site.url())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert f"of {MAX_PAGE_BYTES}; go on" in result.text
    assert "the page goes on, but" in result.text
    assert peak < 64 * 1024**2


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "compress", "x" * 5000])
async def test_encodings_that_were_not_asked_for_are_refused(site, fetch, encoding):
    with pytest.raises(ToolFailed, match="not asked for"):
        await fetch(site.page("/", b"\x28\xb5\x2f\xfd", "text/plain", Content_Encoding=encoding))


@pytest.mark.parametrize("data", [b"no gzip at all", gzip.compress(b"a" * 9000, mtime=0)[:-20]])
async def test_broken_compression_is_a_failure(site, fetch, data):
    with pytest.raises(ToolFailed, match=r"gzip|ends in the middle"):
        await fetch(site.page("/", data, "text/plain", Content_Encoding="gzip"))


@pytest.mark.parametrize(
    "framing",
    [b"Transfer-Encoding: chunked\r\n\r\n", b"\r\n", b"Content-Length: 99999999999\r\n\r\n"],
)
async def test_an_endless_body_is_read_to_the_limit_only(site, fetch, framing):
    written = 0

    async def flood(writer):
        nonlocal written
        writer.write(HEAD + framing)
        piece = b"a" * 65536
        while True:
            writer.write(b"10000\r\n" + piece + b"\r\n" if b"chunked" in framing else piece)
            await writer.drain()
            written += len(piece)

    site.answers["/"] = flood
    result = await fetch(site.url())

    assert "the page goes on, but" in result.text
    assert written < 4 * MAX_PAGE_BYTES


@pytest.mark.slow
async def test_a_body_in_tiny_pieces_holds_up_nobody_else(site, fetch):
    async def crumbs(writer):
        writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\nx\r\n" * 10_000)
            await writer.drain()

    site.answers["/"] = crumbs
    fetching = asyncio.create_task(fetch(site.url()))
    turns = 0
    while not fetching.done():
        await asyncio.sleep(0)
        turns += 1

    assert "of 50001; go on" in (await fetching).text
    assert turns > 50_000


@pytest.mark.parametrize(
    "begin", [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", HEAD + b"Content-Length: 9999\r\n\r\n"]
)
async def test_a_site_that_drips_is_given_up(site, fetch, begin, monkeypatch):
    monkeypatch.setattr("loom_tools.web_fetch.FETCH_SECONDS", 0.5)

    async def drip(writer):
        writer.write(begin)
        while True:
            writer.write(b"a" if begin else b"")
            await writer.drain()
            await asyncio.sleep(0.02)

    site.answers["/robots.txt"] = drip
    with pytest.raises(ToolFailed, match="took too long") as late:
        await fetch(site.url())

    assert late.value.category is ErrorCategory.TIMEOUT


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\n" + b"X-A: " + b"a" * 500_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 50_000 + b"\r\n",
        b"",
        b"SSH-2.0-OpenSSH_9\r\n",
        b"\x00\xff" * 1000,
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n12345",
        HEAD + b"Content-Length: 50\r\n\r\nshort",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
    ],
)
async def test_what_is_no_http_is_a_failure(site, fetch, answer):
    site.answers["/"] = answer

    with pytest.raises(ToolFailed, match="no usable answer"):
        await fetch(site.url())


@pytest.mark.slow
@pytest.mark.parametrize(
    "page",
    [
        "<div>" * 200_000 + "x",
        "<table><tr><td>" * 5_000,
        "<p " + "a=b " * 200_000 + ">",
        "<!--" * 100_000,
        "&" * 300_000,
        "<a href='" + "x" * 500_000 + "'>",
        "\x01\x02<p>\ufffe\uffff</p>" * 1000,
        "<?xml version='1.0' encoding='utf-16'?><html><body>text</body></html>",
        "<!DOCTYPE x [<!ENTITY a 'b'><!ENTITY c SYSTEM 'file:///etc/passwd'>]><p>&a;&c;</p>",
    ],
    ids=[
        "deep",
        "tables",
        "attributes",
        "comments",
        "entities",
        "link",
        "controls",
        "encoding",
        "xxe",
    ],
)
async def test_tangled_pages_are_read_or_refused(site, fetch, page):
    try:
        said = (await fetch(site.page("/", page))).text
    except ToolFailed as failure:
        said = str(failure)

    assert "text from the web" in said or "too tangled" in said
    assert "root:" not in said


async def test_a_page_that_takes_too_long_to_read_is_given_up(site, fetch, monkeypatch):
    monkeypatch.setattr("loom_tools.web.main_text.READING_SECONDS", 0.05)
    began = time.monotonic()

    with pytest.raises(ToolFailed, match="extract_text=false"):
        await fetch(site.page("/", "<p>text</p>" * 100_000))

    assert time.monotonic() - began < 60
    assert "<p>text" in (await fetch(site.url("/"), extract_text=False)).text
