"""Judges of the held-out goals of one step that compute or look up something in given files."""

from reading import csv_rows, expect_untouched, filled_lines, only_number, read_json
from workspace_judge import FinishedWorkspace, expect


def expenses(done: FinishedWorkspace) -> None:
    """The number alone; the table is as it was."""
    found = only_number(done, "sum.txt")
    expect(abs(found - 49.75) < 1e-9, f"holds {found}")
    expect_untouched(done, "expenses", "expenses.csv")


def adults(done: FinishedWorkspace) -> None:
    """The header and the two people in any order; the table is as it was."""
    header, *rows = csv_rows(done, "adults.csv") or [[]]
    expect(header == ["name", "age"], f"has the header {header}")
    expect(sorted(rows) == [["Ida", "42"], ["Tom", "18"]], f"holds {rows}")
    expect_untouched(done, "adults", "people.csv")


def books(done: FinishedWorkspace) -> None:
    """Three objects, their years as numbers or as text; the table is as it was."""
    found = read_json(done, "books.json")
    expect(isinstance(found, list) and all(isinstance(book, dict) for book in found), "no objects")
    wanted = [
        {"title": "Dune", "author": "Herbert", "year": "1965"},
        {"title": "Me, Myself and Us", "author": "Little", "year": "2014"},
        {"title": "Emma", "author": "Austen", "year": "1815"},
    ]
    texts = [{key: str(value) for key, value in book.items()} for book in found]
    expect(texts == wanted, f"holds {found}")
    expect_untouched(done, "books", "books.csv")


def deadline(done: FinishedWorkspace) -> None:
    """The one date alone; the contract is as it was."""
    held = done.text("deadline.txt").strip()
    expect(held == "2026-04-30", f"holds {held!r}")
    expect_untouched(done, "deadline", "contract.txt")


def cancelled_trains(done: FinishedWorkspace) -> None:
    """The number alone; the board is as it was."""
    found = only_number(done, "cancelled.txt")
    expect(found == 3, f"holds {found}")
    expect_untouched(done, "cancelled_trains", "departures.csv")


def coffee_total(done: FinishedWorkspace) -> None:
    """The number alone; the tally is as it was."""
    found = only_number(done, "week.txt")
    expect(found == 20, f"holds {found}")
    expect_untouched(done, "coffee_total", "coffee.txt")


def vegan_dishes(done: FinishedWorkspace) -> None:
    """The three names alone, in any order; the table is as it was."""
    names = sorted(line.strip() for line in filled_lines(done.text("vegan.txt")))
    expect(names == ["Fruit salad", "Lentil soup", "Rice balls"], f"holds {names}")
    expect_untouched(done, "vegan_dishes", "buffet.csv")


DATA = (expenses, adults, books, deadline, cancelled_trains, coffee_total, vegan_dishes)
"""The checkers by the ids of their goals."""
