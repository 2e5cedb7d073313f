"""What Loom itself says in a conversation."""

from rich.text import Text
from textual.widgets import Static

from loom_core.sanitize import sanitize_text


class Note(Static):
    """A line of Loom itself."""

    def __init__(self, text: str, *, style: str = "note") -> None:
        """Show a line in a style: ``note``, ``warning``, ``error`` or ``footer``."""
        super().__init__(Text(sanitize_text(text)), classes=style)
