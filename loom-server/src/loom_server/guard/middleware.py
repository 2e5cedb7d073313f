"""The guard as ASGI middleware: it runs before any route, and nothing is let in unasked."""

from http.cookies import CookieError, SimpleCookie

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from loom_server.guard.body import check_content_type, read_body, replay
from loom_server.guard.origins import Headers, Origins
from loom_server.guard.pace import Bucket
from loom_server.guard.refusal import Refused
from loom_server.guard.secrets import Admission

COOKIE = "loom_session"
"""The cookie of a browser that came in through ``OPEN_PATH``."""
OPEN_PATH = "/open"
"""The only path without a token: it takes a one-time code instead."""
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_HEADER_BYTES = 16 * 1024
_MAX_TARGET_BYTES = 8 * 1024
_POLICY = (
    b"default-src 'none'",
    b"script-src 'self'",
    b"style-src 'self'",
    b"img-src 'self'",
    b"connect-src 'self'",
    b"form-action 'self'",
    b"frame-ancestors 'none'",
    b"base-uri 'none'",
    b"require-trusted-types-for 'script'",
    b"trusted-types 'none'",
)
"""What pages of this server may do: run its own files, and never make markup of text."""
_SECURITY_HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"content-security-policy",
        b"; ".join(_POLICY),
    ),
)


class Guard:
    """Lets a request through to the application, or answers it with a refusal."""

    def __init__(self, app: ASGIApp, *, admission: Admission, origins: Origins) -> None:
        """Stand before an application."""
        self._app = app
        self._admission = admission
        self._origins = origins
        self._requests = Bucket(burst=1000, per_second=500)
        self._failures = Bucket(burst=20, per_second=0.5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge one request; anything but HTTP is closed."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        guarded = _with_security_headers(send)
        try:
            receive = await self._admit(scope, receive)
        except Refused as refused:
            await refused.response()(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    async def _admit(self, scope: Scope, receive: Receive) -> Receive:
        """What gives the body of a request that may pass. Raises ``Refused``."""
        headers = Headers(scope["headers"])
        _check_sizes(scope)
        problem = self._origins.problem(headers)
        if problem:
            raise Refused(403, "foreign_request", problem)
        if scope["path"] != OPEN_PATH:
            self._authenticate(scope["method"], headers)
        elif self._failures.is_empty or not self._failures.take():
            raise self._too_many(self._failures)
        if not self._requests.take():
            raise self._too_many(self._requests)
        check_content_type(scope["method"], headers)
        if scope["method"] in _READING:
            return receive
        return replay(await read_body(receive, headers), receive)

    def _authenticate(self, method: str, headers: Headers) -> None:
        """Raise ``Refused`` unless the request shows the token, or the cookie of a browser."""
        kind, _, token = headers.only(b"authorization").partition(b" ")
        if kind.lower() == b"bearer" and self._admission.knows_token(token.strip()):
            return
        cookie = _cookie_of(headers)
        if cookie and self._admission.knows_session(cookie):
            # A page of another port of this machine is of the same site, but of another origin.
            if method in _READING or headers.every(b"origin"):
                return
            raise Refused(403, "foreign_request", "a browser has to send its Origin here")
        if not self._failures.take():
            raise self._too_many(self._failures)
        raise Refused(
            401,
            "unauthorized",
            "send the token of run/token in Loom's home: Authorization: Bearer TOKEN",
            {"WWW-Authenticate": 'Bearer realm="loom"'},
        )

    def _too_many(self, bucket: Bucket) -> Refused:
        """The refusal of somebody who asks too often."""
        seconds = bucket.wait_seconds
        return Refused(
            429,
            "too_many_requests",
            f"too many requests; try again in {seconds} s",
            {"Retry-After": str(seconds)},
        )


def _check_sizes(scope: Scope) -> None:
    """Refuse what no client of Loom sends."""
    if sum(len(key) + len(value) for key, value in scope["headers"]) > _MAX_HEADER_BYTES:
        raise Refused(431, "too_large", "the headers are too large")
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _MAX_TARGET_BYTES:
        raise Refused(414, "too_large", "the address is too long")


def _cookie_of(headers: Headers) -> str:
    """The secret in the browser's cookie; empty when there is none."""
    try:
        jar = SimpleCookie(headers.only(b"cookie").decode("ascii"))
    except (CookieError, UnicodeDecodeError):
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""


def _with_security_headers(send: Send) -> Send:
    """What adds the headers that keep browsers in bounds to every answer."""

    async def send_guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = {key.lower() for key, _ in message.get("headers", ())}
            more = [pair for pair in _SECURITY_HEADERS if pair[0] not in given]
            if b"cache-control" not in given:
                more.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        await send(message)

    return send_guarded
