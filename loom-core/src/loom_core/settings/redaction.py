"""Text fit to be shown: URLs without their passwords and keys."""

import re

HIDDEN = "**********"

_IN_USER_INFO = re.compile(r"(://[^/@\s:]*:)[^/\s]*(?=@)")
_IN_QUERY = re.compile(
    r"([?&][^=&#\s]*(?:key|token|password|passwd|secret)=)[^&#\s]*", re.IGNORECASE
)


def without_passwords(text: str) -> str:
    """The text with the secrets of every URL in it hidden."""
    return _IN_QUERY.sub(rf"\g<1>{HIDDEN}", _IN_USER_INFO.sub(rf"\g<1>{HIDDEN}", text))
