"""Judges of the held-out goals of one step that compute or look up something in given files."""

from reading import csv_rows, expect_untouched, only_number, read_json
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


def biggest_city(done: FinishedWorkspace) -> None:
    """The name alone; the table is as it was."""
    held = done.text("answer.txt").strip()
    expect(held == "Brno", f"holds {held!r}")
    expect_untouched(done, "biggest_city", "cities.csv")


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


def marks(done: FinishedWorkspace) -> None:
    """In the order of numbers, not of letters; the table is as it was."""
    rows = csv_rows(done, "classement.csv")
    wanted = [["eleve", "note"], ["Anna", "17"], ["Zoe", "15"], ["Luc", "12"], ["Marc", "9"]]
    expect(rows == wanted, f"holds {rows}")
    expect_untouched(done, "marks", "notes.csv")


def deadline(done: FinishedWorkspace) -> None:
    """The one date alone; the contract is as it was."""
    held = done.text("deadline.txt").strip()
    expect(held == "2026-04-30", f"holds {held!r}")
    expect_untouched(done, "deadline", "contract.txt")


DATA = (expenses, adults, biggest_city, books, marks, deadline)
"""The checkers by the ids of their goals."""
