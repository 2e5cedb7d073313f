"""Checks of the models."""

from loom_core.cli.doctor.finding import Finding, Level
from loom_core.cli.session import Session
from loom_core.inventory.models import ModelStatus, list_models

_FIX = (
    "start Ollama or LM Studio, configure a model in loom.toml, or install "
    "loom-providers-llamacpp for the embedded one"
)


async def check_models(session: Session) -> list[Finding]:
    """One finding for each model; a failure when none can be used."""
    environment = session.provider_environment(is_offline=False)
    models = await list_models(session.settings, environment)
    if not models:
        return [Finding("models", Level.FAIL, "there is no model", _FIX)]
    is_any_ready = any(model.is_ready for model in models)
    return [_judge(model, is_any_ready=is_any_ready) for model in models]


def _judge(model: ModelStatus, *, is_any_ready: bool) -> Finding:
    detail = f"{model.label}: {model.detail}"
    if model.is_ready:
        return Finding("models", Level.OK, detail)
    return Finding("models", Level.WARN if is_any_ready else Level.FAIL, detail, _FIX)
