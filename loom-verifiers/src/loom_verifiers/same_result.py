"""Whether two results say the same, however they are written."""

import json
import re

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TOKEN = re.compile(r"""[^\W\d_]+|-?\d+(?:\.\d+)?|[^\w\s.,:;!?'"()\[\]-]""")


def is_same(one: str, other: str, *, is_number: bool) -> bool:
    """Whether two results are equal: as numbers, with words around them, or line by line.

    Numbers are compared to the decimals that both have, at least one of which is rounded then:
    ``33.33`` is ``33.333333``. White space at the ends of lines does not count, nor how JSON is laid out.
    """
    if is_number:
        mine, theirs = _NUMBER.findall(one), _NUMBER.findall(other)
        return bool(mine) and len(mine) == len(theirs) and all(map(_is_equal, mine, theirs))
    return _lines(one) == _lines(other) or _is_same_json(one, other)


def _is_same_json(one: str, other: str) -> bool:
    """Whether two texts are the same list or object in JSON."""
    if not one.lstrip().startswith(("[", "{")):
        return False
    try:
        mine, theirs = (json.dumps(json.loads(text), sort_keys=True) for text in (one, other))
    except (ValueError, RecursionError):
        return False
    return mine == theirs


def _is_equal(one: str, other: str) -> bool:
    """Whether two written numbers agree to the decimals of the shorter one."""
    places = min(_decimals(one), _decimals(other))
    if places == 0 and _decimals(one) != _decimals(other):
        return float(one) == float(other)  # 4 is 4.0, but not 4.3
    return round(float(one), places) == round(float(other), places)


def _decimals(number: str) -> int:
    """How many digits stand behind the point."""
    return len(number.partition(".")[2])


def _lines(text: str) -> list[str]:
    """The lines without white space at their ends, and without empty ones at the end of all."""
    return [line.rstrip() for line in text.strip().splitlines()]


def is_same_output(one: str, other: str) -> bool:
    """Whether two programs printed the same words, numbers and signs.

    A bare number also equals a line of words that ends in it: ``5050`` is ``The sum from 1 to 100 is
    5050``. Case, punctuation and white space never count.
    """
    if one.split() == other.split():
        return bool(one.strip())
    mine, theirs = _TOKEN.findall(one.lower()), _TOKEN.findall(other.lower())
    if mine == theirs:
        return bool(mine)
    short, long = sorted((mine, theirs), key=len)
    return (
        len(short) == 1
        and len(long) > 1
        and len(_lines(one)) == len(_lines(other)) == 1
        and long[0].isalpha()
        and all(_NUMBER.fullmatch(token) for token in (short[0], long[-1]))
        and _is_equal(short[0], long[-1])
    )
