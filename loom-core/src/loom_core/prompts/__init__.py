"""Prompts as append-only logs: sections, assembly and the reminder at the tail."""

from loom_core.prompts.reminder import reminder, with_reminder
from loom_core.prompts.sections import (
    CHARACTERS_PER_TOKEN,
    PromptSections,
    assemble,
    estimate_tokens,
)
from loom_core.prompts.worker import describe_check, worker_sections

__all__ = [
    "CHARACTERS_PER_TOKEN",
    "PromptSections",
    "assemble",
    "describe_check",
    "estimate_tokens",
    "reminder",
    "with_reminder",
    "worker_sections",
]
