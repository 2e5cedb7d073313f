"""New lines moved to the indentation that their place in a file really has."""

from collections.abc import Sequence
from math import gcd


def indented(new: str, quoted: Sequence[str], actual: Sequence[str]) -> str:
    """New lines indented as the file is, where the model that wrote them quoted it otherwise.

    Args:
        new: the new lines.
        quoted: the lines they replace as the model quoted them.
        actual: the same lines as the file has them.
    """
    pairs = [
        (indentation(one), indentation(other))
        for one, other in zip(quoted, actual, strict=True)
        if other.strip()
    ]
    if all(had == has for had, has in pairs):
        return new
    known = dict(reversed(pairs))  # where lines disagree the first one decides
    unit = _unit(list(known.items()))
    return "\n".join(
        _moved(line, known, unit) if line.strip() else line for line in new.split("\n")
    )


def indentation(line: str) -> str:
    """The white space before the first character."""
    return line[: len(line) - len(line.lstrip())]


def _moved(line: str, known: dict[str, str], unit: int) -> str:
    """One line with the indentation of the file instead of the model's."""
    had = indentation(line)
    nearest = max((base for base in known if had.startswith(base)), key=len, default=None)
    if nearest is None:
        return line
    deeper = had[len(nearest) :]
    if unit and not deeper.strip(" "):
        deeper = "\t" * (len(deeper) // unit) + " " * (len(deeper) % unit)
    return known[nearest] + deeper + line[len(had) :]


def _unit(pairs: Sequence[tuple[str, str]]) -> int:
    """How many quoted spaces stand for one tab of the file; 0 when it is not indented by tabs."""
    by_tabs = [
        (len(had), len(has))
        for had, has in pairs
        if has and not has.strip("\t") and had and not had.strip(" ")
    ]
    if not by_tabs:
        return 0
    return gcd(*(width // tabs for width, tabs in by_tabs)) or 0
