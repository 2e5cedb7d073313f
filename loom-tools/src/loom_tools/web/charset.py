"""Bytes of a page as text, in the encoding that it says."""

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w.:+-]{1,40})", re.IGNORECASE)
_IN_PAGE = re.compile(rb"<meta\b[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:+-]{1,40})", re.IGNORECASE)
_PROBED_BYTES = 1024
"""How far into a page its own word counts; WHATWG HTML Standard, section 13.2.3.2."""
_AS_BROWSERS = {"ascii": "cp1252", "iso8859-1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030"}
"""Names that the web uses for a larger encoding; WHATWG Encoding Standard, section 4.2."""
_TEXT_CODECS = frozenset(
    {
        *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "gb18030"),
        *("big5", "euc_jp", "euc_kr", "iso2022_jp", "shift_jis", "cp949", "cp932"),
        *("koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp866", "cp874", "tis-620"),
        *(f"cp125{digit}" for digit in range(9)),
        *(f"iso8859-{part}" for part in range(2, 17)),
    }
)
"""Python knows more under the same interface, some of which take quadratic time or are no text."""


def decoded_page(data: bytes, content_type: str) -> str:
    """The text of a page; bytes that do not fit become U+FFFD.

    A byte-order mark counts before the header, the header before the page's own word. Without any
    of them it is UTF-8, or Windows-1252 when it is not valid UTF-8.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    said = _IN_HEADER.search(content_type)
    in_page = _IN_PAGE.search(data[:_PROBED_BYTES])
    for label in (
        said[1] if said else "",
        in_page[1].decode("ascii", "replace") if in_page else "",
    ):
        codec = _codec(label)
        if codec is not None:
            return data.decode(codec, "replace")
    return _guessed(data)


def _codec(label: str) -> str | None:
    """The codec of a name; None for an unknown one."""
    try:
        name = codecs.lookup(label.strip().lower()).name if label else ""
    except (LookupError, ValueError):
        return None
    name = _AS_BROWSERS.get(name, name)
    return name if name in _TEXT_CODECS else None


def _guessed(data: bytes) -> str:
    """The text of a page that says nothing about itself."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        return decoder.decode(data)  # a character cut off at the end of the data is no error
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
