"""Full-text search of memory with PostgreSQL's tsvector.

As on SQLite, words are found in other forms, with or without accents, and no word is left out as too
common: hence a configuration of its own. What users type is never syntax: each word becomes a phrase.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import reduce
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, desc, func, literal_column

__all__ = ["create_index", "ranked"]

_CONFIGURATION = "'loom_words'::regconfig"
_PLAIN = (
    r"regexp_replace(lower(regexp_replace(normalize(text || ' ' || tags, NFKD), "
    r"'[\u0300-\u036f]', '', 'g')), '[\x01-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+', ' ', 'g')"
)
"""What is indexed: no accents, no capitals, blanks for all that is no letter or digit in ASCII."""
_ENTRY = f"to_tsvector({_CONFIGURATION}, {_PLAIN})"

_INDEX_DDL = (
    "CREATE TEXT SEARCH DICTIONARY loom_stems (TEMPLATE = snowball, Language = english)",
    'CREATE TEXT SEARCH CONFIGURATION loom_words (PARSER = "default")',
    (
        "ALTER TEXT SEARCH CONFIGURATION loom_words ADD MAPPING FOR asciiword, word, numword, int, uint, "
        "float, sfloat, hword, asciihword, numhword, hword_part, hword_asciipart, hword_numpart "
        "WITH loom_stems"
    ),
    f"CREATE INDEX memory_index ON memory_entries USING gin ({_ENTRY})",
)

_ACCENTS = re.compile("[\u0300-\u036f]")
_MARKS = re.compile(r"[\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")


def create_index(connection: Connection) -> None:
    """Make the index of a database that has just got its tables."""
    for statement in _INDEX_DDL:
        connection.exec_driver_sql(statement)


def ranked(query: Select[Any], words: Sequence[str]) -> Select[Any]:
    """The entries that any of the words is in, best first."""
    entry: ColumnElement[Any] = literal_column(_ENTRY)
    phrases = [_phrase(number, word) for number, word in enumerate(words)]
    wanted = reduce(lambda one, other: one.op("||")(other), phrases)
    return query.where(entry.bool_op("@@")(wanted)).order_by(desc(func.ts_rank(entry, wanted, 1)))


def _phrase(number: int, word: str) -> ColumnElement[Any]:
    """What matches a word, or the parts of one in their order."""
    plain = _MARKS.sub(" ", _ACCENTS.sub("", unicodedata.normalize("NFKD", word)).lower())
    return func.phraseto_tsquery(literal_column(_CONFIGURATION), bindparam(f"word_{number}", plain))
