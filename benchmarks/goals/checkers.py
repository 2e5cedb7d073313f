"""Judges of the goals: one function for each id, stricter than what Loom checks itself.

Each takes the finished workspace and raises ``NotDone`` with the reason. None trusts a report.
"""

import json
import re
from collections.abc import Callable

from held_out_code import CODE
from held_out_data import DATA
from held_out_files import FILES
from held_out_two_steps import TWO_STEPS
from reading import csv_rows, read_ini, read_json, read_toml
from seen_checkers import SEEN_LATER
from tuning_checkers import TUNING_LATER
from workspace_judge import FinishedWorkspace, NotDone, expect


def squares(done: FinishedWorkspace) -> None:
    """The ten squares, one per line, and nothing else."""
    printed = done.run("python3 squares.py").split("\n")
    expect(
        [line.strip() for line in printed if line.strip()] == [str(n * n) for n in range(1, 11)],
        f"printed {printed[:12]}",
    )


def app_config(done: FinishedWorkspace) -> None:
    """Exactly the three keys with values of the right types."""
    config = read_json(done, "app.json")
    expect(config == {"name": "orchard", "port": 8080, "debug": False}, f"is {config}")
    expect(type(config["port"]) is int and config["debug"] is False, "has values of wrong types")


def shopping_line(done: FinishedWorkspace) -> None:
    """The old lines and the new one."""
    lines = done.lines("shopping.txt")
    expect(lines == ["eggs", "flour", "olive oil"], f"holds {lines}")


def average_bug(done: FinishedWorkspace) -> None:
    """Right averages, and the other function still works."""
    values = done.evaluate(
        "stats",
        "[stats.average([1, 2, 3]), stats.average([10]), stats.average([1, 2]), stats.largest([3, 9])]",
    )
    expect(values in {"[2.0, 10.0, 1.5, 9]", "[2, 10, 1.5, 9]"}, f"gives {values}")


def max_connections(done: FinishedWorkspace) -> None:
    """The one value changed, nothing else."""
    settings = read_toml(done, "service.toml")
    expect(
        settings == {"name": "relay", "max_connections": 250, "log": {"level": "info"}},
        f"is {settings}",
    )


def slugify(done: FinishedWorkspace) -> None:
    """Lower case and hyphens."""
    values = done.evaluate(
        "text_tools", '[text_tools.slugify("Hello Big World"), text_tools.slugify("One")]'
    )
    expect(values == "['hello-big-world', 'one']", f"gives {values}")


def planets(done: FinishedWorkspace) -> None:
    """Header and three rows, read as CSV."""
    rows = csv_rows(done, "planets.csv")
    expect(
        rows == [["name", "moons"], ["Earth", "1"], ["Mars", "2"], ["Jupiter", "95"]],
        f"holds {rows}",
    )


def error_count(done: FinishedWorkspace) -> None:
    """The number alone; the log is as it was."""
    expect(done.text("error_count.txt").strip() == "4", f"holds {done.text('error_count.txt')!r}")
    expect(len(re.findall("ERROR", done.text("access.log"))) == 4, "access.log was changed")


def guide(done: FinishedWorkspace) -> None:
    """One top-level heading, then three bullets in the order asked for."""
    lines = [line for line in done.lines("GUIDE.md") if line.strip()]
    expect(lines and re.fullmatch(r"#\s+Getting Started\s*", lines[0]), f"begins with {lines[:1]}")
    bullets = [line.lower() for line in lines if re.match(r"\s*[-*+]\s", line)]
    expect(len(bullets) == 3, f"has {len(bullets)} bullets")
    for bullet, word in zip(bullets, ("install", "configure", "run"), strict=True):
        expect(word in bullet, f"the bullet {bullet!r} does not say {word}")


def celsius(done: FinishedWorkspace) -> None:
    """Three known temperatures."""
    values = done.evaluate("convert", "[round(convert.c_to_f(c), 6) for c in (0, 100, -40, 36.6)]")
    found = [float(value) for value in json.loads(values)]
    expect(found == [32.0, 212.0, -40.0, 97.88], f"gives {values}")


def spelling(done: FinishedWorkspace) -> None:
    """Every occurrence replaced, and nothing else changed."""
    wanted = [
        "Pick one color for headings.",
        "Every other color comes from the palette.",
        "Print in black when no color is at hand.",
    ]
    lines = [line for line in done.lines("style_guide.txt") if line]
    expect(lines == wanted, f"holds {lines}")


def sorted_names(done: FinishedWorkspace) -> None:
    """The names in order; the input is as it was."""
    expect(
        done.lines("sorted_names.txt") == ["Ada", "Bea", "Kurt", "Mona", "Zeno"],
        f"holds {done.lines('sorted_names.txt')}",
    )
    expect(
        done.lines("names.txt") == ["Mona", "Ada", "Zeno", "Kurt", "Bea"], "names.txt was changed"
    )


def total(done: FinishedWorkspace) -> None:
    """The number, with whatever words around it, and no other number that could be meant."""
    printed = done.run("python3 total.py")
    numbers = re.findall(r"\d+", printed)
    expect(numbers and numbers[-1] == "5050", f"printed {printed!r}")


def farewell(done: FinishedWorkspace) -> None:
    """The words and nothing else."""
    printed = done.run("python3 bye.py").strip()
    expect(printed == "See you soon!", f"printed {printed!r}")


def inventory(done: FinishedWorkspace) -> None:
    """Three items, and their total follows the file."""
    items = read_json(done, "inventory.json")
    if isinstance(items, dict) and len(items) == 1:
        items = next(iter(items.values()))
    expect(isinstance(items, list) and len(items) == 3, f"holds {items}")
    expect(
        all(isinstance(item, dict) and {"name", "quantity"} <= set(item) for item in items),
        "an item lacks a name or a quantity",
    )
    printed = done.run("python3 report.py")
    wanted = str(sum(item["quantity"] for item in items))
    expect(re.findall(r"\d+", printed)[-1:] == [wanted], f"printed {printed!r}, not {wanted}")


def temperatures(done: FinishedWorkspace) -> None:
    """The average in both files."""
    number = done.text("average.txt").strip()
    expect(re.fullmatch(r"16(\.0+)?", number), f"average.txt holds {number!r}")
    expect(
        re.search(r"(?<![\d.])16(\.0+)?(?![\d])", done.text("summary.md")),
        "summary.md does not mention 16",
    )


def rectangle(done: FinishedWorkspace) -> None:
    """The function for other numbers too, and the script that uses it."""
    values = done.evaluate("geometry", "[geometry.area(2, 3), geometry.area(5, 5)]")
    expect(values == "[6, 25]", f"gives {values}")
    printed = done.run("python3 show_area.py")
    expect(re.findall(r"\d+", printed)[-1:] == ["42"], f"printed {printed!r}")
    expect("geometry" in done.text("show_area.py"), "show_area.py does not import geometry")


def final_draft(done: FinishedWorkspace) -> None:
    """The old name is gone, the content kept, the line added."""
    expect(done.is_missing("draft.txt"), "draft.txt is still there")
    lines = done.lines("final.txt")
    expect(lines == ["Chapter one.", "Chapter two.", "Reviewed"], f"holds {lines}")


def discount(done: FinishedWorkspace) -> None:
    """The right price, and a test that passes now and fails on the old code."""
    values = done.evaluate(
        "discount", "[float(discount.price_after(p, d)) for p, d in ((50, 20), (80, 50), (10, 0))]"
    )
    expect(values == "[40.0, 40.0, 10.0]", f"gives {values}")
    test = done.text("test_discount.py")
    expect("assert" in test, "test_discount.py asserts nothing")
    run_tests = (
        'python3 -c "import test_discount as t; '
        "[f() for n, f in vars(t).items() if n.startswith('test') and callable(f)]\""
    )
    done.run(run_tests)
    broken = (
        "printf 'def price_after(price, percent):\\n    return price - percent\\n' > discount.py"
    )
    try:
        done.run(f"{broken} && {run_tests}")
    except NotDone:
        return
    raise NotDone("test_discount.py passes on the old code too")


def database_port(done: FinishedWorkspace) -> None:
    """The settings, and a script that follows them."""
    settings = read_toml(done, "config.toml")
    expect(settings == {"database": {"host": "localhost", "port": 5432}}, f"is {settings}")
    expect(done.run("python3 read_config.py").strip().endswith("5432"), "does not print 5432")
    printed = done.run("sed -i s/5432/6543/ config.toml && python3 read_config.py").strip()
    expect(printed.endswith("6543"), "read_config.py does not read the file")


def morning(done: FinishedWorkspace) -> None:
    """The words and nothing else."""
    printed = done.run("python3 greet.py").strip()
    expect(printed == "Good morning, world", f"printed {printed!r}")


def colors(done: FinishedWorkspace) -> None:
    """The list in order."""
    found = read_json(done, "colors.json")
    expect(found == ["red", "green", "blue"], f"is {found}")


def todo_item(done: FinishedWorkspace) -> None:
    """The old line and the new one."""
    lines = done.lines("todo.txt")
    expect(lines == ["water the plants", "call the plumber"], f"holds {lines}")


def even_bug(done: FinishedWorkspace) -> None:
    """Right answers as booleans."""
    values = done.evaluate("parity", "[parity.is_even(n) for n in (0, 1, 2, 7, -4)]")
    expect(values == "[True, False, True, False, True]", f"gives {values}")


def timeout_setting(done: FinishedWorkspace) -> None:
    """The one value changed, nothing else."""
    found = read_ini(done, "client.ini")
    expect(found == {"http": {"timeout": "90", "retries": "2"}}, f"is {found}")


def reverse(done: FinishedWorkspace) -> None:
    """Words, not letters."""
    values = done.evaluate(
        "strings", '[strings.reverse_words("one two three"), strings.reverse_words("a")]'
    )
    expect(values == "['three two one', 'a']", f"gives {values}")


def word_count(done: FinishedWorkspace) -> None:
    """The number alone."""
    expect(done.text("words.txt").strip() == "12", f"holds {done.text('words.txt')!r}")


def letters(done: FinishedWorkspace) -> None:
    """The letters, and a script that follows them."""
    expect(done.lines("letters.txt") == list("abcde"), f"holds {done.lines('letters.txt')}")
    for change, wanted in (("true", "5"), ("printf 'x\\ny\\n' > letters.txt", "2")):
        printed = done.run(f"{change} && python3 count_letters.py")
        expect(re.findall(r"\d+", printed)[-1:] == [wanted], f"printed {printed!r}, not {wanted}")


CHECKERS: dict[str, Callable[[FinishedWorkspace], None]] = {
    checker.__name__: checker
    for checker in (
        *(squares, app_config, shopping_line, average_bug, max_connections, slugify, planets),
        *(error_count, guide, celsius, spelling, sorted_names, total, farewell),
        *SEEN_LATER,
        *(inventory, temperatures, rectangle, final_draft, discount, database_port),
        *(morning, colors, todo_item, even_bug, timeout_setting, reverse, word_count, letters),
        *(*FILES, *CODE, *DATA, *TWO_STEPS, *TUNING_LATER),
    )
}
"""The checker of each goal by the goal's id."""
