"""Judges of the goals that forms and checks were tuned on; those of the first few are in checkers.py."""

import re

from reading import (
    Page,
    csv_rows,
    expect_same,
    expect_untouched,
    filled_lines,
    headings,
    only_number,
    read_json,
    read_toml,
    read_yaml,
    value_of,
)
from runs_of_tests import expect_caught, expect_passing
from workspace_judge import FinishedWorkspace, expect


def camping(done: FinishedWorkspace) -> None:
    """The heading and three open boxes."""
    text = done.text("packing.md")
    expect([title for _, title in headings(text)] == ["Packing"], "has other headings")
    boxes = re.findall(r"^[-*] \[ \] (\w+)\.?$", text, re.MULTILINE | re.IGNORECASE)
    expect([box.lower() for box in boxes] == ["tent", "stove", "rope"], f"has the boxes {boxes}")


def server_toml(done: FinishedWorkspace) -> None:
    """The table and nothing else."""
    expect_same(
        read_toml(done, "server.toml"), {"server": {"host": "127.0.0.1", "port": 9000}}, "it"
    )


def compose_yaml(done: FinishedWorkspace) -> None:
    """Three keys."""
    wanted = {"app": "orders", "replicas": 3, "regions": ["eu-west", "us-east"]}
    expect_same(read_yaml(done, "deploy.yaml"), wanted, "it")


def products_json(done: FinishedWorkspace) -> None:
    """Two objects, as stated."""
    found = read_json(done, "products.json")
    expect(
        found == [{"name": "lamp", "price": 19.5}, {"name": "desk", "price": 140}], f"is {found}"
    )


def grades_csv(done: FinishedWorkspace) -> None:
    """A header and three rows."""
    rows = csv_rows(done, "grades.csv")
    wanted = [["student", "grade"], ["Lena", "A"], ["Omar", "B"], ["Kim", "C"]]
    expect(rows == wanted, f"holds {rows}")


def weekdays(done: FinishedWorkspace) -> None:
    """Seven names in order."""
    wanted = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    expect(done.lines("days.txt") == wanted, f"holds {done.lines('days.txt')}")


def page(done: FinishedWorkspace) -> None:
    """The title, and the sentence in a paragraph."""
    text = done.text("index.html")
    expect(Page(text).texts["title"] == ["Book Club"], "has another title")
    expect(re.search(r"<p[^>]*>\s*We meet every Friday\.\s*</p>", text), "lacks the paragraph")


def button_css(done: FinishedWorkspace) -> None:
    """One rule with both properties."""
    rule = re.search(r"\.button\s*\{([^}]*)\}", done.text("button.css"))
    expect(rule, "has no such rule")
    body = rule.group(1) if rule else ""
    expect(re.search(r"(?<![-\w])color:\s*(white|#fff(fff)?)\b", body), "the text is not white")
    expect(re.search(r"background(-color)?:\s*(navy|#000080)\b", body), "it is not on navy")


def hello_sh(done: FinishedWorkspace) -> None:
    """The word alone."""
    expect(done.run("sh today.sh").strip() == "ready", "prints something else")


def evens(done: FinishedWorkspace) -> None:
    """Ten lines."""
    expect(done.run("python3 evens.py").split() == [str(n) for n in range(2, 21, 2)], "others")


def factorial(done: FinishedWorkspace) -> None:
    """Also of 0 and 1."""
    found = value_of(done, "factorial", "[factorial.factorial(n) for n in (0, 1, 5, 7)]")
    expect(found == [1, 1, 120, 5040], f"gives {found}")


def vowel_count(done: FinishedWorkspace) -> None:
    """Of both cases."""
    found = value_of(
        done, "vowels", "[vowels.count_vowels(t) for t in ('', 'rhythm', 'AEIOU', 'Banana Split')]"
    )
    expect(found == [0, 0, 5, 4], f"gives {found}")


def leap(done: FinishedWorkspace) -> None:
    """The rule of centuries too."""
    found = value_of(
        done, "calendar_tools", "[calendar_tools.is_leap(y) for y in (1900, 2000, 2023, 2024)]"
    )
    expect(found == [False, True, False, True], f"gives {found}")


def stack(done: FinishedWorkspace) -> None:
    """Last in, first out."""
    found = value_of(
        done,
        "stack",
        "(lambda s: [s.is_empty(), s.push(1), s.push(2), s.pop(), s.pop(), s.is_empty()])(stack.Stack())",
    )
    expect([found[0], *found[3:]] == [True, 2, 1, True], f"gives {found}")


def clamp_tests(done: FinishedWorkspace) -> None:
    """Tests that pass, and notice a mistake."""
    expect_untouched(done, "clamp_tests", "clamp.py")
    expect_passing(done, "test_clamp")
    expect_caught(done, "test_clamp", "sed -i 's/max(low.*/value/' clamp.py")


def rename_log(done: FinishedWorkspace) -> None:
    """Under the new name alone."""
    expect(done.text("report.txt") == "All quiet.\n", "the content is another")
    expect(done.is_missing("report_old.txt"), "the old one is still there")


def move_photo(done: FinishedWorkspace) -> None:
    """In the folder alone."""
    expect(done.text("archive/notes.txt") == "Remember the milk.\n", "the content is another")
    expect(done.is_missing("notes.txt"), "the old one is still there")
    expect_untouched(done, "move_photo", "todo.txt")


def copy_env(done: FinishedWorkspace) -> None:
    """Twice the same."""
    expect_untouched(done, "copy_env", "settings.ini")
    expect(done.text("settings.backup.ini") == done.text("settings.ini"), "is no copy")


def delete_tmp(done: FinishedWorkspace) -> None:
    """Both gone, the other left."""
    expect(done.is_missing("a.tmp") and done.is_missing("b.tmp"), "one is still there")
    expect_untouched(done, "delete_tmp", "keep.txt")


def drop_line(done: FinishedWorkspace) -> None:
    """The others left."""
    expect(done.lines("fruit.txt") == ["apples 3", "cherries 9"], f"{done.lines('fruit.txt')}")


def first_line(done: FinishedWorkspace) -> None:
    """Above what was there."""
    wanted = ["# Garden plan", "Beans along the fence.", "Peas by the door."]
    expect(filled_lines(done.text("plan.md")) == wanted, f"{done.lines('plan.md')}")


def typo(done: FinishedWorkspace) -> None:
    """One word."""
    wanted = ["Hello!", "You will receive a letter soon.", "Goodbye."]
    expect(done.lines("welcome.txt") == wanted, f"{done.lines('welcome.txt')}")


def yaml_value(done: FinishedWorkspace) -> None:
    """One value."""
    expect_same(
        read_yaml(done, "pool.yaml"), {"name": "crawler", "workers": 8, "queue": "fast"}, "it"
    )


def json_key(done: FinishedWorkspace) -> None:
    """One more key."""
    wanted = {"name": "kettle", "version": "0.3.1", "license": "MIT"}
    expect_same(read_json(done, "meta.json"), wanted, "it")


def csv_row(done: FinishedWorkspace) -> None:
    """One more row."""
    rows = csv_rows(done, "people.csv")
    expect(rows == [["name", "age"], ["Ida", "33"], ["Sven", "27"], ["Tom", "41"]], f"{rows}")


def csv_sum(done: FinishedWorkspace) -> None:
    """The number alone."""
    expect(only_number(done, "total.txt") == 40, f"holds {done.text('total.txt')!r}")


def longest_word(done: FinishedWorkspace) -> None:
    """The word alone."""
    expect(done.text("longest.txt").strip() == "pomegranate", f"{done.text('longest.txt')!r}")


def unique_tags(done: FinishedWorkspace) -> None:
    """Three lines."""
    expect(done.lines("unique.txt") == ["blue", "green", "red"], f"{done.lines('unique.txt')}")


def upper_case(done: FinishedWorkspace) -> None:
    """Both lines."""
    expect(done.lines("loud.txt") == ["SOFT RAIN", "ON A TIN ROOF"], f"{done.lines('loud.txt')}")
    expect_untouched(done, "upper_case", "poem.txt")


def csv_to_json(done: FinishedWorkspace) -> None:
    """Two objects."""
    wanted = [{"city": "Oslo", "country": "Norway"}, {"city": "Lima", "country": "Peru"}]
    expect_same(read_json(done, "cities.json"), wanted, "it")


def sort_bug(done: FinishedWorkspace) -> None:
    """The highest, and the other function as before."""
    found = value_of(done, "scores", "[scores.top([3, 9, 5]), scores.top([1]), scores.count([1])]")
    expect(found == [9, 1, 1], f"gives {found}")


def rename_function(done: FinishedWorkspace) -> None:
    """Defined and called by its new name."""
    expect("calc(" not in done.text("shapes.py"), "the old name is still there")
    expect(done.run("python3 shapes.py").strip() == "6", "prints something else")
    expect(value_of(done, "shapes", "shapes.compute_area(4, 5)") == 20, "gives something else")


def add_function(done: FinishedWorkspace) -> None:
    """Both functions."""
    found = value_of(done, "maths", "[maths.add(2, 3), maths.subtract(7, 4)]")
    expect(found == [5, 3], f"gives {found}")


def gitignore(done: FinishedWorkspace) -> None:
    """Both patterns."""
    lines = [line.rstrip("/") for line in done.lines(".gitignore")]
    expect("__pycache__" in lines and "*.log" in lines, f"holds {lines}")


def times_seven(done: FinishedWorkspace) -> None:
    """Ten lines of that form."""
    printed = [line.strip() for line in done.run("python3 seven.py").splitlines() if line.strip()]
    wanted = [f"7 x {n} = {7 * n}" for n in range(1, 11)]
    expect(printed == wanted, f"printed {printed[:3]}")


def two_greet(done: FinishedWorkspace) -> None:
    """The names, and a script that follows them."""
    expect(done.lines("names.txt") == ["Ada", "Bo", "Cy"], f"holds {done.lines('names.txt')}")
    printed = filled_lines(done.run("echo Di >> names.txt && python3 greet_all.py"))
    found = [re.sub(r"[,!.]", "", line) for line in printed]
    expect(found[-1:] == ["Hello Di"] and found[:1] == ["Hello Ada"], f"printed {printed}")


def two_backup(done: FinishedWorkspace) -> None:
    """Under the other name alone."""
    expect(done.lines("backup.txt") == ["1", "2", "3"], "the copy is another")
    expect(done.is_missing("data.txt"), "data.txt is still there")


def two_count(done: FinishedWorkspace) -> None:
    """The number before the line was added."""
    expect(only_number(done, "count.txt") == 3, "another number")
    expect(done.lines("log.txt") == ["start", "stop", "start", "counted"], "another log")


def two_module(done: FinishedWorkspace) -> None:
    """Zero Celsius in Kelvin."""
    found = value_of(done, "temperature", "temperature.to_kelvin(0)")
    expect(found == 273.15, f"gives {found}")
    expect(done.run("python3 main.py").strip().endswith("273.15"), "prints something else")
    expect("import" in done.text("main.py"), "main.py does not import it")


def two_json(done: FinishedWorkspace) -> None:
    """Three keys."""
    wanted = {"name": "Mia", "age": 30, "email": "mia@example.org"}
    expect_same(read_json(done, "user.json"), wanted, "it")


TUNING_LATER = (
    *(camping, server_toml, compose_yaml, products_json, grades_csv, weekdays, page, button_css),
    *(hello_sh, evens, factorial, vowel_count, leap, stack, clamp_tests, rename_log, move_photo),
    *(copy_env, delete_tmp, drop_line, first_line, typo, yaml_value, json_key, csv_row, csv_sum),
    *(longest_word, unique_tags, upper_case, csv_to_json, sort_bug, rename_function),
    *(add_function, gitignore, times_seven),
    *(two_greet, two_backup, two_count, two_module, two_json),
)
"""Their checkers."""
