"""The process that reads a page: its URL, a newline and HTML on stdin, JSON with Markdown on stdout.

Run as ``python -m loom_tools.web.html_reader``, so that a page which exhausts or breaks the
parsers takes nothing else with it.
"""

import json
import sys
from urllib.parse import urljoin

from loom_tools.reader_limits import limit_this_process

CPU_SECONDS = 12
_ENOUGH_CHARACTERS = 250
"""A main text shorter than this may be a page that has none, such as a list of links."""
_TITLE_WITHIN = 100_000
_FURNITURE = ("script", "style", "noscript", "template", "svg", "iframe", "nav", "footer", "aside")


def main_text(html: str, url: str) -> str:
    """The main text as Markdown: what trafilatura finds, or the whole page when that is hardly any.

    Args:
        html: the page.
        url: its address, which links start from.
    """
    import trafilatura

    found = trafilatura.extract(
        html,
        url=url,
        output_format="markdown",
        include_comments=False,
        include_formatting=True,
        include_links=True,
    )
    main = (found or "").strip()
    if len(main) >= _ENOUGH_CHARACTERS:
        return main
    whole = _whole_text(html, url)
    return whole if len(whole) > len(main) else main


def title_of(html: str) -> str:
    """What the page calls itself; empty when it does not."""
    from bs4 import BeautifulSoup

    title = BeautifulSoup(html[:_TITLE_WITHIN], "lxml").title
    return " ".join(title.get_text().split()) if title else ""


def _whole_text(html: str, url: str) -> str:
    """Everything but navigation and what is not shown, as Markdown."""
    from bs4 import BeautifulSoup
    from markdownify import MarkdownConverter

    soup = BeautifulSoup(html, "lxml")
    for tag in soup.find_all(_FURNITURE):
        tag.decompose()
    for link in soup.find_all("a", href=True):
        link["href"] = urljoin(url, str(link["href"]))
    lines = MarkdownConverter(heading_style="ATX").convert_soup(soup.body or soup).splitlines()
    return "\n".join(line.rstrip() for line in _without_runs_of_blanks(lines)).strip()


def _without_runs_of_blanks(lines: list[str]) -> list[str]:
    """The lines with at most one blank one in a row."""
    return [
        line
        for line, before in zip(lines, ["x", *lines], strict=False)
        if line.strip() or before.strip()
    ]


def main() -> None:
    """Read stdin, write stdout."""
    limit_this_process(cpu_seconds=CPU_SECONDS)
    url, _, html = sys.stdin.buffer.read().decode("utf-8", "replace").partition("\n")
    read = {"title": title_of(html), "text": main_text(html, url)}
    sys.stdout.write(json.dumps(read))


if __name__ == "__main__":
    main()
