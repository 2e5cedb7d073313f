"""Signatures of messages. Source: Standard Webhooks 1.0.0, https://www.standardwebhooks.com."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from loom_core.errors import SettingsError

PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
"""Bytes of a secret."""


def new_secret() -> str:
    """A secret as the settings and the receiver take it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The bytes that sign. Raises ``SettingsError`` for what is no secret."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if not secret.startswith(PREFIX) or not _SHORTEST <= len(key) <= _LONGEST:
        raise SettingsError(
            f"a secret of webhooks.secrets is not {PREFIX} and base64 of {_SHORTEST} to {_LONGEST} bytes; "
            "make one with: loom webhooks --new-secret"
        )
    return key


def headers_of(keys: Iterable[bytes], *, message_id: str, at: int, body: bytes) -> dict[str, str]:
    """The headers that let a receiver check who sent a message, and when.

    Args:
        keys: each signs, so that a receiver may know an old or a new one.
        message_id: the same for every attempt.
        at: seconds since 1970.
        body: exactly as it is sent.
    """
    signed = f"{message_id}.{at}.".encode() + body
    digests = [hmac.new(key, signed, hashlib.sha256).digest() for key in keys]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{base64.b64encode(one).decode()}" for one in digests),
    }
