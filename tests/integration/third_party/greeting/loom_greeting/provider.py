"""A provider that answers without a server: one tool call, then the claim to be done."""

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Reply, Script, ScriptedModel

SCRIPT = Script.of(
    Reply.calling("greet", name="plugins"),
    Reply.calling("complete", summary="greeted the plugins", evidence=["greeting.txt"]),
)


class Parrot(ScriptedModel):
    """Says what it was taught."""

    def __init__(self, settings: ModelSettings, environment: ProviderEnvironment) -> None:
        """Learn the script."""
        super().__init__(SCRIPT, settings=settings, environment=environment)
