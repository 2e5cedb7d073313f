"""What stands beside the conversation."""

from textual.containers import Vertical


class Sidebar(Vertical):
    """A column that a session fills."""

    def __init__(self) -> None:
        """Empty."""
        super().__init__(id="sidebar")
