"""The secrets that the settings hold, for whoever must keep them out of a text."""

from loom_core.settings.shape import Settings


def known_secrets(settings: Settings) -> list[str]:
    """Every key of models, webhooks and telemetry, and what MCP servers are given, as the settings say."""
    keys = (model.api_key for model in settings.models.values())
    given = (
        secret
        for server in settings.mcp.servers.values()
        for secret in (*server.env.values(), *server.headers.values())
    )
    return [
        key.get_secret_value()
        for key in (*keys, *given, *settings.webhooks.secrets, *settings.telemetry.headers.values())
        if key is not None
    ]
