"""Text from outside made whole: halves of characters, which no encoding has, are replaced.

A model's JSON may escape one half of an emoji without the other, and a file's name may hold bytes that
are no text. Nothing with a half in it can be stored or sent, so each of them becomes U+FFFD where the
text comes in.
"""

import re

from pydantic import JsonValue

_SURROGATE = re.compile("[\ud800-\udfff]")


def replace_surrogates(text: str) -> str:
    """The text with U+FFFD for each lone surrogate; two halves that belong together are joined."""
    if _SURROGATE.search(text) is None:
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def replace_surrogates_in(value: JsonValue) -> JsonValue:
    """A JSON value with the same done to every text in it, names of fields included."""
    if isinstance(value, str):
        return replace_surrogates(value)
    if isinstance(value, list):
        return [replace_surrogates_in(item) for item in value]
    if isinstance(value, dict):
        return {
            replace_surrogates(name): replace_surrogates_in(item) for name, item in value.items()
        }
    return value
