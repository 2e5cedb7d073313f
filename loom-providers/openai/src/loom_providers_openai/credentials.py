"""Which key goes to which server."""

import os

from loom_core.errors import ModelUnauthorized
from loom_core.settings.shape import ModelSettings
from loom_core.wire import ServerAddress

OFFICIAL_URL = "https://api.openai.com/v1"
KEY_VARIABLE = "OPENAI_API_KEY"
_OFFICIAL_ORIGIN = ServerAddress.parse(OFFICIAL_URL).origin


def is_official(address: ServerAddress) -> bool:
    """Whether the server is OpenAI itself."""
    return address.origin == _OFFICIAL_ORIGIN


def key_for(address: ServerAddress, settings: ModelSettings) -> str:
    """The key to send to this server; empty when it needs none.

    The environment's key belongs to OpenAI: no other server ever gets it. Raises
    ``ModelUnauthorized`` when OpenAI would be asked without a key.
    """
    if settings.api_key is not None:
        return settings.api_key.get_secret_value()
    if not is_official(address):
        return ""
    key = os.environ.get(KEY_VARIABLE, "")
    if not key:
        raise ModelUnauthorized(
            f"{OFFICIAL_URL} needs a key: set {KEY_VARIABLE} or api_key of the model, "
            "or set base_url to a server of your own such as http://127.0.0.1:1234/v1"
        )
    return key
