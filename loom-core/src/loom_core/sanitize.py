"""Text of unknown origin made safe and honest to show: what cannot be seen becomes visible.

Models, tools, files and pages write what they like, and a terminal obeys control sequences. Every
such text passes through here on its way to a terminal, so that it can neither move the cursor,
write to the clipboard, reverse its own direction nor hide letters in a command that a human is
asked to approve.
"""

import re

_CONTROL_PICTURES = 0x2400
_DELETE = 0x7F
_FIRST_PRINTABLE = 0x20

_UNSEEN = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, delete, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, marks and fillers
    "\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"  # zero width, line separators, bidi
    "\u3164\ufeff\uffa0\ufff0-\ufffb"  # fillers, byte-order mark, annotations
    "\ud800-\udfff"  # lone surrogates, which no stream can encode
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # invisible format characters
    "\U000e0000-\U000e0fff"  # tags and more variation selectors: a known way to hide text
    "]"
)
_HIDING_JOINERS = re.compile("(?<![^\x00-\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?![^\x00-\x7f])")
"""Joiners shape letters and emoji, but beside ASCII they only hide."""

_BLANKS = re.compile(r"\s+")


def sanitize_text(text: str) -> str:
    """The text with everything that acts on a terminal, or hides in it, replaced by a visible sign.

    Newlines and tabs stay, CR LF becomes a newline. A C0 character becomes its picture (``␛``), any
    other its code point (``<U+202E>``). Applying it twice changes nothing more.
    """
    seen = _UNSEEN.sub(_show, text.replace("\r\n", "\n"))
    return _HIDING_JOINERS.sub(_show, seen)


def sanitize_line(text: str) -> str:
    """The same on one line: every run of white space is one space, none at the ends."""
    return _BLANKS.sub(" ", sanitize_text(text)).strip()


def _show(match: re.Match[str]) -> str:
    return "".join(map(_show_character, match.group()))


def _show_character(character: str) -> str:
    code = ord(character)
    if code < _FIRST_PRINTABLE:
        return chr(_CONTROL_PICTURES + code)
    if code == _DELETE:
        return "\u2421"
    return f"<U+{code:04X}>"
