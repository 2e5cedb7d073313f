"""What makes git, or another such system, run programs: the files of a repository that are no data."""

import contextlib
import os
import re
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from loom_core.workspace.protected import OTHER_REPOSITORIES

MAX_CONTROL_BYTES = 1024 * 1024
"""Of one file that controls git; what is larger counts as hostile."""
_LONGEST_PATH = 2048
"""Well below what the system takes, so that everything found here can also be looked at."""

_DATA = frozenset(
    {
        "AUTO_MERGE",
        "BISECT_ANCESTORS_OK",
        "BISECT_EXPECTED_REV",
        "BISECT_LOG",
        "BISECT_NAMES",
        "BISECT_START",
        "BISECT_TERMS",
        "CHERRY_PICK_HEAD",
        "COMMIT_EDITMSG",
        "FETCH_HEAD",
        "HEAD",
        "MERGE_AUTOSTASH",
        "MERGE_HEAD",
        "MERGE_MODE",
        "MERGE_MSG",
        "MERGE_RR",
        "ORIG_HEAD",
        "REBASE_HEAD",
        "REVERT_HEAD",
        "SQUASH_MSG",
        "description",
        "index",
        "logs",
        "objects",
        "packed-refs",
        "refs",
        "rr-cache",
        "sequencer",
        "shallow",
    }
)
"""Names in a git directory that cannot make git run anything."""

SHAPE = frozenset({"HEAD", "commondir", "objects", "refs"})
"""Names by which git knows a directory for a repository, in one of two ways."""

_HARMLESS_LINE = re.compile(
    r"""\s*(?:
        \#.* | ;.*
      | \[core\] | \[extensions\] | \[init\] | \[user\]
      | \[(?:remote|branch)\ "[\w./-]+"\]
      | repositoryformatversion\ =\ [01]
      | (?:filemode|bare|logallrefupdates|ignorecase|precomposeunicode|symlinks)\ =\ (?:true|false)
      | objectformat\ =\ sha(?:1|256) | defaultbranch\ =\ [\w./-]+
      | name\ =\ [\w .-]+ | email\ =\ [\w.+@-]+
      | url\ =\ (?:https?://|ssh://|git@|file://|[./])[\w.:/@~+-]+
      | fetch\ =\ \+?refs/[\w./*-]+:refs/[\w./*-]+ | remote\ =\ [\w./-]+ | merge\ =\ refs/[\w./-]+
    )?\s*""",
    re.VERBOSE,
)


def has_shape_of_repository(names: frozenset[str]) -> bool:
    """Whether a directory with these names is one that git takes for a repository.

    It has its own objects, or says in ``commondir`` where they and its settings are.
    """
    return "HEAD" in names and ("commondir" in names or names >= {"objects", "refs"})


def is_in_repository(root: Path, relative: str) -> bool:
    """Whether a path lies in a directory that git takes for a repository, or makes one of it.

    Such a directory may be the workspace itself, a bare repository, or any below it: who goes there
    and calls git runs what its settings say. Work trees do not count, whose ``.git`` is protected.
    """
    directory = root
    for part in relative.split("/"):
        names = {
            name
            for name in SHAPE
            if part.casefold() == name.casefold() or os.path.lexists(directory / name)
        }
        if has_shape_of_repository(frozenset(names)):
            return True
        directory /= part
    return False


def control_files(git_directory: Path) -> dict[str, bytes]:
    """What is not plain data in a git directory: its path there, and its kind, mode and content.

    Of a repository of another system only what is known to make that run programs. What goes away
    meanwhile, as git's locks do when a person calls it, is left out.
    """
    own = OTHER_REPOSITORIES.get(git_directory.name.casefold())
    if own is None:
        found = _control(git_directory)
    else:
        named = (git_directory / name for name in own)
        found = (path for path in named if path.is_symlink() or path.is_file())
    states: dict[str, bytes] = {}
    for path in found:
        with contextlib.suppress(FileNotFoundError):
            states[path.relative_to(git_directory).as_posix()] = state_of(path)
    return states


def is_harmless(git_directory: Path) -> bool:
    """Whether a git directory holds nothing that can make git run a program.

    Only what git itself writes when it makes a repository is known to be harmless.
    """
    if git_directory.is_symlink() or not git_directory.is_dir():
        return False
    try:
        return _holds_nothing_that_runs(git_directory)
    except OSError:
        return False  # it was closed against looking at it


def _holds_nothing_that_runs(git_directory: Path) -> bool:
    """Whether every file that is no data is a known one."""
    if git_directory.name.casefold() in OTHER_REPOSITORIES:
        return not control_files(git_directory)
    for path in _control(git_directory):
        relative = path.relative_to(git_directory).as_posix()
        if relative == "config" and path.is_file() and not path.is_symlink():
            if not _is_harmless_config(path):
                return False
        elif not _is_inert(relative, path):
            return False
    return True


def _is_inert(relative: str, path: Path) -> bool:
    """Whether git never runs or obeys this file."""
    if path.is_symlink() or not path.is_file():
        return False
    is_sample = relative.startswith("hooks/") and relative.endswith(".sample")
    return is_sample or relative == "info/exclude"


def _is_harmless_config(path: Path) -> bool:
    """Whether every line of the settings is one of the known ones; no line may continue."""
    if path.stat().st_size > MAX_CONTROL_BYTES:
        return False
    text = path.read_bytes().decode("utf-8", "replace")
    return all(_HARMLESS_LINE.fullmatch(line) and "\\" not in line for line in text.split("\n"))


def _control(git_directory: Path) -> Iterator[Path]:
    """Every file, link and special file that is not plain data, by path."""
    yield from _control_among(_listed(git_directory))


def _control_among(entries: Iterable[os.DirEntry[str]]) -> Iterator[Path]:
    """Those of them that are not plain data, of the entries of a git directory."""
    for entry in entries:
        path = Path(entry.path)
        if entry.is_symlink() or not entry.is_dir():
            if entry.is_symlink() or entry.name.removesuffix(".lock") not in _DATA:
                yield path
        elif entry.name not in _DATA:
            yield from _below(path)


def _below(directory: Path) -> Iterator[Path]:
    """The same for a directory inside a git directory; repositories of submodules may be there.

    A directory that cannot be listed, or lies deeper than anybody needs, stands for itself.
    """
    waiting = [directory]
    while waiting:
        inner = waiting.pop()
        try:
            entries = _listed(inner)
        except OSError:
            yield inner
            continue
        if len(str(inner)) > _LONGEST_PATH:
            yield inner
        elif has_shape_of_repository(frozenset(entry.name for entry in entries)):
            yield from _control_among(entries)
        else:
            waiting += [Path(entry.path) for entry in entries if _is_directory(entry)]
            yield from (Path(entry.path) for entry in entries if not _is_directory(entry))


def _listed(directory: Path) -> list[os.DirEntry[str]]:
    """What is in a directory, by name."""
    with os.scandir(directory) as entries:
        return sorted(entries, key=lambda entry: entry.name)


def _is_directory(entry: os.DirEntry[str]) -> bool:
    """Whether it is a directory and no link to one."""
    return entry.is_dir(follow_symlinks=False)


def state_of(path: Path) -> bytes:
    """Kind, mode and content of a file; where a link leads; of anything else what tells a change.

    Raises:
        FileNotFoundError: it went away meanwhile.
    """
    facts = path.lstat()
    if stat.S_ISLNK(facts.st_mode):
        return b"link " + os.fsencode(path.readlink())
    described = f"{facts.st_mode:o} {facts.st_ino} {facts.st_size} {facts.st_mtime_ns}".encode()
    if not stat.S_ISREG(facts.st_mode):
        return b"special " + described
    if facts.st_size > MAX_CONTROL_BYTES:
        return b"large " + described
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        return b"closed " + described
    with os.fdopen(descriptor, "rb") as file:
        content = file.read(MAX_CONTROL_BYTES)
    return f"file {stat.S_IMODE(facts.st_mode):o} ".encode() + content
