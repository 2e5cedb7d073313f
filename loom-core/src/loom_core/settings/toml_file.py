"""A settings file as it is on disk: read once, so that what is checked is what is used."""

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from loom_core.errors import SettingsError

MAX_BYTES = 1024 * 1024
"""No settings file is larger; a larger one is somebody's mistake or trap."""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The content of a settings file."""

    path: Path
    """Real path, with symbolic links resolved."""
    sha256: str
    """Of the content, in hex."""
    tables: dict[str, object]


def read_settings_file(path: Path) -> SettingsFile | None:
    """The file's tables; None when there is no file.

    Raises:
        SettingsError: it is not a readable, plain, UTF-8 TOML file; with line and column.
    """
    try:
        content = read_plain_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror or error}") from error
    digest = hashlib.sha256(content).hexdigest()
    return SettingsFile(path.resolve(), digest, _parse(path, content))


def read_plain_file(path: Path) -> bytes:
    """The bytes of a regular file; a pipe or device is refused instead of waited for."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise SettingsError(
                f"{path} is not a plain file; remove it or put a settings file there"
            )
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise SettingsError(f"{path} is larger than {MAX_BYTES} bytes; no settings file is")
    return content


def _parse(path: Path, content: bytes) -> dict[str, object]:
    import tomllib  # only a run that has a file needs it

    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{path}: not UTF-8 text (line {line}); save it as UTF-8") from error
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise SettingsError(
            f"{path}: nested too deeply; settings have tables of one level"
        ) from error
    except ValueError as error:
        raise SettingsError(f"{path}: broken TOML: {_with_position(str(error), text)}") from error


def _with_position(message: str, text: str) -> str:
    """The parser's message with line and column, where it says only that the text ended."""
    lines = text.split("\n")
    end = f"at line {len(lines)}, column {len(lines[-1]) + 1}"
    message = message.replace("at end of document", f"{end}, the end of the file")
    return re.sub(r"[^\x20-\x7e]", "?", message)
