"""Judges of the held-out goals of two steps: both are looked at, and that the second follows the first."""

import io
import re
import tokenize

from reading import (
    STARTS,
    Page,
    csv_rows,
    expect_same,
    expect_untouched,
    filled_lines,
    headings,
    numbers,
    only_number,
    put,
    read_json,
    read_toml,
    value_of,
)
from runs_of_tests import expect_caught, expect_passing
from workspace_judge import FinishedWorkspace, NotDone, expect


def kelvin(done: FinishedWorkspace) -> None:
    """The function for other numbers too, and a script that asks it about 100."""
    values = value_of(
        done, "temperature", "[temperature.to_kelvin(c) for c in (0, 26.85, -273.15)]"
    )
    expect(all(type(found) in {float, int} for found in values), f"gives {values}")
    near = zip(values, (273.15, 300, 0), strict=True)
    expect(all(abs(found - wanted) < 1e-6 for found, wanted in near), f"gives {values}")
    expect(373.15 in numbers(done.run("python3 boil.py")), "boil.py does not print 373.15")
    other = put("temperature.py", "\n\ndef to_kelvin(celsius):\n    return celsius + 1\n", ">>")
    printed = done.run(f"{other} && python3 boil.py")
    expect(101 in numbers(printed), "boil.py does not use to_kelvin")


def adult_age(done: FinishedWorkspace) -> None:
    """Right answers as booleans, and a test that passes now and fails on the old code."""
    values = value_of(done, "ages", "[ages.is_adult(age) for age in (17, 18, 19, 0, 80)]")
    expect_same(values, [False, True, True, False, True], "is_adult of 17, 18, 19, 0 and 80")
    expect_passing(done, "test_ages")
    expect_caught(done, "test_ages", put("ages.py", STARTS["adult_age"]["ages.py"]))


def minutes(done: FinishedWorkspace) -> None:
    """The old place is empty, the content kept, the line added."""
    expect(done.is_missing("minutes.txt"), "minutes.txt is still there")
    lines = done.lines("2026/minutes.txt")
    wanted = ["The budget was read.", "Nobody objected.", "Approved by the board."]
    expect(lines == wanted, f"holds {lines}")


def timesheet(done: FinishedWorkspace) -> None:
    """The number in both files; the table is as it was."""
    expect(only_number(done, "total_hours.txt") == 30, "total_hours.txt does not hold 30")
    report = done.text("report.md")
    expect("Timesheet" in [title for _, title in headings(report)], "report.md lacks the heading")
    expect(30 in numbers(report), "report.md does not state 30")
    expect_untouched(done, "timesheet", "timesheet.csv")


def build_status(done: FinishedWorkspace) -> None:
    """The number in both files; the log is as it was."""
    expect(only_number(done, "failed.txt") == 3, "failed.txt does not hold 3")
    status = read_json(done, "status.json")
    expect(isinstance(status, dict), f"status.json is {status}")
    expect_same(status.get("failed"), 3, "failed in status.json")
    expect_untouched(done, "build_status", "build.log")


def team(done: FinishedWorkspace) -> None:
    """The list, and a script that follows it."""
    expect_same(read_json(done, "team.json"), ["Ana", "Bo", "Cy"], "team.json")
    for names in (["Ana", "Bo", "Cy"], ["Zed", "Yla"]):
        listed = ", ".join(f'"{name}"' for name in names)
        printed = done.run(f"{put('team.json', f'[{listed}]')} && python3 hello.py")
        wanted = [f"Hello, {name}" for name in names]
        expect(filled_lines(printed) == wanted, f"hello.py printed {printed!r} for {names}")


def stock(done: FinishedWorkspace) -> None:
    """The table, and a script that follows it and compares numbers, not letters."""
    rows = csv_rows(done, "stock.csv")
    wanted = [["item", "count"], ["bolts", "40"], ["nuts", "25"], ["screws", "60"]]
    expect(rows == wanted, f"stock.csv holds {rows}")
    other = put("stock.csv", "item,count\nscrews,200\nbolts,30\nnuts,100\n")
    for change, item in (("true", "nuts"), (other, "bolts")):
        printed = done.run(f"{change} && python3 low.py")
        named = set(re.findall("bolts|nuts|screws", printed.lower()))
        expect(named == {item}, f"low.py printed {printed!r} instead of {item}")


def release(done: FinishedWorkspace) -> None:
    """The one version changed, not that of the dependency, and the line after the others."""
    project = {"name": "lantern", "version": "0.4.0", "dependencies": ["wick>=0.3.2"]}
    expect_same(read_toml(done, "pyproject.toml"), {"project": project}, "pyproject.toml")
    lines = filled_lines(done.text("CHANGES.md"))
    wanted = [*filled_lines(STARTS["release"]["CHANGES.md"]), "- 0.4.0: bug fixes"]
    expect(lines == wanted, f"CHANGES.md holds {lines}")


def word_lengths(done: FinishedWorkspace) -> None:
    """Every word in one of the files, in order; the input is as it was."""
    for path, words in (
        ("long.txt", "banana cherry papaya"),
        ("short.txt", "apple kiwi lemon pear"),
    ):
        lines = done.lines(path)
        expect(lines == words.split(), f"{path} holds {lines}")
    expect_untouched(done, "word_lengths", "words.txt")


def longest(done: FinishedWorkspace) -> None:
    """The function for other texts too, and a script that uses it on the file."""
    texts = ["a quick brownish fox", "one", "enormous ant"]
    values = value_of(done, "wordtools", f"[wordtools.longest_word(text) for text in {texts}]")
    expect(values == ["brownish", "one", "enormous"], f"gives {values}")
    candidates = ["every", "international", "train", "late", "tea", "lemonade"]
    stub = "\n\ndef longest_word(text):\n    return 'stub' + str(len(text.split()))\n"
    for change, wanted in (
        ("true", "international"),
        (put("sentence.txt", "tea or lemonade\n"), "lemonade"),
        (put("wordtools.py", stub, ">>"), "stub5"),
    ):
        printed = done.run(f"{change} && python3 main.py")
        named = set(re.findall(r"\w+", printed)) & {*candidates, wanted}
        expect(named == {wanted}, f"main.py printed {printed!r} instead of {wanted}")
    expect_untouched(done, "longest", "sentence.txt")


def ranking(done: FinishedWorkspace) -> None:
    """In the order of numbers, and the one name; the table is as it was."""
    rows = csv_rows(done, "ranking.csv")
    wanted = [["name", "score"], ["Pia", "105"], ["Rue", "97"], ["Ola", "88"], ["Sam", "9"]]
    expect(rows == wanted, f"ranking.csv holds {rows}")
    named = set(re.findall("Ola|Pia|Sam|Rue", done.text("winner.txt")))
    expect(named == {"Pia"}, f"winner.txt names {named}")
    expect_untouched(done, "ranking", "scores.csv")


def backups(done: FinishedWorkspace) -> None:
    """The two files are gone, and the two that are left are listed in order."""
    for path in ("plan.bak", "old.bak"):
        expect(done.is_missing(path), f"{path} is still there")
    lines = filled_lines(done.text("index.md"))
    bullets = [line for line in lines if re.match(r"\s*[-*+]\s", line)]
    found = [re.findall(r"[\w.-]+\.\w+", bullet)[:1] for bullet in bullets]
    expect(found == [["notes.txt"], ["plan.txt"]], f"index.md lists {bullets}")
    expect_untouched(done, "backups", "plan.txt", "notes.txt")


def function_name(done: FinishedWorkspace) -> None:
    """The function under its new name alone, and a script that still prints the same."""
    values = value_of(done, "pricing", "[pricing.total_price(5, 6), pricing.total_price(2, 7)]")
    expect(values == [30, 14], f"gives {values}")
    for path in ("pricing.py", "shop.py"):
        names = _names(done.text(path), path)
        expect("calc" not in names, f"{path} still says calc")
        expect("total_price" in names, f"{path} does not say total_price")
    printed = done.run("python3 shop.py").strip()
    expect(printed == "Total: 30", f"shop.py printed {printed!r}")


def welcome_page(done: FinishedWorkspace) -> None:
    """The rule for the heading, and a page that has the heading and the link."""
    style = re.sub(r"/\*.*?\*/", "", done.text("style.css"), flags=re.DOTALL).lower()
    colors = [
        found[-1]
        for selectors, rule in re.findall(r"([^{}]+)\{([^{}]*)\}", style)
        if {"h1", "body h1"} & {" ".join(one.split()) for one in selectors.split(",")}
        if (found := re.findall(r"(?:^|[;\s])color\s*:\s*([^;!]+)", rule))
    ]
    blue = r"blue|#00f|#0000ff|rgb\(\s*0[\s,]+0[\s,]+255\s*\)"
    expect(colors and re.fullmatch(blue, colors[-1].strip()), f"style.css gives h1 {colors}")
    page = Page(done.text("page.html"))
    expect(page.texts["h1"] == ["Welcome"], f"page.html has the headings {page.texts['h1']}")
    expect("style.css" in page.style_sheets, "page.html does not link to style.css")


def cube(done: FinishedWorkspace) -> None:
    """Right cubes, and tests that notice when either of the two is wrong."""
    values = value_of(done, "powers", "[powers.cube(n) for n in (2, -3, 0, 10, 0.5)]")
    expect(values == [8, -27, 0, 1000, 0.125], f"gives {values}")
    expect_passing(done, "test_powers")
    for number in (2, -3):
        other = f"\n\ndef cube(n):\n    return 1 if n == {number} else n**3\n"
        expect_caught(done, "test_powers", put("powers.py", other, ">>"))


def pets(done: FinishedWorkspace) -> None:
    """The five objects, and the number alone; the table is as it was."""
    rows = [line.split(",") for line in STARTS["pets"]["pets.csv"].split()[1:]]
    wanted = [{"name": name, "kind": kind} for name, kind in rows]
    expect_same(read_json(done, "pets.json"), wanted, "pets.json")
    expect(only_number(done, "dogs.txt") == 3, "dogs.txt does not hold 3")
    expect_untouched(done, "pets", "pets.csv")


def _names(code: str, path: str) -> set[str]:
    """The names that Python code uses, those in comments and texts left out."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(code).readline))
    except (tokenize.TokenError, SyntaxError) as error:
        raise NotDone(f"{path} does not parse: {error}") from error
    return {token.string for token in tokens if token.type == tokenize.NAME}


TWO_STEPS = (
    *(kelvin, adult_age, minutes, timesheet, build_status, team, stock, release),
    *(word_lengths, longest, ranking, backups, function_name, welcome_page, cube, pets),
)
"""The checkers by the ids of their goals."""
