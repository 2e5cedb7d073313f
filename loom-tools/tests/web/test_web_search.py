"""What a model reads of a search, and what the library may reach for it."""

import socket

import ddgs
import pytest
from ddgs.exceptions import DDGSException, RatelimitException, TimeoutException
from pydantic import ValidationError

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools import web_search
from loom_tools.web_search import WebSearch


class Library:
    """Stands in for the search library: gives rows, or raises."""

    rows: list[dict[str, str]] = []
    error: Exception | None = None
    asked: list[dict[str, object]] = []

    def __init__(self, **options):
        self.options = options

    def text(self, query, **options):
        self.asked.append({"query": query, **self.options, **options})
        if self.error:
            raise self.error
        return self.rows


@pytest.fixture
def library(monkeypatch):
    monkeypatch.setattr(ddgs, "DDGS", Library)
    monkeypatch.setattr(Library, "asked", [])
    monkeypatch.setattr(Library, "error", None)
    monkeypatch.setattr(
        Library,
        "rows",
        [
            {
                "title": f"Title\n {n}",
                "href": f"https://e.com/{n}",
                "body": "snip \x1b[2Jpet\u202e " * 99,
            }
            for n in range(30)
        ],
    )
    return Library


async def test_results_are_title_url_and_snippet_and_never_more_than_asked_for(session, library):
    for wanted in (1, 3, 20):
        text = (await session.call(WebSearch, query="loom", max_results=wanted)).text

        assert text.count("https://e.com/") == wanted
        assert "1. Title 0\n   https://e.com/0\n   snip " in text
        assert not set(text) & {"\x1b", "\u202e"}
        assert text.startswith("[text from the web until END")
    assert {call["backend"] for call in library.asked} == {"duckduckgo"}
    assert all(str(call["proxy"]).startswith("http://loom:") for call in library.asked)


@pytest.mark.parametrize(
    ("error", "words", "category"),
    [
        (RatelimitException("202"), "refuses more searches", ErrorCategory.RUNTIME),
        (TimeoutException("timed out"), "does not answer in time", ErrorCategory.TIMEOUT),
        (DDGSException("No results found."), "gave no results", ErrorCategory.NOT_FOUND),
        (DDGSException("x\x1b[2J" * 500), "the search failed: x", ErrorCategory.RUNTIME),
    ],
)
async def test_failures_say_what_to_do(session, library, error, words, category):
    library.error = error

    with pytest.raises(ToolFailed, match=words) as failure:
        await session.call(WebSearch, query="loom")

    assert failure.value.category is category
    assert "\x1b" not in str(failure.value)
    assert len(str(failure.value)) < 400


async def test_the_real_library_goes_through_the_gate_to_one_host(session):
    asked: list[str] = []

    async def resolve(host):
        asked.append(host)
        raise socket.gaierror(-2, "Name or service not known")

    with pytest.raises(ToolFailed, match=r"cannot be reached: .*not known"):
        await session.call(lambda: WebSearch(resolve), query="loom")

    assert set(asked) == {"html.duckduckgo.com"}


async def test_the_real_library_is_stopped_where_it_is_led_elsewhere(session, monkeypatch):
    """As by a redirect, or by falling back to another engine."""
    monkeypatch.setattr(web_search, "HOSTS", frozenset({"elsewhere.example:443"}))

    with pytest.raises(ToolFailed, match=r"led to html\.duckduckgo\.com:443") as refused:
        await session.call(WebSearch, query="loom")

    assert refused.value.category is ErrorCategory.SAFETY


async def test_a_name_that_leads_to_this_machine_is_refused(session):
    async def resolve(_host):
        return ["127.0.0.1"]

    with pytest.raises(ToolFailed, match=r"cannot be reached: 127\.0\.0\.1 is not a public"):
        await session.call(lambda: WebSearch(resolve), query="loom")


async def test_offline_the_library_is_not_even_asked(session, library):
    session.context.is_offline = True

    with pytest.raises(ToolFailed, match="Loom is offline"):
        await session.call(WebSearch, query="loom")

    assert library.asked == []


async def test_a_human_is_shown_the_words_that_are_sent(session):
    arguments = WebSearch.arguments_model(query="secret\x1b[2J  words")

    intent = await WebSearch().intend(arguments, session.context)

    assert intent.preview == "search the web (DuckDuckGo) for: secret␛[2J words"


@pytest.mark.parametrize(
    "wrong",
    [
        *({"query": " "}, {"query": "a" * 501}),
        *({"query": "a", "max_results": 0}, {"query": "a", "max_results": 21}),
    ],
)
def test_arguments_are_checked(wrong):
    with pytest.raises(ValidationError):
        WebSearch.arguments_model.model_validate(wrong)
