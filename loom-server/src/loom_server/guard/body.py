"""The body of a request: JSON, of bounded size and depth, read before any route sees it."""

from starlette.types import Message, Receive

from loom_server.guard.origins import Headers
from loom_server.guard.refusal import Refused

MAX_BODY_BYTES = 1024 * 1024
"""A goal of the largest size fits several times."""
MAX_DEPTH = 32
"""Of arrays and objects inside each other."""
METHODS_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_OPENING, _CLOSING, _QUOTE, _BACKSLASH = b"[{", b"]}", ord('"'), ord("\\")


def check_content_type(method: str, headers: Headers) -> None:
    """Raise ``Refused`` unless a request that can change something says that it is JSON.

    A form or plain text can be sent by any page without asking; JSON cannot.
    """
    has_body = headers.only(b"content-length") not in {b"", b"0"} or bool(
        headers.every(b"transfer-encoding")
    )
    if method not in METHODS_WITH_BODY and not has_body:
        return
    kind, _, parameters = headers.only(b"content-type").partition(b";")
    charset = parameters.strip().lower().replace(b'"', b"")
    if kind.strip().lower() != b"application/json" or charset not in {b"", b"charset=utf-8"}:
        raise Refused(415, "not_json", "send the body as JSON: Content-Type: application/json")
    if headers.every(b"content-encoding"):
        raise Refused(415, "not_json", "send the body without a content encoding")


async def read_body(receive: Receive, headers: Headers) -> bytes:
    """The whole body. Raises ``Refused`` when it is too large or too deep."""
    announced = headers.only(b"content-length")
    if announced.isdigit() and int(announced) > MAX_BODY_BYTES:
        raise _too_large()
    parts: list[bytes] = []
    size = 0
    while True:
        message: Message = await receive()
        if message["type"] != "http.request":
            raise Refused(400, "incomplete", "the client left before the body was complete")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY_BYTES:
            raise _too_large()
        if not message.get("more_body", False):
            break
    body = b"".join(parts)
    if depth_of(body) > MAX_DEPTH:
        raise Refused(
            413, "too_deep", f"the body nests deeper than {MAX_DEPTH} levels; make it flatter"
        )
    return body


def depth_of(body: bytes) -> int:
    """How deep arrays and objects of a JSON text nest, found without parsing it."""
    deepest = depth = 0
    is_text = is_escaped = False
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return 0  # cannot be too deep, and most bodies end here
    for byte in body:
        if is_text:
            is_escaped, is_text = (
                byte == _BACKSLASH and not is_escaped,
                byte != _QUOTE or is_escaped,
            )
        elif byte == _QUOTE:
            is_text = True
        elif byte in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif byte in _CLOSING:
            depth -= 1
    return deepest


def replay(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read already, and then whatever comes after it."""
    is_given = False

    async def receive_again() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive_again


def _too_large() -> Refused:
    """The refusal of a large body."""
    return Refused(413, "too_large", f"the body is larger than {MAX_BODY_BYTES:,} bytes")
