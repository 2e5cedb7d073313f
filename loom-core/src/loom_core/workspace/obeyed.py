"""What the settings of a repository have git obey although it lies among the files of a workspace.

Hooks may be kept in the work tree (``core.hooksPath``), and settings too (``include.path``): whoever
writes there has something run when a person calls git.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from loom_core.workspace.remembered import remember

Contents = dict[Path, bytes]
"""Kind, mode and content of files, by path."""

_MAX_BYTES = 1024 * 1024
_MOST_FILES = 50
"""Files of settings that are read for one repository, those that others include among them."""
_SECTION = re.compile(r"\s*\[\s*([\w.-]+)")
_VALUE = re.compile(r'\s*(?:\[(?:[^"\]]|"[^"]*")*\])?\s*(\w+)\s*=\s*(.*)')
_COMMENT = re.compile(r"\s+[#;]|\s*$")
_HOOKS = ("core", "hookspath")
_INCLUDED = frozenset({("include", "path"), ("includeif", "path")})
_OF_THE_USER = ("~/.config/git/config", "~/.gitconfig")


def obeyed_paths(root: Path, repositories: Iterable[Path]) -> list[Path]:
    """The paths inside of a workspace that these repositories obey, there or not, by path.

    Args:
        root: the workspace, by its real path.
        repositories: paths of ``.git``, be they directories or files that lead to one.
    """
    found: set[Path] = set()
    for git in repositories:
        named = (Path(os.path.normpath(path)) for path in _named(git))
        found.update(path for path in named if path != root and path.is_relative_to(root))
    return sorted(path for path in found if ".git" not in path.relative_to(root).parts)


def contents_of(root: Path, path: Path) -> Contents:
    """What is at a path that git obeys: its files, or the link by which it leads elsewhere.

    Raises:
        OSError: it is there and cannot be looked at.
    """
    above = [one for one in path.parents if one.is_relative_to(root)]
    link = next((one for one in [*reversed(above), path] if one.is_symlink()), path)
    return {
        one / name: state
        for one, was in remember(root, [link]).items()
        for name, state in was.files.items()
    }


def is_obeyed(root: Path, relative: str) -> bool:
    """Whether a repository around a path obeys it, or what lies above or below it."""
    path = root / relative
    above = [one for one in path.parents if one.is_relative_to(root)]
    repositories = [git for one in above if os.path.lexists(git := one / ".git")]
    return any(
        path.is_relative_to(one) or one.is_relative_to(path)
        for one in obeyed_paths(root, repositories)
    )


def _named(git: Path) -> Iterator[Path]:
    """The paths that the settings of a repository and of its user name, as git finds them."""
    waiting = [*_settings_files(git), *(Path(_expanded(name)) for name in _OF_THE_USER)]
    for settings in waiting:  # grows by what they include
        for setting, value in _values(settings):
            if setting == _HOOKS:
                yield git.parent / _expanded(value)
            elif setting in _INCLUDED:
                included = settings.parent / _expanded(value)
                yield included
                if len(waiting) < _MOST_FILES:
                    waiting.append(included)


def _expanded(path: str) -> str:
    """A path that may begin with somebody's home; as it is when nobody knows that user."""
    return os.path.expanduser(path)  # noqa: PTH111 - a Path raises for a user that nobody knows


def _values(settings: Path) -> Iterator[tuple[tuple[str, str], str]]:
    """Section and key of each setting in a file, in small letters, with its value."""
    section = ""
    for line in _text(settings).replace("\\\n", "").splitlines():
        if opened := _SECTION.match(line):
            section = opened.group(1).partition(".")[0].lower()
        if given := _VALUE.match(line):
            value = _COMMENT.split(given.group(2))[0].strip('"')
            if value:
                yield (section, given.group(1).lower()), value


def _settings_files(git: Path) -> list[Path]:
    """The settings files of a repository, those of a linked work tree too."""
    directory = git
    if git.is_file():
        _, _, target = _text(git).partition("gitdir:")
        directory = git.parent / target.strip()
    shared = _text(directory / "commondir").strip()
    return [directory / shared / "config", directory / "config.worktree"]


def _text(path: Path) -> str:
    """The text of a small file; nothing where there is none."""
    try:
        if not path.is_file() or path.stat().st_size > _MAX_BYTES:
            return ""
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
