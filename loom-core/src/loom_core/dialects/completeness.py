"""Whether broken JSON has its end, since a repair of what was cut off would invent one."""

_QUOTES = "\"'"
_OPENING = "{["
_CLOSING = "}]"


def has_its_end(text: str) -> bool:
    """Whether the object or list that a text begins with is closed again.

    Servers are known to say that an answer is complete when it is not. Where quotes are broken the
    answer may be no although the end is there: then the model is asked again, which costs one call.
    """
    depth, quote, is_escaped = 0, "", False
    for character in text:
        if quote:
            if is_escaped or character == "\\":
                is_escaped = not is_escaped
            elif character == quote:
                quote = ""
        elif character in _QUOTES:
            quote = character
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
            if depth <= 0:
                return True
    return False
