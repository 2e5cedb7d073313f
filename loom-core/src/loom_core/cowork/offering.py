"""Which tools a session's model is offered: the same from its first turn to its last."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from loom_core.contracts.context import ModelFacts
from loom_core.contracts.tool import Tool
from loom_core.dialects import JsonActionDialect, NativeDialect, ToolAction, TwoStageDialect
from loom_core.types import ToolSpec

_ANSWER = ToolSpec(
    name="answer",
    description="Talk to the user: answer a question, or say what was done. This ends your turn.",
    parameters={
        "type": "object",
        "properties": {
            "text": {
                "type": "string",
                "minLength": 1,
                "maxLength": 4000,
                "description": "what to say to the user",
            }
        },
        "required": ["text"],
        "additionalProperties": False,
    },
)
"""For models whose every reply is an action: with tool calling of their own, plain text is the answer."""


def for_conversation(facts: ModelFacts) -> ModelFacts:
    """The model as a conversation asks it: in one action where jobs are asked for in two stages."""
    is_two_stage = facts.dialect == TwoStageDialect.name
    return replace(facts, dialect=JsonActionDialect.name) if is_two_stage else facts


def offered_specs(tools: Iterable[Tool[Any]], dialect: str) -> list[ToolSpec]:
    """All tools for a model with tool calling of its own, else those that every job may need.

    They stand at the beginning of the prompt, so that a change would cost the whole cache; that is why
    the words of a turn do not choose among them as those of a subtask do.
    """
    if dialect == NativeDialect.name:
        return [tool.spec() for tool in tools]
    return [*(tool.spec() for tool in tools if tool.is_always_offered), _ANSWER]


def answer_in(action: object) -> str | None:
    """What an action says to the user; None when it is another one."""
    if not isinstance(action, ToolAction) or action.tool != _ANSWER.name:
        return None
    return str(action.arguments.get("text", "")).strip() or "(nothing)"
