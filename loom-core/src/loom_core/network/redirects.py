"""Where a redirect leads, and where it must not."""

from urllib.parse import urljoin

from loom_core.errors import AddressRefused
from loom_core.network.web_url import WebUrl

MAX_REDIRECTS = 5


def redirected(source: WebUrl, location: str) -> WebUrl:
    """The URL that an answer's ``Location`` leads to.

    Whoever follows it sends nothing along that was meant for the source: no cookie, no
    ``Authorization``, no ``Referer``; and checks its addresses as those of any other URL.

    Raises ``AddressRefused``: it is no URL that may be fetched, or leaves https for http.
    """
    try:
        joined = urljoin(source.text, location.strip(" "))
    except ValueError as error:
        raise AddressRefused(f"{source.origin} redirects to what is no URL: {error}") from None
    target = WebUrl.parse(joined)
    if source.scheme == "https" and target.scheme == "http":
        raise AddressRefused(f"{source.origin} redirects from https to http, to {target.origin}")
    return target
