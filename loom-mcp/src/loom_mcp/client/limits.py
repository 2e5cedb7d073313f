"""How much a server of others may send, and how that is counted."""

from dataclasses import dataclass, field

MAX_MESSAGE_BYTES = 4 * 1024 * 1024
"""Of one message; a longer one ends the connection."""
MAX_CALL_BYTES = 16 * 1024 * 1024
"""Of everything that comes from one call to the next."""
MAX_CALL_MESSAGES = 2_000
"""As many messages, such as progress that nobody asked for."""
MAX_TOOLS = 500
"""Of one server; those after them are not looked at."""
MAX_PAGES = 50
"""Of a list of tools."""
MAX_SCHEMA_CHARACTERS = 20_000
MAX_SCHEMA_DEPTH = 12
MAX_SCHEMA_REFERENCES = 12
"""References are put in place, so that many of them could grow into a lot."""
MAX_DESCRIPTION_CHARACTERS = 1_000
"""Of a tool's description, as models read it; the whole of it is pinned."""
MAX_RESULT_CHARACTERS = 30_000
"""Of a result, as models read it."""
MAX_IMAGES = 4
MAX_IMAGE_BYTES = 2 * 1024 * 1024


class Flooded(Exception):
    """A server sent more than it may."""


@dataclass(slots=True)
class Budget:
    """What a server may still send until it is asked for something again."""

    bytes_left: int = field(default=MAX_CALL_BYTES)
    messages_left: int = field(default=MAX_CALL_MESSAGES)
    problem: str = ""
    """What it did; empty while it keeps within its bounds."""

    def renew(self) -> None:
        """Begin a call."""
        self.bytes_left, self.messages_left = MAX_CALL_BYTES, MAX_CALL_MESSAGES
        self.problem = ""

    def take(self, size_bytes: int, *, messages: int = 1) -> None:
        """Count what came. Raises ``Flooded``."""
        self.bytes_left -= size_bytes
        self.messages_left -= messages
        if self.bytes_left < 0 or self.messages_left < 0:
            self.problem = (
                f"it sent more than {MAX_CALL_BYTES:,} bytes or {MAX_CALL_MESSAGES:,} messages"
            )
            raise Flooded(self.problem)
