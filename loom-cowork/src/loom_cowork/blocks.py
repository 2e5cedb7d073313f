"""Streaming Markdown cut where a piece of it is complete, so that it can be shown for good."""


class Blocks:
    """Takes an answer piece by piece and gives the blocks of it that are finished.

    A block ends at an empty line outside of a fence, or with the fence that closes it. Taking a piece
    costs its own length, however long the answer is.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self._lines: list[str] = []
        self._rest = ""
        self._fence = ""

    @property
    def tail(self) -> str:
        """What came after the last finished block."""
        return "\n".join([*self._lines, self._rest])

    def last(self, lines: int, characters: int) -> str:
        """The end of ``tail``, at a cost that does not grow with it."""
        kept = [line[-characters:] for line in [*self._lines[-lines:], self._rest]]
        return "\n".join(kept)[-characters:]

    def take(self, piece: str) -> list[str]:
        """The blocks that a piece finishes."""
        *lines, rest = piece.split("\n")
        if not lines:
            self._rest += rest
            return []
        lines[0] = self._rest + lines[0]
        self._rest = rest
        return [block for line in lines if (block := self._line(line))]

    def end(self) -> str:
        """What is left at the end of the answer; empty when nothing is."""
        tail = self.tail
        self._lines, self._rest, self._fence = [], "", ""
        return tail if tail.strip() else ""

    def _line(self, line: str) -> str:
        """Take a whole line; the block that it finishes, or nothing."""
        mark = line.strip()[:3]
        is_fence = mark in {"```", "~~~"}
        if self._fence:
            self._lines.append(line)
            if is_fence and mark == self._fence and line.strip() == mark:
                self._fence = ""
                return self._cut()
            return ""
        if is_fence:
            before = self._cut()
            self._fence = mark
            self._lines.append(line)
            return before
        if not line.strip():
            return self._cut()
        self._lines.append(line)
        return ""

    def _cut(self) -> str:
        """The lines so far as a block."""
        block, self._lines = "\n".join(self._lines), []
        return block if block.strip() else ""
