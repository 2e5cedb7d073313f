"""How checkers read what a run left behind, each way raising ``NotDone`` when it cannot be read."""

import ast
import configparser
import csv
import json
import re
import shlex
import tomllib
from html.parser import HTMLParser
from typing import Any

import yaml
from goal_list import SETS, load_goals
from workspace_judge import FinishedWorkspace, NotDone, expect


def read_json(done: FinishedWorkspace, path: str) -> Any:
    """A JSON file's value."""
    try:
        return json.loads(done.text(path))
    except ValueError as error:
        raise NotDone(f"{path} does not parse: {error}") from error


def read_toml(done: FinishedWorkspace, path: str) -> dict[str, Any]:
    """A TOML file's table."""
    try:
        return tomllib.loads(done.text(path))
    except ValueError as error:
        raise NotDone(f"{path} does not parse: {error}") from error


def read_yaml(done: FinishedWorkspace, path: str) -> object:
    """A YAML file's value."""
    try:
        return yaml.safe_load(done.text(path))
    except yaml.YAMLError as error:
        raise NotDone(f"{path} does not parse: {error}") from error


def read_ini(done: FinishedWorkspace, path: str) -> dict[str, dict[str, str]]:
    """The values of an INI file by section and key."""
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(done.text(path))
    except configparser.Error as error:
        raise NotDone(f"{path} does not parse: {error}") from error
    return {section: dict(parser[section]) for section in parser.sections()}


def csv_rows(done: FinishedWorkspace, path: str) -> list[list[str]]:
    """The cells of a CSV file by rows, without white space around them and without empty rows."""
    try:
        return [[cell.strip() for cell in row] for row in csv.reader(done.lines(path)) if row]
    except csv.Error as error:
        raise NotDone(f"{path} does not parse: {error}") from error


def filled_lines(text: str) -> list[str]:
    """The lines that are not empty, without white space at their ends."""
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def numbers(text: str) -> list[float]:
    """All numbers that stand in a text."""
    return [
        float(found) for found in re.findall(r"(?<![A-Za-z0-9.])-?\d+(?:\.\d+)?(?!\d|\.\d)", text)
    ]


def only_number(done: FinishedWorkspace, path: str) -> float:
    """The number that is all a file holds."""
    held = done.text(path).strip()
    expect(re.fullmatch(r"-?\d+(\.\d*)?", held), f"{path} holds {held!r} instead of a number")
    return float(held)


def headings(text: str) -> list[tuple[int, str]]:
    """The headings of a Markdown text with their levels, in either notation."""
    found = re.findall(
        r"^ {0,3}(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$|^(\S.*)\n(=+|-+)[ \t]*$", text, re.MULTILINE
    )
    return [
        (len(marks), title) if marks else (1 if line.startswith("=") else 2, under.strip())
        for marks, title, under, line in found
    ]


def value_of(done: FinishedWorkspace, module: str, expression: str) -> Any:
    """The plain value of an expression over a module of the workspace."""
    printed = done.evaluate(module, expression)
    try:
        return ast.literal_eval(printed)
    except (ValueError, SyntaxError) as error:
        raise NotDone(f"{expression} gives {printed}") from error


def printed_lines(done: FinishedWorkspace, script: str) -> list[str]:
    """The lines that a script prints, without empty ones."""
    printed = done.run(f"python3 {script}").splitlines()
    return [line.strip() for line in printed if line.strip()]


def expect_same(found: object, wanted: object, what: str) -> None:
    """Raise unless two JSON-like values agree also in their types: 1, 1.0 and true are three things."""
    try:
        agree = json.dumps(found, sort_keys=True) == json.dumps(wanted, sort_keys=True)
    except (TypeError, ValueError):
        agree = False
    expect(agree, f"{what} is {found!r}")


def expect_untouched(done: FinishedWorkspace, goal_id: str, *paths: str) -> None:
    """Raise unless files are as the goal put them there."""
    for path in paths:
        expect(done.text(path) == STARTS[goal_id][path], f"{path} was changed")


def put(path: str, content: str, how: str = ">") -> str:
    """A shell command that writes a file, or appends to it with ``>>``."""
    return f"printf %s {shlex.quote(content)} {how} {shlex.quote(path)}"


class Page(HTMLParser):
    """The texts of an HTML page by tag, and the style sheets that it links to."""

    def __init__(self, text: str) -> None:
        """Read the page."""
        super().__init__()
        self.texts: dict[str, list[str]] = {"title": [], "h1": []}
        self.style_sheets: list[str] = []
        self._open: set[str] = set()
        try:
            self.feed(text)
            self.close()
        except AssertionError as error:  # its only complaint, about broken declarations
            raise NotDone(f"the page does not parse: {error}") from error

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a text, or note a style sheet."""
        found = dict(attrs)
        if tag in self.texts:
            self._open.add(tag)
            self.texts[tag].append("")
        elif tag == "link" and "stylesheet" in (found.get("rel") or "").lower().split():
            self.style_sheets.append((found.get("href") or "").removeprefix("./"))

    def handle_endtag(self, tag: str) -> None:
        """End a text, its white space put right."""
        if tag in self._open:
            self._open.remove(tag)
            self.texts[tag][-1] = " ".join(self.texts[tag][-1].split())

    def handle_data(self, data: str) -> None:
        """Add to the texts that are open."""
        for tag in self._open:
            self.texts[tag][-1] += data


STARTS = {goal.id: goal.files for name in SETS for goal in load_goals(name)}
"""What the workspace of each goal holds at the start."""
