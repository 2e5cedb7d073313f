"""The embedded model as its own llama.cpp server, for the way that uses the server's tool calling."""

from pydantic import SecretStr

from loom_core.contracts.provider import Provider
from loom_core.extensions import Group, load_all
from loom_core.settings.shape import ModelSettings
from loom_providers_llamacpp.provider import EmbeddedProvider


async def native_of(provider: Provider) -> Provider:
    """A provider that hands tools to the server: another one for the embedded model, else the same.

    The embedded provider takes no tools, since llama.cpp finds no calls in what small models write. Its
    server does, on the port that it opens in this process; the address and the key are its own matter.
    """
    if not isinstance(provider, EmbeddedProvider):
        return provider
    llama = (await provider._open())._loaded()  # noqa: SLF001  # see above
    settings = ModelSettings(
        provider="openai_compatible",
        base_url=f"http://{llama._address.netloc}",  # noqa: SLF001  # see above
        api_key=SecretStr(llama._key),  # noqa: SLF001  # see above
    )
    made = load_all(Group.PROVIDERS).parts["openai_compatible"].value
    return made(settings, provider.environment)
