"""A throw-away copy of a workspace, for commands that write where a check must not."""

import os
import shutil
import stat
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

MAX_COPIED_FILES = 2_000
MAX_COPIED_BYTES = 64 * 1024 * 1024


class WorkspaceTooLarge(Exception):
    """The workspace is larger than what is copied for a check."""


@contextmanager
def scratch_copy(root: Path) -> Generator[Path]:
    """A copy of a directory in a temporary place, gone afterwards.

    Plain files and directories only; ``.git`` and symbolic links are left out. Raises
    ``WorkspaceTooLarge`` beyond the limits above.
    """
    with tempfile.TemporaryDirectory(prefix="loom-check-") as place:
        copy = Path(place) / "workspace"
        _copy(root, copy)
        yield copy


def _copy(root: Path, copy: Path) -> None:
    """Copy what fits, or raise."""
    files = size = 0
    for directory, subdirectories, names in os.walk(root):
        subdirectories[:] = [name for name in subdirectories if name != ".git"]
        target = copy / Path(directory).relative_to(root)
        target.mkdir()
        for name in names:
            status = (Path(directory) / name).lstat()
            if not stat.S_ISREG(status.st_mode):
                continue
            files, size = files + 1, size + status.st_size
            if files > MAX_COPIED_FILES or size > MAX_COPIED_BYTES:
                raise WorkspaceTooLarge(
                    f"the workspace has more than {MAX_COPIED_FILES:,} files or "
                    f"{MAX_COPIED_BYTES // 2**20} MiB"
                )
            shutil.copy2(Path(directory) / name, target / name, follow_symlinks=False)
