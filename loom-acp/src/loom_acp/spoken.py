"""What Loom's own commands say, shown to the letter in the editor's Markdown."""

from collections.abc import Callable

from loom_core.sanitize import sanitize_text

_FENCE = "~" * 8


class Spoken:
    """Lines of one command as one block, which begins with the first line."""

    def __init__(self, show: Callable[[str], None]) -> None:
        """Show pieces of Markdown by this."""
        self._show = show
        self._is_open = False

    def say(self, text: str) -> None:
        """Show one line or more; none of them can end the block."""
        lines = sanitize_text(text).replace(_FENCE, _FENCE[1:]).rstrip()
        self._show(lines + "\n" if self._is_open else f"{_FENCE}\n{lines}\n")
        self._is_open = True

    def end(self) -> None:
        """The command is over."""
        if self._is_open:
            self._show(f"{_FENCE}\n")
        self._is_open = False
