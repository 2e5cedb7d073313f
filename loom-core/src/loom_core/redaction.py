"""Texts without the secrets in them, for whatever outlives its task: memory, lessons, exported tests.

Two ways to know one: the values that Loom was given to keep, and the forms in which keys, tokens and
passwords are usually written. A secret in no usual form that nobody named is not found.
"""

import re
from collections.abc import Collection, Mapping

from pydantic import JsonValue

HIDDEN = "[secret]"

_LEAST_CHARACTERS = 8
"""Shorter values are no secrets worth the name, and hiding them would tear texts apart."""

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----.*?(?:-----END [A-Z0-9 ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_TOKEN = re.compile(
    r"\b(?:sk-[\w-]{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abeoprs]-[\w-]{10,}"
    r"|A[KS]IA[0-9A-Z]{16}|AIza[\w-]{30,}|npm_\w{30,}|pypi-[\w-]{16,}|hf_\w{20,}"
    r"|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)"
)
_CREDENTIAL = re.compile(r"\b((?:bearer|basic)\s+)[\w.~+/=-]{12,}", re.IGNORECASE)
_USER_INFO = re.compile(r"(://[^/@\s:]*:)[^/\s@]+(?=@)")
_NAMED = re.compile(
    r"((?:api|access|private|secret|auth|signing|encryption)[_-]?key\w*|\w*passw(?:or)?d\w*|\w*passphrase\w*"
    r"|\w*secret\w*|\w*token|\w*credentials?)"
    r"([\"']?\s*(?:[:=]|\bis\b)\s*)([\"']?)([^\s\"',;]{4,})",
    re.IGNORECASE,
)


def redact(text: str, known: Collection[str] = ()) -> str:
    """The text with its secrets hidden; applying it twice changes nothing more.

    Args:
        text: of any origin.
        known: values that are secret whatever they look like.
    """
    for value in sorted(known, key=len, reverse=True):
        if len(value) >= _LEAST_CHARACTERS:
            text = text.replace(value, HIDDEN)
    text = _PRIVATE_KEY.sub(HIDDEN, text)
    text = _USER_INFO.sub(rf"\g<1>{HIDDEN}", text)
    text = _CREDENTIAL.sub(rf"\g<1>{HIDDEN}", text)
    text = _TOKEN.sub(HIDDEN, text)
    return _NAMED.sub(rf"\g<1>\g<2>\g<3>{HIDDEN}", text)


def redact_values(values: Mapping[str, JsonValue], known: Collection[str]) -> dict[str, JsonValue]:
    """A JSON object with the secrets in all its texts hidden; those that only a name gives away too."""
    return {name: _of_name(name, _redacted(value, known)) for name, value in values.items()}


def _redacted(value: JsonValue, known: Collection[str]) -> JsonValue:
    """A value without the secrets in its texts."""
    if isinstance(value, str):
        return redact(value, known)
    if isinstance(value, dict):
        return redact_values(value, known)
    return [_redacted(one, known) for one in value] if isinstance(value, list) else value


def _of_name(name: str, value: JsonValue) -> JsonValue:
    """A value unless its name says that it is a secret."""
    if not isinstance(value, str) or not value:
        return value
    line = f"{name}: {value}"
    return HIDDEN if redact(line) != line else value
