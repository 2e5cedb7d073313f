"""A plugin whose verification and extraction each ask a model, as those of later versions will."""

from loom_core import hookimpl
from loom_core.types import (
    MemoryEntry,
    MemoryKind,
    Message,
    ModelRole,
    Role,
    Verdict,
    VerdictStatus,
)


def _question(text):
    return [Message(role=Role.USER, text=text)]


@hookimpl
async def loom_verify(subtask, outcome, context):
    question = _question(f"Review {subtask.id}, attempt {context.attempt}")
    answer = await context.ask_model(ModelRole.VERIFIER, question)
    passed = answer.text == "good"
    status = VerdictStatus.PASSED if passed else VerdictStatus.FAILED
    return Verdict(status=status, verifier="asking", tier=2, feedback=answer.text)


@hookimpl
async def loom_extract(subtask, outcome, context):
    answer = await context.ask_model(ModelRole.EXTRACTOR, _question(f"Extract {subtask.id}"))
    return [MemoryEntry(kind=MemoryKind.DISCOVERY, text=answer.text, tags=("asked",))]
