"""What stands before the pages: only the browser that opened the one-time link gets in.

textual-serve has no sign-in: whoever reaches its port, a page of any site included, would sit at the
keyboard of a program that runs commands.
"""

import hmac
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

COOKIE = "loom_tui"
OPEN_PATH = "/open"
CODE_SECONDS = 600.0
"""How long the link works, once."""
WEBSOCKET_PATH = "/ws"
_NAMES = ("127.0.0.1", "localhost")
_REFUSED = (
    "This page belongs to the browser that opened the link of loom tui --serve. The link works once; "
    "stop loom tui and start it again for a new one."
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """Judges each request before any page, file or socket sees it."""

    def __init__(self, port: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Stand before a port of this machine, with a code that nobody has yet."""
        self._hosts = {f"{name}:{port}" for name in _NAMES}
        self._origins = {f"http://{host}" for host in self._hosts}
        self._sources = " ".join(f"ws://{host}" for host in sorted(self._hosts))
        self._clock = clock
        self._code = secrets.token_urlsafe(32)
        self._code_ends = clock() + CODE_SECONDS
        self._secret = secrets.token_urlsafe(32)
        self.link = f"http://{_NAMES[0]}:{port}{OPEN_PATH}?code={self._code}"
        """What the user opens, once."""

    @web.middleware
    async def judge(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The answer of the page behind it, or a refusal."""
        problem = self.problem(request.headers, is_socket=request.path == WEBSOCKET_PATH)
        if problem:
            return web.Response(status=403, text=problem, headers=self._headers())
        if request.path == OPEN_PATH:
            return self._let_in(request.query.get("code", ""))
        if not hmac.compare_digest(request.cookies.get(COOKIE, ""), self._secret):
            return web.Response(status=401, text=_REFUSED, headers=self._headers())
        response = await handler(request)
        if not response.prepared:
            response.headers.update(self._headers())
        return response

    def problem(self, headers: Mapping[str, str], *, is_socket: bool) -> str:
        """Why a request with these headers is refused; empty when it is not."""
        if headers.get("Host", "").lower() not in self._hosts:
            return "the Host header does not name this server"
        origin = headers.get("Origin", "").lower()
        if (origin and origin not in self._origins) or (is_socket and not origin):
            return "pages of other origins may not ask this server"
        if headers.get("Sec-Fetch-Site", "none").lower() not in {"same-origin", "none"}:
            return "pages of other sites may not ask this server"
        return ""

    def takes(self, code: str) -> bool:
        """Whether this is the code, which then is none any more."""
        is_right = bool(self._code) and hmac.compare_digest(code.encode(), self._code.encode())
        is_right = is_right and self._clock() < self._code_ends
        if is_right:
            self._code = ""
        return is_right

    def _let_in(self, code: str) -> web.Response:
        """Sign a browser in with the code, by a cookie that pages cannot read."""
        if not self.takes(code):
            return web.Response(status=401, text=_REFUSED, headers=self._headers())
        response = web.Response(status=303, headers={**self._headers(), "Location": "/"})
        response.set_cookie(COOKIE, self._secret, httponly=True, samesite="Strict", path="/")
        return response

    def _headers(self) -> dict[str, str]:
        """What keeps the browser in bounds: nothing is fetched from or sent to another host.

        textual-serve's page has scripts and styles of its own in it, and names a font of another host,
        which is not fetched for that.
        """
        policy = (
            "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
            f"font-src 'self'; img-src 'self' data:; connect-src 'self' {self._sources}; "
            "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store",
        }
