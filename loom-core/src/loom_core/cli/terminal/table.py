"""A table for people: aligned columns that fit the terminal."""

from collections.abc import Sequence

import click

from loom_core.cli.terminal.size import UNLIMITED_COLUMNS
from loom_core.cli.terminal.width import fit_width, measure_width, pad_width
from loom_core.sanitize import sanitize_line

_GAP = "  "
_NARROWEST = 8


def format_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, columns: int, flexible: int = -1
) -> list[str]:
    """Lines of a table with its headers, made safe to show.

    Args:
        headers: one title a column.
        rows: texts of any origin, as many in each row as there are headers.
        columns: width of the terminal.
        flexible: index of the column that is cut when the table is too wide.
    """
    cells = [[sanitize_line(cell) for cell in row] for row in (headers, *rows)]
    widths = [max(map(measure_width, column)) for column in zip(*cells, strict=True)]
    overflow = sum(widths) + len(_GAP) * (len(widths) - 1) - columns
    if overflow > 0:
        widths[flexible] = max(_NARROWEST, widths[flexible] - overflow)
    return [_format_row(row, widths) for row in cells]


def fits(headers: Sequence[str], rows: Sequence[Sequence[str]], *, columns: int) -> bool:
    """Whether a table can be shown whole on a terminal of that width."""
    whole = format_table(headers, rows, columns=UNLIMITED_COLUMNS)
    return max(map(measure_width, whole)) <= columns


def echo_table(
    headers: Sequence[str], rows: Sequence[Sequence[str]], *, columns: int, flexible: int = -1
) -> None:
    """Write a table to stdout, its headers dim."""
    title, *lines = format_table(headers, rows, columns=columns, flexible=flexible)
    click.secho(title, dim=True)
    for line in lines:
        click.echo(line)


def _format_row(row: Sequence[str], widths: Sequence[int]) -> str:
    padded = (
        pad_width(fit_width(cell, width), width) for cell, width in zip(row, widths, strict=True)
    )
    return _GAP.join(padded).rstrip()
