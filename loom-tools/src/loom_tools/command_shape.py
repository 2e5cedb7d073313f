"""What a shell command may be allowed for its shape: only ever to ask less, never to refuse.

No list of bad words decides anything. A command that is not understood to the last word is asked
about where nothing confines it, and an answer to it covers nothing else.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from loom_core.workspace import holds_secrets
from loom_tools.command_words import literal_commands

_LOOKING: dict[str, str] = {
    "basename": "",
    "cat": "nAbsETv",
    "dirname": "",
    "grep": "niIlLcwxvEFHhoqs",
    "head": "nqvc",
    "ls": "alhtrS1dFi",
    "pwd": "",
    "tail": "nqvc",
    "wc": "lwcmL",
}
"""Programs that do nothing but look at the files they are given, with the letters of those of their
options that neither write, run, wait, follow links into the unknown nor read below a directory."""

_BEGINNINGS: dict[str, int] = {
    "cargo": 2,
    "git": 2,
    "go": 2,
    "make": 2,
    "mypy": 1,
    "npm": 2,
    "pyright": 1,
    "pytest": 1,
    "ruff": 2,
    "tox": 1,
    "uv": 2,
}
"""Programs of which a person may allow all commands that begin the same, and how many words that is."""
_TAKES_A_COMMAND = frozenset({("npm", "exec"), ("uv", "run"), ("npm", "run"), ("go", "run")})
"""Beginnings behind which anything may follow."""


def only_looks(command: str, root: Path) -> bool:
    """Whether all of a command is understood, and it can do nothing but look at the workspace.

    Args:
        command: the command line.
        root: the workspace, in which it would run.
    """
    commands = literal_commands(command)
    if not commands or not _is_search_path_safe(root):
        return False
    return all(_is_look(words, root) for words in commands)


def beginning_of(command: str, root: Path) -> str:
    """How a command begins, if all that begin so and stay in the workspace are alike; else empty.

    Only one simple command of literal words has a beginning: ``git status; rm x`` has none.
    """
    commands = literal_commands(command)
    if commands is None or len(commands) != 1:
        return ""
    words = commands[0]
    length = _BEGINNINGS.get(words[0], 0)
    beginning = words[:length]
    if not length or len(words) < length or tuple(beginning) in _TAKES_A_COMMAND:
        return ""
    if any(not word.replace("-", "").isalnum() or word[0] == "-" for word in beginning):
        return ""
    is_inside = all(_is_inside(part, root) for word in words[length:] for part in _parts(word))
    return " ".join(beginning) if is_inside else ""


def _parts(word: str) -> list[str]:
    """A word, or what may be a path in an option: ``--file=x``, ``-fx``."""
    if not word.startswith("-"):
        return [word]
    return [part for part in (*word.split("=")[1:], word[2:]) if part]


def _is_look(words: Sequence[str], root: Path) -> bool:
    """Whether a simple command only looks at files of the workspace that hold no secrets."""
    letters = _LOOKING.get(words[0])
    if letters is None:
        return False
    for word in words[1:]:
        if word.startswith("-"):
            if not _is_known_option(word, letters):
                return False
        elif not _is_inside(word, root):
            return False
    return True


def _is_known_option(word: str, letters: str) -> bool:
    """Whether a word is a group of one-letter options that are all known, perhaps with a number."""
    options = word[1:].rstrip("0123456789")
    return bool(word[1:]) and set(options) <= set(letters)


def _is_inside(word: str, root: Path) -> bool:
    """Whether a word, taken as a path, leads into the workspace and to no secret; links are followed."""
    real = Path(os.path.realpath(root / word))
    return real.is_relative_to(os.path.realpath(root)) and not (
        holds_secrets(word) or holds_secrets(real.name)
    )


def _is_search_path_safe(root: Path) -> bool:
    """Whether every program is found outside the workspace, where nobody could plant it."""
    real_root = Path(os.path.realpath(root))
    directories = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return all(
        directory.startswith("/") and not Path(directory).resolve().is_relative_to(real_root)
        for directory in directories
    )
