"""The tool that asks the user."""

from typing import Annotated

from pydantic import Field, field_validator

from loom_core.contracts.tool import Intent, RecoveryClass, Risk, Tool, ToolContext
from loom_core.types import Question, ToolResult
from loom_tools.arguments import Arguments

MAX_OPTIONS = 10

Option = Annotated[str, Field(min_length=1, max_length=200)]


class AskUserArguments(Arguments):
    """What to ask, and answers to choose from."""

    question: Annotated[str, Field(min_length=1, max_length=4000)]
    options: Annotated[
        list[Option] | None, Field(max_length=MAX_OPTIONS, description="answers to choose from")
    ] = None

    @field_validator("question")
    @classmethod
    def _says_something(cls, question: str) -> str:
        """Refuse a blank question."""
        if not question.strip():
            raise ValueError("the question is empty; say what you need to know")
        return question


class AskUser(Tool[AskUserArguments]):
    """Puts a question to the user; only the subtask that asks waits, for as long as it takes."""

    name = "ask_user"
    purpose = "Ask the user what only they can decide, and wait for the answer."
    arguments_model = AskUserArguments
    essential = ("question",)
    risk = Risk.READ
    recovery = RecoveryClass.PURE
    timeout_seconds = 30.0

    async def intend(self, arguments: AskUserArguments, context: ToolContext) -> Intent:
        """The question."""
        return Intent(preview=arguments.question)

    async def run(self, arguments: AskUserArguments, context: ToolContext) -> ToolResult:
        """What the user said."""
        question = Question(text=arguments.question, options=tuple(arguments.options or ()))
        return ToolResult(text=f"The user answered: {await context.ask(question)}")
