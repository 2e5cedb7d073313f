"""The directory that a task of the server works in."""

from pathlib import Path

from loom_core.errors import WorkspaceError


def prepare_place(wanted: str | None, default: Path) -> Path:
    """The directory, made if only it is missing; whether it can be used is found out later.

    Args:
        wanted: what the client asks for; None is the default.
        default: of the settings; made with its parents.

    Raises:
        WorkspaceError: the path is not absolute, or its parent is no directory.
    """
    if wanted is None:
        place = default.expanduser()
        place.parent.mkdir(parents=True, exist_ok=True)
    else:
        place = Path(wanted).expanduser()
    if not place.is_absolute() or "\0" in str(place):
        raise WorkspaceError(
            f"the workspace {str(place)!r} is not an absolute path; the server does not know from where "
            "you look at it"
        )
    if not place.exists() and not place.is_symlink():
        _make(place)
    return place


def _make(place: Path) -> None:
    """Make a directory. Raises ``WorkspaceError``."""
    try:
        place.mkdir()
    except OSError as error:
        raise WorkspaceError(
            f"the workspace {str(place)!r} cannot be made: {error.strerror}; make it first, or name a "
            "directory that you may write"
        ) from error
