"""A line of output with its mark, fitted to the terminal before colour goes in."""

from dataclasses import dataclass

import click

from loom_core.cli.terminal.marks import Mark
from loom_core.cli.terminal.width import fit_width, measure_width, wrap_width
from loom_core.sanitize import sanitize_line

_STEP = "  "
_LONGEST = 1_000
_NARROWEST = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a label, a mark and a text of any origin."""

    text: str
    mark: Mark | None = None
    indent: int = 0
    """Steps of indentation."""
    label: str = ""
    """What the text is, already padded; safe, and shown dim."""

    def format(self, *, columns: int, prefix: str = "") -> str:
        """The line, safe to show, cut to so many columns; the prefix must be safe already."""
        room = columns - self._measure_start(prefix)
        return self._start(prefix) + fit_width(sanitize_line(self.text), max(room, 1))

    def wrap(self, *, columns: int) -> list[str]:
        """The whole text, safe to show, on as many lines as it takes; only a huge one is cut."""
        width = self._measure_start("")
        text = fit_width(sanitize_line(self.text), _LONGEST)
        first, *rest = wrap_width(text, max(columns - width, _NARROWEST))
        return [f"{self._start('')}{first}".rstrip(), *(" " * width + line for line in rest)]

    def _start(self, prefix: str) -> str:
        mark = f"{self.mark} " if self.mark else ""
        label = click.style(self.label, dim=True) if self.label else ""
        return f"{_STEP * self.indent}{prefix}{mark}{label}"

    def _measure_start(self, prefix: str) -> int:
        mark = measure_width(self.mark.sign) + 1 if self.mark else 0
        return len(_STEP) * self.indent + measure_width(prefix) + mark + len(self.label)


def echo_lines(lines: list[Line], *, columns: int) -> None:
    """Write lines to stdout, wrapped."""
    for line in lines:
        for text in line.wrap(columns=columns):
            click.echo(text)
