"""Judges of the held-out goals of one step that ask for Python code, by running it."""

from reading import printed_lines, value_of
from workspace_judge import FinishedWorkspace, expect


def primes(done: FinishedWorkspace) -> None:
    """The ten primes, one per line."""
    printed = printed_lines(done, "primes.py")
    expect(
        printed == ["2", "3", "5", "7", "11", "13", "17", "19", "23", "29"],
        f"printed {printed[:12]}",
    )


def clamp(done: FinishedWorkspace) -> None:
    """Below, above, between and at the limits."""
    calls = [(5, 1, 10), (-3, 0, 10), (99, 0, 10), (0.5, 0, 1), (10, 0, 10), (-8, -5, -2)]
    values = value_of(done, "limits", f"[limits.clamp(*c) for c in {calls}]")
    expect(values == [5, 0, 10, 0.5, 10, -5], f"gives {values}")


def vowels(done: FinishedWorkspace) -> None:
    """Small letters and capitals, every one counted."""
    texts = ["banana", "AEIOU", "rhythm", "", "Education is it"]
    values = value_of(done, "vowels", f"[vowels.count_vowels(t) for t in {texts}]")
    expect(values == [3, 5, 0, 0, 7], f"gives {values}")


def unique_items(done: FinishedWorkspace) -> None:
    """Lists in the order of first appearance, whatever the items; the argument stays."""
    lists = [[3, 1, 3, 2, 1], ["pear", "fig", "pear", "kiwi"], [], [90, -5, 90]]
    values = value_of(done, "lists", f"[lists.unique(items) for items in {lists}]")
    wanted = [[3, 1, 2], ["pear", "fig", "kiwi"], [], [90, -5]]
    expect(values == wanted, f"gives {values}")
    kept = value_of(done, "lists", "(lambda items: [lists.unique(items), items][1])([2, 2])")
    expect(kept == [2, 2], "changes its argument")


def safe_divide(done: FinishedWorkspace) -> None:
    """True division, and None for every zero."""
    calls = [(7, 2), (9, 3), (-1, 4), (0, 5), (1, 0), (0, 0), (2.5, 0.0)]
    values = value_of(done, "division", f"[division.safe_divide(*c) for c in {calls}]")
    expect(values == [3.5, 3, -0.25, 0, None, None, None], f"gives {values}")


def last_item(done: FinishedWorkspace) -> None:
    """The last element of lists of all lengths, and the other function still works."""
    expression = (
        "[items.last([1, 2, 3]), items.last(['a']), items.last([7, 0]), items.first([4, 5])]"
    )
    values = value_of(done, "items", expression)
    expect(values == [3, "a", 0, 4], f"gives {values}")


def largest_bug(done: FinishedWorkspace) -> None:
    """Negative, mixed and single numbers, in every place."""
    lists = [[-5, -2, -9], [3, 9, 4], [-1, 0], [-7], [-1, -8], [-8.5, -1.5]]
    values = value_of(done, "biggest", f"[biggest.largest(numbers) for numbers in {lists}]")
    expect(values == [-2, 9, 0, -7, -1, -1.5], f"gives {values}")


def initials(done: FinishedWorkspace) -> None:
    """One letter for each name, however many there are."""
    names = ["Grace Brewster Hopper", "Ada Lovelace", "Cher", "Ana Luz Rey Paz"]
    values = value_of(done, "initials", f"[initials.initials(name) for name in {names}]")
    expect(values == ["GBH", "AL", "C", "ALRP"], f"gives {values}")


def savings_jar(done: FinishedWorkspace) -> None:
    """The twelve amounts and nothing else."""
    printed = printed_lines(done, "jar.py")
    expect(printed == [str(50 * n) for n in range(1, 13)], f"printed {printed[:14]}")


CODE = (
    *(primes, clamp, vowels, unique_items, safe_divide, last_item, largest_bug),
    *(initials, savings_jar),
)
"""The checkers by the ids of their goals."""
