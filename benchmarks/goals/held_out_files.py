"""Judges of the held-out goals of one step that create, change, move and delete files."""

import re

from reading import (
    Page,
    csv_rows,
    expect_same,
    expect_untouched,
    filled_lines,
    headings,
    read_ini,
    read_json,
    read_toml,
    read_yaml,
)
from workspace_judge import FinishedWorkspace, expect


def hours(done: FinishedWorkspace) -> None:
    """The two lines and nothing else."""
    lines = done.lines("hours.txt")
    expect(lines == ["Mon-Fri 9-17", "Sat 10-14"], f"holds {lines}")


def packing(done: FinishedWorkspace) -> None:
    """The heading, then the three bullets in any order, and nothing else."""
    text = done.text("packing.md")
    expect(headings(text) == [(1, "Packing list")], f"has the headings {headings(text)}")
    lines = filled_lines(re.sub(r"^=+\s*$", "", text, flags=re.MULTILINE))
    expect("Packing list" in lines[0], f"begins with {lines[0]!r}")
    bullets = [re.fullmatch(r"\s*[-*+]\s+(?:\[ \]\s+)?(\w+)[.,;]?", line) for line in lines[1:]]
    found = sorted(bullet[1].lower() if bullet else "" for bullet in bullets)
    expect(found == ["charger", "passport", "umbrella"], f"holds {lines}")


def profile(done: FinishedWorkspace) -> None:
    """Exactly the three keys with values of the right types."""
    wanted = {"name": "Kim", "age": 34, "hobbies": ["chess", "rowing"]}
    expect_same(read_json(done, "user.json"), wanted, "user.json")


def menu(done: FinishedWorkspace) -> None:
    """The header and the three rows, however many zeros the prices end in."""
    header, *rows = csv_rows(done, "menu.csv") or [[]]
    expect(header == ["dish", "price"], f"has the header {header}")
    prices = {"Soup": r"4\.50*", "Salad": r"6(\.0*)?", "Pie": r"5\.250*"}
    expect([row[0] for row in rows] == list(prices), f"holds {rows}")
    for row in rows:
        expect(len(row) == 2 and re.fullmatch(prices[row[0]], row[1]), f"has the row {row}")


def server_settings(done: FinishedWorkspace) -> None:
    """Exactly the two tables with values of the right types."""
    wanted = {"server": {"host": "0.0.0.0", "port": 9000}, "cache": {"enabled": True}}
    expect_same(read_toml(done, "settings.toml"), wanted, "settings.toml")


def bakery(done: FinishedWorkspace) -> None:
    """One title and one heading, in elements of their own."""
    texts = Page(done.text("index.html")).texts
    expect(texts == {"title": ["Bakery"], "h1": ["Fresh bread daily"]}, f"holds {texts}")


def letter(done: FinishedWorkspace) -> None:
    """The one title changed; the other man is still one."""
    wanted = [
        *("Dear Ms. Olsen,", "", "Thank you for your order. Mr. Berg will call you next week."),
        *("", "Kind regards", "The shop"),
    ]
    expect(done.lines("letter.txt") == wanted, f"holds {done.lines('letter.txt')}")


def lamp_price(done: FinishedWorkspace) -> None:
    """The one price changed, as a number, and nothing else."""
    wanted = [
        {"name": "chair", "price": 35},
        {"name": "lamp", "price": 39},
        {"name": "shelf", "price": 80},
    ]
    found = read_json(done, "catalog.json")
    expect(found == wanted, f"is {found}")


def groceries(done: FinishedWorkspace) -> None:
    """The other lines as they were."""
    lines = done.lines("groceries.txt")
    expect(lines == ["bread", "coffee", "apples"], f"holds {lines}")


def guests(done: FinishedWorkspace) -> None:
    """The new line above the old ones."""
    lines = done.lines("guests.txt")
    expect(lines == ["Guest list", "Ann", "Bjorn", "Cleo"], f"holds {lines}")


def report_name(done: FinishedWorkspace) -> None:
    """The old name is gone, the content kept, the other report as it was."""
    expect(done.is_missing("report-v1.txt"), "report-v1.txt is still there")
    expect(done.text("report-2026.txt") == "Sales rose by a tenth.\n", "the content was changed")
    expect_untouched(done, "report_name", "report-v2.txt")


def archive_log(done: FinishedWorkspace) -> None:
    """The log is in the folder and nowhere else, the other one as it was."""
    expect(done.is_missing("server.log"), "server.log is still there")
    expect(done.text("archive/server.log") == "08:00 up\n09:30 down\n", "the content was changed")
    expect_untouched(done, "archive_log", "app.log")


def temporary_files(done: FinishedWorkspace) -> None:
    """The two are gone, the others as they were."""
    for path in ("cache.tmp", "upload.tmp"):
        expect(done.is_missing(path), f"{path} is still there")
    expect_untouched(done, "temporary_files", "tmp_notes.txt", "data.csv")


def parking(done: FinishedWorkspace) -> None:
    """Exactly the three keys with values of the right types."""
    wanted = {"zone": "B4", "hourly_rate": 2.5, "open_on_weekends": False}
    expect_same(read_json(done, "parking.json"), wanted, "parking.json")


def vocabulary(done: FinishedWorkspace) -> None:
    """The header, then the three pairs in any order."""
    header, *rows = csv_rows(done, "vokabeln.csv") or [[]]
    expect(header == ["deutsch", "spanisch"], f"has the header {header}")
    wanted = [["Baum", "árbol"], ["Haus", "casa"], ["Wasser", "agua"]]
    expect(sorted(rows) == wanted, f"holds {rows}")


def pancakes(done: FinishedWorkspace) -> None:
    """The two headings, then the three bullets in any order, and nothing else."""
    text = done.text("pancakes.md")
    wanted = [(1, "Pancakes"), (2, "Ingredients")]
    expect(headings(text) == wanted, f"has the headings {headings(text)}")
    lines = filled_lines(re.sub(r"^(=+|-+)\s*$", "", text, flags=re.MULTILINE))
    expect(
        "Pancakes" in lines[0] and "Ingredients" in lines[1], f"begins with the lines {lines[:2]}"
    )
    bullets = [re.fullmatch(r"\s*[-*+]\s+(.+?)[.,;]?", line) for line in lines[2:]]
    found = sorted(bullet[1] if bullet else "" for bullet in bullets)
    expect(found == ["125 g flour", "2 eggs", "250 ml milk"], f"holds {lines}")


def label_printer(done: FinishedWorkspace) -> None:
    """Exactly the two sections."""
    wanted = {"label": {"width": "62", "height": "29"}, "network": {"address": "10.0.0.15"}}
    found = read_ini(done, "printer.ini")
    expect(found == wanted, f"is {found}")


def night_heating(done: FinishedWorkspace) -> None:
    """The one value changed, as a number, and nothing else."""
    wanted = {"office": {"day": 21, "night": 18}, "storage": {"day": 16, "night": 12}}
    expect_same(read_yaml(done, "heating.yaml"), wanted, "heating.yaml")


def bus_stops(done: FinishedWorkspace) -> None:
    """The square renamed on both lines; the street is still the old one."""
    wanted = [
        "Línea 4: Plaza Norte, Mercado, Puerto",
        "Línea 7: Estadio, Plaza Norte",
        "Línea 9: Calle Vieja, Hospital",
    ]
    expect(done.lines("paradas.txt") == wanted, f"holds {done.lines('paradas.txt')}")


def missing_requirement(done: FinishedWorkspace) -> None:
    """The new line anywhere among the old ones."""
    lines = done.lines("requirements.txt")
    expect(lines.count("httpx==0.27.2") == 1, f"holds {lines}")
    lines.remove("httpx==0.27.2")
    expect(lines == ["flask==3.0.3", "rich==13.7.1"], f"holds besides httpx {lines}")


FILES = (
    *(hours, packing, profile, menu, server_settings, bakery, letter, lamp_price, groceries),
    *(guests, report_name, archive_log, temporary_files),
    *(parking, vocabulary, pancakes, label_printer),
    *(night_heating, bus_stops, missing_requirement),
)
"""The checkers by the ids of their goals."""
