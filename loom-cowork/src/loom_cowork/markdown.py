"""Markdown of models for the terminal: nothing of it is lost, and nothing of it acts."""

from markdown_it import MarkdownIt
from rich.markdown import Markdown

from loom_core.sanitize import sanitize_text

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
"""Without HTML, which rich would leave out: a tag in an answer is text that somebody wants to read."""


def as_markdown(text: str) -> Markdown:
    """A piece of an answer, ready to be printed."""
    shown = sanitize_text(text)
    markdown = Markdown("", hyperlinks=False)
    markdown.markup = shown
    markdown.parsed = _PARSER.parse(shown)
    return markdown
