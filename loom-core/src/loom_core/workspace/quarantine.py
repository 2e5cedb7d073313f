"""Where things go that a command planted: out of the workspace, packed, so that nothing obeys them."""

import logging
import os
import shutil
import tarfile
import time
from collections.abc import Sequence
from pathlib import Path
from secrets import token_hex

_log = logging.getLogger(__name__)


class Quarantine:
    """Packs paths of a workspace into an archive outside of it, and takes them away."""

    def __init__(self, directory: Path) -> None:
        """Use a directory, which is made when something is put into it."""
        self._directory = directory

    def take(self, root: Path, paths: Sequence[str]) -> Path | None:
        """Pack the paths, relative to a workspace, remove them there, and return the archive.

        None when it could not be written: they are removed all the same, since what a command made
        can be made again, and what is left there can do harm.
        """
        try:
            return self._pack(root, paths)
        except OSError:
            _log.warning("what a command planted was removed and could not be kept", exc_info=True)
            return None
        finally:
            for path in paths:
                remove(root / path)

    def _pack(self, root: Path, paths: Sequence[str]) -> Path:
        """Put the paths into a new archive."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{token_hex(4)}.tar.gz"
        target = self._directory / name
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with (
            os.fdopen(descriptor, "wb") as file,
            tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive,
        ):
            for path in paths:
                archive.add(root / path, arcname=path, filter=_without_owner)
        return target


def remove(path: Path) -> None:
    """Take away a file, a link or a directory with all that is in it; links are not followed."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    for directory, _, _ in os.walk(path):  # a directory may have been closed against its owner
        Path(directory).chmod(0o700)
    shutil.rmtree(path)


def _without_owner(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """The member without user names; None for a device or pipe, which is not kept."""
    member.uname = member.gname = ""
    return member if member.isreg() or member.isdir() or member.issym() else None
