"""A tool that writes a greeting."""

from pydantic import BaseModel, ConfigDict, Field

from loom_core.contracts.tool import RecoveryClass, Risk, Tool, ToolContext
from loom_core.types import ToolResult


class GreetArguments(BaseModel):
    """Whom to greet."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(description="who is greeted")


class Greet(Tool[GreetArguments]):
    """Writes a greeting into greeting.txt."""

    name = "greet"
    purpose = "Greet somebody in greeting.txt."
    arguments_model = GreetArguments
    risk = Risk.WRITE
    recovery = RecoveryClass.CONTENT

    async def run(self, arguments: GreetArguments, context: ToolContext) -> ToolResult:
        """Write it."""
        change = context.workspace.write("greeting.txt", f"Hello, {arguments.name}!\n".encode())
        return ToolResult(text="greeted", changes=(change,))
