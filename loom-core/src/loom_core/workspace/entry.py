"""One file or directory of a workspace, as a listing shows it."""

from typing import NamedTuple


class Entry(NamedTuple):
    """A name in a workspace and what it is.

    A tuple, because a listing makes a hundred thousand of them: a frozen dataclass takes five times as long.
    """

    path: str
    """Relative to the workspace, with forward slashes."""
    is_directory: bool = False
    is_symlink: bool = False
    is_special: bool = False
    """A pipe, socket or device: never opened."""
    size_bytes: int = 0
    """0 for a directory."""
    mtime_ns: int = 0
    """When its content last changed."""

    @property
    def name(self) -> str:
        """The last component of the path."""
        return self.path.rpartition("/")[2]
