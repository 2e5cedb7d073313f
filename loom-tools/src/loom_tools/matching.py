"""Finding the place in a text that a model means, which it often quotes not quite exactly."""

import bisect
import difflib
import itertools
import re
from collections.abc import Callable
from dataclasses import dataclass

from loom_tools.indentation import indented

_LINE_NUMBER = re.compile(r"^\s*\d+(?:\t|: ?| ?\| ?)")
_MAX_COMPARED_LINES = 5000
_MAX_COMPARED_CHARACTERS = 200
_MAX_LISTED = 10
_SIMILAR = 0.4
_WORD = re.compile(r"\S+")
_MAX_REFLOWED_CHARACTERS = 4_000_000
"""In a longer text a quote is not looked for across other line breaks."""
_FEWEST_WORDS = 3
"""Fewer words are found in too many places to be meant."""


@dataclass(frozen=True, slots=True)
class Match:
    """The place that was found."""

    start: int
    """Offset of its first character."""
    end: int
    """Offset after its last character."""
    replacement: str
    """What goes there, adapted to how the place differs from what was quoted."""
    note: str = ""
    """How the place differs; empty when it is exactly what was quoted."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Why no single place was found, in words for the model."""

    reason: str


def find(text: str, old: str, new: str) -> Match | NoMatch:
    """The one place of ``old``: exactly, else where only white space or line numbers differ.

    Args:
        text: the whole file, its lines ended by line feeds.
        old: what the model quotes.
        new: what it wants there.
    """
    count = text.count(old)
    if count == 1:
        start = text.index(old)
        return Match(start, start + len(old), new)
    if count > 1:
        said = _ambiguous(count, line_numbers(text, old))
        return NoMatch(f"{said}; to change all {count} set replace_all to true")
    unnumbered_old, unnumbered_new = _without_numbers(old), _without_numbers(new)
    if unnumbered_old != old and text.count(unnumbered_old) == 1:
        start = text.index(unnumbered_old)
        note = "without the line numbers"
        return Match(start, start + len(unnumbered_old), unnumbered_new, note)
    return _loosely(text, unnumbered_old, unnumbered_new)


def _loosely(text: str, old: str, new: str) -> Match | NoMatch:
    """The one run of whole lines that differs in white space only."""
    lines, wanted = text.split("\n"), old.strip("\n").split("\n")
    for same, note in _LOOSE:
        starts = _runs([same(line) for line in lines], [same(line) for line in wanted])
        if len(starts) == 1:
            return _matched_lines(lines, wanted, starts[0], new, note)
        if starts:
            return NoMatch(_ambiguous(len(starts), [start + 1 for start in starts]))
    return _broken_elsewhere(text, old, new) or NoMatch(_closest(lines, wanted))


def _broken_elsewhere(text: str, old: str, new: str) -> Match | None:
    """The one place whose words are the same but whose lines are broken elsewhere, if any.

    Small models quote two short lines as one.
    """
    words = old.split()
    if len(words) < _FEWEST_WORDS or len(text) > _MAX_REFLOWED_CHARACTERS:
        return None
    flat, wanted = " ".join(text.split()), " ".join(words)
    start = flat.find(wanted)
    if start < 0 or flat.find(wanted, start + 1) >= 0:
        return None
    spans = [word.span() for word in _WORD.finditer(text)]
    places = list(itertools.accumulate((end - begin + 1 for begin, end in spans), initial=0))

    def offset(position: int) -> int:
        """Where a character of the flat text stands in the text itself."""
        word = bisect.bisect_right(places, position) - 1
        return spans[word][0] + position - places[word]

    note = "ignoring where lines are broken"
    end = offset(start + len(wanted) - 1) + 1
    return Match(offset(start), end, new.strip("\n"), note)


_TYPEWRITER = str.maketrans("\u2018\u2019\u201c\u201d\u2013\u2014\u2212", "''\"\"---")
"""Quotes and dashes as keyboards have them, which is how models often write them."""
_LOOSE: tuple[tuple[Callable[[str], str], str], ...] = (
    (str.rstrip, "ignoring white space at the ends of lines"),
    (str.strip, "ignoring indentation"),
    (lambda line: " ".join(line.split()), "ignoring differences in white space"),
    (
        lambda line: " ".join(line.translate(_TYPEWRITER).split()),
        "ignoring white space and the shape of quotes and dashes",
    ),
)


def _runs(lines: list[str], wanted: list[str]) -> list[int]:
    """Indexes where all the wanted lines follow each other; none when they are all blank.

    Knuth, Morris and Pratt: a file of equal lines takes no longer than any other.
    """
    if not any(wanted):
        return []
    borders = _borders(wanted)
    found: list[int] = []
    matched = 0
    for index, line in enumerate(lines):
        while matched and (matched == len(wanted) or line != wanted[matched]):
            matched = borders[matched - 1]
        matched += line == wanted[matched]
        if matched == len(wanted):
            found.append(index + 1 - matched)
    return found


def _borders(wanted: list[str]) -> list[int]:
    """For each beginning of the lines how many of its last lines are its first ones too."""
    borders = [0]
    for line in wanted[1:]:
        length = borders[-1]
        while length and line != wanted[length]:
            length = borders[length - 1]
        borders.append(length + (line == wanted[length]))
    return borders


def _matched_lines(lines: list[str], wanted: list[str], index: int, new: str, note: str) -> Match:
    """The match of a run of lines, the replacement moved to their indentation."""
    start = sum(len(line) + 1 for line in lines[:index])
    length = len("\n".join(lines[index : index + len(wanted)]))
    replacement = indented(new.strip("\n"), wanted, lines[index : index + len(wanted)])
    if not new.strip("\n") and index + len(wanted) < len(lines):
        length += 1  # whole lines are deleted with their end
    return Match(start, start + length, replacement, note)


def _without_numbers(text: str) -> str:
    """The text without the line numbers that read_file shows, if every line has one."""
    lines = text.strip("\n").split("\n")
    if not all(_LINE_NUMBER.match(line) for line in lines):
        return text
    return "\n".join(_LINE_NUMBER.sub("", line, count=1) for line in lines)


def line_numbers(text: str, old: str) -> list[int]:
    """The line in which each of the first places of a text begins, from 1; enough to choose from."""
    numbers: list[int] = []
    position = text.find(old)
    while position >= 0 and len(numbers) < _MAX_LISTED:
        numbers.append(text.count("\n", 0, position) + 1)
        position = text.find(old, position + len(old))
    return numbers


def _ambiguous(count: int, numbers: list[int]) -> str:
    """The sentence for a quote that fits several places."""
    listed = ", ".join(str(number) for number in numbers[:_MAX_LISTED])
    more = ", …" if count > _MAX_LISTED else ""
    return (
        f"old_str is found {count} times (lines {listed}{more}); to change one of them add lines "
        "before or after it until it is found once"
    )


def _beginning(line: str) -> str:
    """As much of a line as is compared: long lines take a time that grows with their square."""
    return line.strip()[:_MAX_COMPARED_CHARACTERS]


def _closest(lines: list[str], wanted: list[str]) -> str:
    """The region that is most like the quote, with line numbers."""
    anchor = max(wanted, key=lambda line: len(line.strip()))
    offset = wanted.index(anchor)
    beginnings = [_beginning(line) for line in lines[:_MAX_COMPARED_LINES]]
    near = difflib.get_close_matches(_beginning(anchor), beginnings, 1, _SIMILAR)
    if not near:
        return "old_str is not in the file; call read_file to see what is"
    index = beginnings.index(near[0])
    first = max(0, index - offset)
    region = lines[first : min(len(lines), first + max(len(wanted), 3))]
    numbered = "\n".join(f"{first + i + 1}\t{line[:300]}" for i, line in enumerate(region[:20]))
    return f"old_str is not in the file; the closest lines are:\n{numbered}"
