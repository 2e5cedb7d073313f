"""What the settings of a repository have git obey although it lies among the files of a workspace.

Hooks may be kept in the work tree (``core.hooksPath``), and settings too (``include.path``): whoever
writes there has something run when a person calls git.
"""

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

_MAX_BYTES = 1024 * 1024
_SECTION = re.compile(r"\s*\[\s*([\w.-]+)")
_VALUE = re.compile(r"(?:.*\])?\s*(\w+)\s*=\s*(.*)")
_COMMENT = re.compile(r"\s+[#;]|\s*$")
_PATHS = frozenset({("core", "hookspath"), ("include", "path"), ("includeif", "path")})


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


def is_obeyed(root: Path, relative: str) -> bool:
    """Whether the workspace's own repository obeys a path, or what lies above or below it."""
    path = root / relative
    return any(
        path.is_relative_to(one) or one.is_relative_to(path)
        for one in obeyed_paths(root, [root / ".git"])
    )


def _named(git: Path) -> Iterator[Path]:
    """The paths that a repository's settings name, as git finds them."""
    for settings in _settings_files(git):
        section = ""
        for line in _text(settings).splitlines():
            if opened := _SECTION.match(line):
                section = opened.group(1).partition(".")[0].lower()
            if not (given := _VALUE.match(line)):
                continue
            key, value = given.group(1).lower(), _COMMENT.split(given.group(2))[0].strip('"')
            if value and not value.startswith("~") and (section, key) in _PATHS:
                yield (git.parent if section == "core" else settings.parent) / value


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
