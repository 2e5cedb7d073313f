"""Loom's home directory: the user's own settings, trust, database and models."""

from collections.abc import Mapping
from pathlib import Path

from loom_core.errors import SettingsError

DEFAULT_HOME = "~/.loom"


def user_home(environ: Mapping[str, str]) -> Path:
    """The user's home directory."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    try:
        return Path(home) if home else Path.home()
    except RuntimeError as error:
        raise SettingsError("the user has no home directory; set HOME or LOOM_HOME") from error


def home_directory(environ: Mapping[str, str]) -> Path:
    """Loom's home, absolute: ``LOOM_HOME`` if it is set and not empty, else ``~/.loom``."""
    return expand_user(Path(environ.get("LOOM_HOME") or DEFAULT_HOME), environ).absolute()


def expand_user(path: Path, environ: Mapping[str, str]) -> Path:
    """The path with a leading ``~`` replaced; ``~name`` is refused, as it needs no expansion."""
    first = path.parts[0] if path.parts else ""
    if first == "~":
        return user_home(environ).joinpath(*path.parts[1:])
    if first.startswith("~"):
        raise SettingsError(f"{path}: only ~/ stands for a home directory; write the path in full")
    return path


def is_inside_project(home: Path, cwd: Path, environ: Mapping[str, str]) -> bool:
    """Whether Loom's home lies where a repository's author could have put files into it.

    That is in the current directory or in the git repository around it; unless that holds the user's
    whole home directory, as when Loom is started there. ``~/.loom`` itself is always the user's.
    """
    if home == expand_user(Path(DEFAULT_HOME), environ):
        return False
    real_home, real_cwd = home.resolve(), cwd.resolve()
    own = user_home(environ).resolve()
    projects = {real_cwd, _repository(real_cwd)}
    return any(
        real_home.is_relative_to(project) and not own.is_relative_to(project)
        for project in projects
    )


def refuse_home_inside_project(home: Path, cwd: Path, environ: Mapping[str, str]) -> None:
    """Raise ``SettingsError`` where trust cannot be kept: with a home inside the project."""
    if is_inside_project(home, cwd, environ):
        raise SettingsError(
            f"Loom's home {home} is inside the project, so what it says cannot be trusted; set "
            "LOOM_HOME to a directory outside of it"
        )


def _repository(directory: Path) -> Path:
    """The nearest directory upwards that has a ``.git``, else the directory itself."""
    for candidate in (directory, *directory.parents):
        if (candidate / ".git").exists():
            return candidate
    return directory
