"""What a site asks of automated readers."""

import pytest

from loom_core.errors import ErrorCategory, ToolFailed

ASKED_NOT_TO = "asks automated readers"


async def test_a_page_that_is_not_to_be_read_is_not_requested(site, fetch):
    site.page(
        "/robots.txt", "User-agent: *\nDisallow: /private\nAllow: /private/open", "text/plain"
    )
    site.page("/private/open", "open", "text/plain")

    with pytest.raises(ToolFailed, match=ASKED_NOT_TO) as refused:
        await fetch(site.url("/private/x"))
    assert "open" in (await fetch(site.url("/private/open"))).text

    assert refused.value.category is ErrorCategory.PERMISSION
    assert site.paths == ["/robots.txt", "/private/open"]


async def test_a_rule_for_loom_counts_before_one_for_all(site, fetch):
    site.page(
        "/robots.txt",
        "User-agent: *\nAllow: /\n\nUser-agent: loom\nDisallow: /*.txt$\n",
        "text/plain",
    )

    with pytest.raises(ToolFailed, match=ASKED_NOT_TO):
        await fetch(site.page("/a.txt", "x", "text/plain"))
    assert await fetch(site.page("/a.txt?x", "x", "text/plain"))


async def test_where_a_redirect_leads_is_asked_too(site, fetch):
    site.page("/robots.txt", "User-agent: *\nDisallow: /private", "text/plain")

    with pytest.raises(ToolFailed, match=ASKED_NOT_TO):
        await fetch(site.redirect("/", "/private"))

    assert site.paths == ["/robots.txt", "/"]


@pytest.mark.parametrize(
    "body", [b"", b"\x00\xff" * 9999, b"<html>not found</html>", b"Disallow: /" + b"*a" * 99_999]
)
async def test_no_rules_allow_everything(site, fetch, body):
    site.page("/robots.txt", body, "application/octet-stream")

    assert "read" in (await fetch(site.page("/", "read", "text/plain"))).text


async def test_a_site_that_cannot_say_allows_nothing(site, fetch):
    site.answers["/robots.txt"] = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"

    with pytest.raises(ToolFailed, match=r"robots\.txt: HTTP 503"):
        await fetch(site.page("/", "x", "text/plain"))


async def test_rules_of_another_port_are_others(site, fetch):
    site.page("/robots.txt", "User-agent: *\nDisallow: /", "text/plain")

    for host in ("127.0.0.1", "localhost"):
        with pytest.raises(ToolFailed, match=ASKED_NOT_TO):
            await fetch(site.url(host=host))
    assert site.paths == ["/robots.txt"] * 2
