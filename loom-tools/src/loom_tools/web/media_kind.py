"""What kind of thing an answer is, by its media type and its first bytes."""

from enum import StrEnum

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_TEXT = frozenset(
    {
        *("application/json", "application/xml", "application/javascript", "application/sql"),
        *("application/ecmascript", "application/x-javascript", "application/yaml"),
        *("application/x-yaml", "application/toml", "application/x-sh", "application/x-ndjson"),
        *("application/graphql", "application/rtf", "application/x-tex", "message/rfc822"),
    }
)
_TEXT_SUFFIXES = ("+json", "+xml", "+yaml")
_UNSAID = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/unknown"})
_PROBED_CHARACTERS = 8192


class MediaKind(StrEnum):
    """How an answer is read."""

    HTML = "html"
    TEXT = "text"
    UNSAID = "unsaid"
    """The server does not know; its first bytes tell."""
    BINARY = "binary"


def media_type(content_type: str) -> str:
    """The media type of a ``Content-Type``, in lower case and without parameters."""
    return content_type.partition(";")[0].strip().lower()


def media_kind(content_type: str) -> MediaKind:
    """The kind that a ``Content-Type`` tells."""
    name = media_type(content_type)
    if name in _HTML:
        return MediaKind.HTML
    if name.startswith("text/") or name in _TEXT or name.endswith(_TEXT_SUFFIXES):
        return MediaKind.TEXT
    return MediaKind.UNSAID if name in _UNSAID else MediaKind.BINARY


def looks_binary(text: str) -> bool:
    """Whether decoded text surely was none: it holds NUL."""
    return "\0" in text[:_PROBED_CHARACTERS]


def looks_like_html(text: str) -> bool:
    """Whether text of an unsaid kind begins as a page does."""
    return text[:_PROBED_CHARACTERS].lstrip().lower().startswith(("<!doctype html", "<html"))
