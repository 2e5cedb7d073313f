"""Markdown of models, of which nothing is lost as HTML and nothing acts."""

from markdown_it import MarkdownIt


def make_parser() -> MarkdownIt:
    """A parser that takes tags for text."""
    return MarkdownIt("commonmark", {"html": False}).enable(["strikethrough", "table"])
