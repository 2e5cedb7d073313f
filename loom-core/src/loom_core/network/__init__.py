"""Which addresses Loom may reach when a model, a page or a plan names them.

A client parses with ``WebUrl``, asks ``checked_addresses`` once, and connects to one of the answers
and to nothing else, with the URL's own host name in the request and for the certificate. It asks no
resolver again, so that a name that changes its address between check and connection gains nothing.
``redirected`` gives the next URL of a redirect, which goes through all of this anew. Only the standard
library and idna: the HTTP client is the caller's choice, and it must use no proxy. ``Proxy``, in a module of
its own, is for programs that are no clients of ours: it leads them to the hosts of a list under the same
rules.
"""

from loom_core.network.allowed_hosts import AllowedHost
from loom_core.network.carrying import Allowance, AllowanceSpent, join
from loom_core.network.closing import ending
from loom_core.network.redirects import MAX_REDIRECTS, redirected
from loom_core.network.resolving import Resolve, checked_addresses, resolve_host
from loom_core.network.rules import LOOPBACK_ONLY, PUBLIC_ONLY, Address, AddressRules
from loom_core.network.web_url import WebUrl

__all__ = [
    "LOOPBACK_ONLY",
    "MAX_REDIRECTS",
    "PUBLIC_ONLY",
    "Address",
    "AddressRules",
    "Allowance",
    "AllowanceSpent",
    "AllowedHost",
    "Resolve",
    "WebUrl",
    "checked_addresses",
    "ending",
    "join",
    "redirected",
    "resolve_host",
]
