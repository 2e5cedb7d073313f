"""Where messages may go: public hosts over TLS, and hosts that the user named."""

from collections.abc import Sequence

from loom_core.errors import AddressRefused, UsageError
from loom_core.network.rules import PUBLIC_ONLY, USERS_OWN, AddressRules
from loom_core.network.web_url import WebUrl, literal_address
from loom_core.settings.shape import WebhookSettings


def rules_for(url: WebUrl, private_hosts: Sequence[str]) -> AddressRules:
    """Which addresses of a URL's host may be connected to.

    Raises:
        AddressRefused: it is not encrypted, and the user did not name its host.
    """
    if url.host in {host.lower() for host in private_hosts}:
        return USERS_OWN
    if url.scheme != "https":
        raise AddressRefused(
            f"{url.origin} would be told without encryption; use https, or put {url.host} into "
            "webhooks.private_hosts"
        )
    return PUBLIC_ONLY


def require_deliverable(url: str, settings: WebhookSettings) -> None:
    """Raise ``UsageError`` unless messages to that URL could be signed and sent.

    The addresses of its host are looked up at each delivery, as they may change.
    """
    if not settings.secrets:
        raise UsageError(
            "callback_url: messages would not be signed; put a secret into webhooks.secrets, which "
            "loom webhooks --new-secret makes"
        )
    try:
        parsed = WebUrl.parse(url)
        rules = rules_for(parsed, settings.private_hosts)
        address = literal_address(parsed.host)
        if address is not None:
            rules.require_allowed(address)
    except AddressRefused as refused:
        raise UsageError(f"callback_url: {refused}") from refused
