"""What is left of a repository that a task made, once undo takes its HEAD away."""

import os
import re

from loom_core.workspace.beneath import open_directory
from loom_core.workspace.changing import remove_beneath

_HEAD = ".git/HEAD"
_MAX_BYTES = 4096
_PLAIN = re.compile(
    r"(?:\s*(?:\[core\]|(?:repositoryformatversion|filemode|bare|logallrefupdates|ignorecase"
    r"|precomposeunicode|symlinks)\s*=\s*(?:\w+))\s*\n)*\s*",
    re.IGNORECASE,
)
"""Settings that ``git init`` writes and that run nothing."""


def remove_settings_of_new(root: int, head: str) -> None:
    """Remove the settings beside a HEAD that goes, if they are as ``git init`` writes them.

    Undo writes no settings of git. But these are worth nothing without their repository, and the
    sandbox protects them, so that a next attempt could make no repository in their place. Git reads
    a repository without settings well, should the HEAD come back.

    Args:
        root: descriptor of the workspace.
        head: path of the file that goes; nothing happens unless it is a repository's HEAD.
    """
    if head != _HEAD and not head.endswith(f"/{_HEAD}"):
        return
    directory = head.removesuffix("/HEAD")
    if _is_plain(root, directory):
        remove_beneath(root, f"{directory}/config", blobs=None)


def _is_plain(root: int, directory: str) -> bool:
    """Whether a ``.git`` has settings, and nothing but those of a new repository in them."""
    held = open_directory(root, directory)
    try:
        descriptor = os.open("config", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=held)
    except OSError:
        return False
    finally:
        os.close(held)
    with os.fdopen(descriptor, "rb") as file:
        text = file.read(_MAX_BYTES + 1).decode("utf-8", "replace")
    return len(text) <= _MAX_BYTES and _PLAIN.fullmatch(text) is not None
