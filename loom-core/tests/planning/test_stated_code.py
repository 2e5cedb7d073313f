"""Examples of a goal as people read them, instead of the commands that check them."""

import pytest

from loom_core.planning.stated_code import call_examples, with_plain_examples


@pytest.mark.parametrize(
    ("goal", "said"),
    [
        ("f(2) returns 4", "f(2) is 4"),
        ("words(-1, 'it\\'s') returns \"it's\"", "words(-1, 'it\\'s') is \"it's\""),
        ("size([1, 2]) is 2", "size([1, 2]) is 2"),
    ],
)
def test_the_check_of_an_example_is_told_as_the_example(goal, said):
    (example,) = call_examples(goal)
    label = f'command_output_matches "{example.command("src/a.py")}"'

    assert with_plain_examples(f"{label}: expected it") == f"{said}: expected it"
    assert with_plain_examples(f"{label}; {label}") == f"{said}; {said}"


@pytest.mark.parametrize(
    "text",
    [
        "command_output_matches \"python3 -c 'print(1)'\": exit code 0",
        "command_output_matches \"python3 -c 'value = 1; repr(value))'\": exit code 0",
        "file_exists a.py",
    ],
)
def test_other_checks_are_told_as_they_are(text):
    assert with_plain_examples(text) == text
