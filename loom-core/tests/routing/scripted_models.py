"""Configured models whose providers are scripted."""

from pathlib import Path

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.routing import Router
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Script, ScriptedModel
from loom_core.types import Message, ModelRequest, ModelRole, Role

EXECUTOR, PLANNER = ModelRole.EXECUTOR, ModelRole.PLANNER
REQUEST = ModelRequest(messages=(Message(role=Role.USER, text="hi"),))


class Models:
    """Configured models and the scripted providers that were made for them."""

    def __init__(self, **kinds):
        self.made = {}
        self._kinds = kinds

    def load(self, name):
        kind = self._kinds.get(name, {})

        def make(settings, environment):
            provider = ScriptedModel(
                kind.get("script", Script.always("hello")),
                **{key: value for key, value in kind.items() if key not in {"script", "health"}},
                settings=settings,
            )
            if "health" in kind:

                async def health():
                    return kind["health"]

                provider.health = health
            self.made.setdefault(name, []).append(provider)
            return provider

        return make

    def router(self, **settings):
        models = {
            name: ModelSettings(provider=name, model=name, **more)
            for name, more in settings.items()
        }
        return Router(models, self.load, ProviderEnvironment(Path()))


def router(**settings):
    return Models().router(**settings)
