"""The directory that a task of the server works in."""

from pathlib import Path

from loom_core.errors import WorkspaceError


def prepare_place(wanted: str | None, default: Path) -> Path:
    """The directory, made if only it is missing; whether it can be used is found out later.

    Args:
        wanted: what the client asks for; None is the default.
        default: of the settings; made with its parents.

    Raises:
        WorkspaceError: the path is not absolute, cannot be one, or its parent is no directory.
    """
    text = str(default) if wanted is None else wanted
    try:
        place = Path(text).expanduser()
        if not place.is_absolute() or "\0" in text:
            raise WorkspaceError(
                f"the workspace {text!r} is not an absolute path; the server does not know from where you "
                "look at it"
            )
        if not place.exists() and not place.is_symlink():
            place.mkdir(parents=wanted is None, exist_ok=True)
    except (OSError, RuntimeError, ValueError) as error:
        # The last two are of homes that nobody has, and of half characters.
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise WorkspaceError(
            f"the workspace {text!r} cannot be made: {reason}; make it first, or name a directory that you "
            "may write"
        ) from error
    return place
