"""Asking for programs, and finding them in answers."""

import pytest

from loom_core.prompts import program_in, program_messages
from loom_core.types import Role


def test_long_data_is_shown_by_its_beginning_and_length():
    data = [("big.log", "".join(f"line {number}\n" for number in range(500)))]

    *_, asked = program_messages("Count.", data, style="Be brief.")

    assert asked.role is Role.USER
    assert "big.log, 500 lines" in asked.text
    assert "line 3\n" in asked.text
    assert "line 400" not in asked.text
    assert "…" in asked.text


def test_short_data_is_shown_whole():
    *_, asked = program_messages("Count.", [("a.txt", "one\ntwo\n")], style="Be brief.")

    assert "one\ntwo" in asked.text
    assert "…" not in asked.text


@pytest.mark.parametrize(
    ("text", "program"),
    [
        ("```python\nprint(1)\n```", "print(1)"),
        ("Sure!\n```py\nprint(1)\n```\n```python\nprint(2)\n```", "print(1)"),
        ("```\nprint(1)", "print(1)"),
        ("print(1)\n", "print(1)"),
        ("", ""),
    ],
)
def test_the_code_of_an_answer(text, program):
    assert program_in(text) == program


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.csv", "name,age\nIda,33\n", 'each row has row["name"], int(row["age"]).'),
        ("a.csv", "name,zip\nIda,033\nBo,44\n", 'each row has row["name"], row["zip"].'),
        ("a.csv", "item,price\npen,1.5\ncup,4\n", 'each row has row["item"], float(row["price"]).'),
        ("a.csv", "3,4\n5,6\n", ""),
        ("a.csv", "name,age\n", ""),
        ("a.txt", "name,age\nIda,33\n", ""),
    ],
)
def test_columns_of_a_table_are_told(name, content, told):
    request = program_messages("Do it.", [(name, content)], style="Short.")[-1].text

    assert ("DictReader" in request) is bool(told)
    assert told in request
