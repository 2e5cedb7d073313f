"""JSON for programs: one value a line, ASCII only, so that it is safe on a terminal too."""

import json
from collections.abc import Mapping, Sequence

import click


def echo_json(value: Mapping[str, object] | Sequence[object]) -> None:
    """Write a JSON value to stdout, as one line."""
    text = json.dumps(value, separators=(",", ":"))
    click.echo(
        text.replace("\x7f", "\\u007f")
    )  # the one control character that JSON leaves as it is
