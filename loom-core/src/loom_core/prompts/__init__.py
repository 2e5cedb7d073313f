"""Prompts as append-only logs: sections, assembly and the reminder at the tail."""

from loom_core.prompts.feedback import told_forms
from loom_core.prompts.file_content import (
    FIRST_FORMS,
    REWRITING_FORMS,
    SECOND_FORMS,
    FileForm,
    content_in,
    file_messages,
    is_data,
)
from loom_core.prompts.instruction import instruction_text, with_instructions
from loom_core.prompts.program import (
    FIRST_STYLES,
    SECOND_STYLES,
    program_in,
    program_messages,
)
from loom_core.prompts.reminder import reminder, with_reminder
from loom_core.prompts.sections import (
    CHARACTERS_PER_TOKEN,
    PromptSections,
    assemble,
    estimate_tokens,
    tokens_of,
)
from loom_core.prompts.shell_command import command_in, command_messages
from loom_core.prompts.worker import describe_check, worker_sections

__all__ = [
    "CHARACTERS_PER_TOKEN",
    "FIRST_FORMS",
    "FIRST_STYLES",
    "REWRITING_FORMS",
    "SECOND_FORMS",
    "SECOND_STYLES",
    "FileForm",
    "PromptSections",
    "assemble",
    "command_in",
    "command_messages",
    "content_in",
    "describe_check",
    "estimate_tokens",
    "file_messages",
    "instruction_text",
    "is_data",
    "program_in",
    "program_messages",
    "reminder",
    "tokens_of",
    "told_forms",
    "with_instructions",
    "with_reminder",
    "worker_sections",
]
