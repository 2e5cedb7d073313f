"""What a site's robots.txt allows us; asked once for each origin and run."""

from typing import TYPE_CHECKING

from loom_core.errors import ErrorCategory, ToolFailed
from loom_core.network import WebUrl
from loom_tools.web.fetching import PRODUCT_NAME, Fetcher, Response

if TYPE_CHECKING:
    from protego import Protego

MAX_ROBOTS_BYTES = 512 * 1024
"""RFC 9309, section 2.5: at least 500 KiB must be read."""
_MAX_ORIGINS = 200
_SERVER_ERRORS = range(500, 600)


class Robots:
    """The rules of the origins that were asked.

    Source: RFC 9309. No robots.txt (4xx) allows everything; a server that fails allows nothing.
    """

    def __init__(self, fetcher: Fetcher) -> None:
        """Nobody was asked yet."""
        self._fetcher = fetcher
        self._rules: dict[str, Protego | None] = {}

    async def require_allowed(self, url: WebUrl) -> None:
        """Raise ``ToolFailed`` when the site does not want this page to be read by us."""
        if url.origin not in self._rules:
            rules = await self._read(url)
            if len(self._rules) >= _MAX_ORIGINS:
                self._rules.pop(next(iter(self._rules)))
            self._rules[url.origin] = rules
        rules = self._rules[url.origin]
        if rules is not None and not rules.can_fetch(url.text, PRODUCT_NAME):
            raise ToolFailed(
                f"{url.origin} asks automated readers not to read this page (robots.txt); "
                "look for the same elsewhere",
                ErrorCategory.PERMISSION,
            )

    async def _read(self, url: WebUrl) -> "Protego | None":
        """The rules of the URL's origin; None when it has none."""
        where = WebUrl(url.scheme, url.host, url.port, "/robots.txt")
        answer = await self._fetcher.get(
            where, max_bytes=MAX_ROBOTS_BYTES, check=_anything, admit=_any_answer
        )
        if answer.status in _SERVER_ERRORS:
            raise ToolFailed(
                f"{url.origin} fails to say what may be read (robots.txt: HTTP {answer.status}); "
                "try again later, or look elsewhere",
                ErrorCategory.RUNTIME,
            )
        if answer.status not in range(200, 300):
            return None
        from protego import Protego

        return Protego.parse(answer.body.decode("utf-8", "replace"))


async def _anything(_url: WebUrl) -> None:
    """Robots.txt may always be asked for."""


def _any_answer(_answer: Response) -> None:
    """Whatever its media type, it is read as text."""
