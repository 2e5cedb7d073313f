"""A model's file from a web address, continued where an earlier fetch stopped."""

import http.client
import urllib.error
import urllib.request
from typing import IO
from urllib.parse import urlsplit

from loom_providers_llamacpp.assembly import Assembly
from loom_providers_llamacpp.failures import SourceFailed
from loom_providers_llamacpp.progress import FetchProgress
from loom_providers_llamacpp.sources.source import Source

_CHUNK_BYTES = 1 << 18
_SILENCE_SECONDS = 8.0
_PARTIAL_CONTENT = 206
_USER_AGENT = "loom"


class _NoDowngrade(urllib.request.HTTPRedirectHandler):
    """Follows redirects, but never from https to anything weaker."""

    def redirect_request(  # noqa: PLR0917  # the base class decides
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """The next request, or an error for a downgrade."""
        if req.type == "https" and urlsplit(newurl).scheme != "https":
            raise urllib.error.URLError(f"it redirects to {urlsplit(newurl).scheme}, not https")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Download(Source):
    """One web address. What it sends is trusted by hash, not by whose address it is."""

    def __init__(self, url: str, label: str, *, silence_seconds: float = _SILENCE_SECONDS) -> None:
        """Fetch from an http or https address.

        Args:
            url: the address of the file itself.
            label: what kind of place it is, for the user.
            silence_seconds: how long connecting, or waiting for more bytes, may take.
        """
        self.label = f"{label} ({urlsplit(url).hostname})"
        self._url = url
        self._silence_seconds = silence_seconds
        self._opener = urllib.request.build_opener(_NoDowngrade())

    def fetch(self, assembly: Assembly, progress: FetchProgress) -> None:
        """Ask for the missing bytes, and again as long as each answer brings some."""
        while assembly.position < assembly.model.size_bytes:
            before = assembly.position
            problem = self._fetch_once(assembly, progress)
            if assembly.position <= before and assembly.position < assembly.model.size_bytes:
                raise SourceFailed(problem or "the connection ended before the file did")

    def _fetch_once(self, assembly: Assembly, progress: FetchProgress) -> str:
        """Ask once for everything that is missing; what went wrong, or nothing."""
        request = urllib.request.Request(self._url, headers={"User-Agent": _USER_AGENT})  # noqa: S310  # the schemes are checked where addresses come from
        if assembly.position:
            request.add_header("Range", f"bytes={assembly.position}-")
        try:
            with self._opener.open(request, timeout=self._silence_seconds) as response:
                self._place(assembly, response)
                while chunk := response.read(_CHUNK_BYTES):
                    assembly.write(chunk)
                    progress.report(assembly.position)
        except urllib.error.HTTPError as error:
            with error:
                raise SourceFailed(f"it answered HTTP {error.code}") from error
        except urllib.error.URLError as error:
            return f"it cannot be reached: {error.reason}"
        except (OSError, http.client.HTTPException) as error:
            return f"the connection broke: {error}"
        return ""

    def _place(self, assembly: Assembly, response: http.client.HTTPResponse) -> None:
        """Continue where the answer begins: at the start, if the server ignores ranges."""
        if response.status != _PARTIAL_CONTENT:
            assembly.continue_at(0)
            return
        begins = f"bytes {assembly.position}-"
        if not response.headers.get("Content-Range", "").startswith(begins):
            raise SourceFailed("it sent another range of bytes than the one asked for")
