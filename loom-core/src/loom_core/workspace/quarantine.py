"""Where things go that a command planted: out of the workspace, packed, so that nothing obeys them."""

import contextlib
import logging
import os
import tarfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

MAX_PACKED_BYTES = 64 * 1024 * 1024
"""Of one archive, before it is compressed; what is more is not kept."""

_HEADER_BYTES = 512
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Packed:
    """What became of paths that were to be packed."""

    archive: Path | None
    """None when nothing could be written."""
    left_out: tuple[str, ...]
    """What is not in it: too large, not readable, or everything."""


def quarantine_of(home: Path) -> "Quarantine":
    """The quarantine in Loom's home directory."""
    return Quarantine(home / "quarantine")


class Quarantine:
    """Packs paths of a workspace into archives outside of it."""

    def __init__(self, directory: Path) -> None:
        """Use a directory, which is made when something is put into it."""
        self._directory = directory

    def pack(self, root: Path, paths: Sequence[str]) -> Packed:
        """Copy the paths, relative to a workspace, into a new archive.

        Never fails: what a command made can be made again, and left in its place it can do harm.
        """
        try:
            return self._pack(root, paths)
        except OSError:
            _log.warning("what a command planted could not be kept", exc_info=True)
            return Packed(None, tuple(paths))

    def clean(self, *, oldest: float, max_bytes: int, is_dry_run: bool = False) -> int:
        """Delete archives that are too old, then the oldest of too much; gives how many.

        Args:
            oldest: what was packed before this goes, in seconds since 1970.
            max_bytes: as much may stay, all together.
            is_dry_run: only count.
        """
        kept = list(self._archives())
        left_bytes = sum(facts.st_size for _, facts in kept)
        deleted = 0
        for path, facts in sorted(kept, key=lambda one: one[1].st_mtime):
            if facts.st_mtime >= oldest and left_bytes <= max_bytes:
                break
            left_bytes -= facts.st_size
            deleted += 1
            if not is_dry_run:
                path.unlink(missing_ok=True)
        return deleted

    def _archives(self) -> Iterator[tuple[Path, os.stat_result]]:
        """Every archive with its facts, but for those that another process deletes at this moment."""
        for path in self._directory.glob("*.tar.gz"):
            with contextlib.suppress(FileNotFoundError):
                yield path, path.stat()

    def _pack(self, root: Path, paths: Sequence[str]) -> Packed:
        """Put the paths into a new archive, which is taken away again when that fails."""
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = f"{time.strftime('%Y%m%d-%H%M%S')}-{token_hex(4)}.tar.gz"
        target = self._directory / name
        descriptor = os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            with (
                os.fdopen(descriptor, "wb") as file,
                tarfile.open(fileobj=file, mode="w:gz", compresslevel=1) as archive,
            ):
                return Packed(target, tuple(_add(archive, root, paths)))
        except OSError:
            target.unlink()
            raise


def _add(archive: tarfile.TarFile, root: Path, paths: Sequence[str]) -> Iterator[str]:
    """Put paths with all that is in them into an archive; gives the names that are left out."""
    left = MAX_PACKED_BYTES
    waiting = list(reversed(paths))
    while waiting:
        name = waiting.pop()
        try:
            member = archive.gettarinfo(root / name, arcname=name)
            within = sorted(os.listdir(root / name)) if member.isdir() else []  # noqa: PTH208 - only names are wanted
            content = os.open(root / name, _OPEN) if member.isreg() else os.open(os.devnull, _OPEN)
        except (OSError, AttributeError):  # a socket is no member
            yield name
            continue
        with os.fdopen(content, "rb") as file:
            left -= member.size + _HEADER_BYTES
            if left < 0 or not (member.isreg() or member.isdir() or member.issym()):
                left += member.size + _HEADER_BYTES
                yield name
                continue
            member.uname = member.gname = ""
            archive.addfile(member, file)
        waiting += [f"{name}/{one}" for one in reversed(within)]
