"""What kind of job a subtask is, so that its like is known again: its verb and its kinds of files."""

import posixpath
import re

from loom_core.planning.named_paths import named_paths

_WORD = re.compile(r"[^\W\d_]{2,}")
_STEM_LETTERS = 6


def shape_of(description: str) -> str:
    """The shape of a job: ``write .txt``, ``fix .py .toml``; of a text without words ``job``.

    Jobs of one shape are alike to a model as far as their form goes. It is coarse on purpose: what is
    rare is never met twice, and nothing is learned from it.
    """
    first = _WORD.search(description)
    verb = first.group().casefold()[:_STEM_LETTERS] if first else "job"
    kinds = sorted({posixpath.splitext(path)[1] or path for path in named_paths(description)})
    return " ".join([verb, *kinds[:4]])
