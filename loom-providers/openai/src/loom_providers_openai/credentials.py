"""OpenAI itself, among the servers that speak its API."""

from loom_core.wire import ServerAddress, Service

OFFICIAL = Service(url="https://api.openai.com/v1", variable="OPENAI_API_KEY")


def is_official(address: ServerAddress) -> bool:
    """Whether the server is OpenAI itself."""
    return OFFICIAL.is_at(address)
