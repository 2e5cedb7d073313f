"""What dialects have in common in which tools stand in the prompt and results come back as user turns."""

from collections.abc import Sequence

from loom_core.dialects.dialect import ActionResult, Dialect
from loom_core.types import Image, Message, Role, ToolSpec


class InPromptDialect(Dialect):
    """A dialect that uses nothing of the server's own tool calling."""

    def request_tools(self, tools: Sequence[ToolSpec]) -> tuple[ToolSpec, ...]:
        """None: tools stand in the prompt."""
        return ()

    def result_messages(self, results: Sequence[ActionResult]) -> tuple[Message, ...]:
        """One user turn with the results."""
        images = tuple(image for result in results for image in result.images)
        return (self.speak("\n\n".join(result.text for result in results), images),)

    def speak(self, text: str, images: tuple[Image, ...] = ()) -> Message:
        """A user turn."""
        return Message(role=Role.USER, text=text, images=images)
