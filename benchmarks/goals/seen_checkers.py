"""Judges of the seen goals that joined the list later, in the manner of ``checkers.py``."""

from reading import csv_rows, expect_untouched, printed_lines, read_json
from workspace_judge import FinishedWorkspace, expect


def motto(done: FinishedWorkspace) -> None:
    """The text and nothing else."""
    held = done.text("motto.txt").strip()
    expect(held == "Measure twice, cut once", f"holds {held!r}")


def fizzbuzz(done: FinishedWorkspace) -> None:
    """The fifteen lines."""
    wanted = [
        "FizzBuzz" if n % 15 == 0 else "Fizz" if n % 3 == 0 else "Buzz" if n % 5 == 0 else str(n)
        for n in range(1, 16)
    ]
    printed = done.run("python3 fizzbuzz.py").split()
    expect(printed == wanted, f"printed {printed[:20]}")


def version(done: FinishedWorkspace) -> None:
    """The one value changed, nothing else."""
    package = read_json(done, "package.json")
    wanted = {"name": "garden", "version": "2.1.0", "private": True}
    expect(package == wanted, f"is {package}")


def line_count(done: FinishedWorkspace) -> None:
    """The number alone; the poem is as it was."""
    expect(done.text("lines.txt").strip() == "5", f"holds {done.text('lines.txt')!r}")
    expect(len(done.lines("poem.txt")) == 5, "poem.txt was changed")


def palindrome(done: FinishedWorkspace) -> None:
    """Right answers as booleans."""
    words = ["level", "noon", "paper", "a", "ab"]
    values = done.evaluate("palindrome", f"[palindrome.is_palindrome(w) for w in {words!r}]")
    expect(values == "[True, True, False, True, False]", f"gives {values}")


def contacts(done: FinishedWorkspace) -> None:
    """Header and two rows, read as CSV."""
    rows = csv_rows(done, "contacts.csv")
    expect(rows == [["name", "city"], ["Ann", "Bergen"], ["Ben", "Turku"]], f"holds {rows}")


def old_notes(done: FinishedWorkspace) -> None:
    """The one file is gone, the other as it was."""
    expect(done.is_missing("old_notes.txt"), "old_notes.txt is still there")
    expect(done.lines("new_notes.txt") == ["water the ferns"], "new_notes.txt was changed")


def meeting(done: FinishedWorkspace) -> None:
    """The one word changed, nothing else."""
    lines = done.lines("meeting.md")
    wanted = ["# Planning", "", "We meet on Thursday at nine.", "Bring the numbers."]
    expect(lines == wanted, f"holds {lines}")


def measures(done: FinishedWorkspace) -> None:
    """In the order of numbers, not of letters; the input is as it was."""
    lines = done.lines("ordered.txt")
    expect(lines == ["3", "7", "12", "45", "100"], f"holds {lines}")
    expect(done.lines("measures.txt") == ["12", "7", "100", "3", "45"], "measures.txt was changed")


def dice(done: FinishedWorkspace) -> None:
    """Every number from 1 to 6 and no other, as whole numbers."""
    values = done.evaluate("dice", "sorted({dice.roll() for _ in range(2000)})")
    expect(values == "[1, 2, 3, 4, 5, 6]", f"gives {values}")


def sevens(done: FinishedWorkspace) -> None:
    """The ten lines as in the example."""
    printed = printed_lines(done, "sevens.py")
    expect(printed == [f"7 x {n} = {7 * n}" for n in range(1, 11)], f"printed {printed[:12]}")


def countdown(done: FinishedWorkspace) -> None:
    """The six lines and nothing else."""
    printed = printed_lines(done, "countdown.py")
    expect(printed == ["5", "4", "3", "2", "1", "Liftoff!"], f"printed {printed[:10]}")


def biggest_city(done: FinishedWorkspace) -> None:
    """The name alone; the table is as it was."""
    held = done.text("answer.txt").strip()
    expect(held == "Brno", f"holds {held!r}")
    expect_untouched(done, "biggest_city", "cities.csv")


def marks(done: FinishedWorkspace) -> None:
    """In the order of numbers, not of letters; the table is as it was."""
    rows = csv_rows(done, "classement.csv")
    wanted = [["eleve", "note"], ["Anna", "17"], ["Zoe", "15"], ["Luc", "12"], ["Marc", "9"]]
    expect(rows == wanted, f"holds {rows}")
    expect_untouched(done, "marks", "notes.csv")


SEEN_LATER = (
    motto,
    fizzbuzz,
    version,
    line_count,
    palindrome,
    contacts,
    old_notes,
    meeting,
    measures,
    dice,
    sevens,
    countdown,
    biggest_city,
    marks,
)
"""The checkers by the ids of their goals."""
