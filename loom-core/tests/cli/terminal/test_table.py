"""Tables that fit."""

from loom_core.cli.terminal.table import format_table
from loom_core.cli.terminal.width import measure_width


def test_columns_line_up_with_wide_characters():
    lines = format_table(["A", "B"], [["日本", "x"], ["abc", "y"]], columns=80)

    assert lines == ["A     B", "日本  x", "abc   y"]


def test_the_flexible_column_gives_way():
    lines = format_table(["ID", "GOAL"], [["1", "long " * 50]], columns=40)

    assert all(measure_width(line) <= 40 for line in lines)
    assert lines[1].endswith("…")


def test_a_cell_cannot_act_on_the_terminal_or_break_the_row():
    lines = format_table(["A"], [["x\x1b]52;c;evil\x07\ny"]], columns=80)

    assert len(lines) == 2
    assert "\x1b" not in lines[1]
