"""Which project settings files the user has trusted: by real path and content."""

import hashlib
import json
import os
import tempfile
from pathlib import Path

from loom_core.errors import SettingsError
from loom_core.settings.toml_file import read_plain_file


class TrustStore:
    """Trusted files, one small record each in ``trust/`` of Loom's home.

    A record for each file means that two processes cannot undo each other's decision. Any edit of
    a file withdraws its trust, as does moving it.
    """

    def __init__(self, home: Path) -> None:
        """Keep records under Loom's home; nothing is written before the first ``trust``."""
        self._directory = home / "trust"

    def trust(self, path: Path, *, sha256: str | None = None) -> str:
        """Trust a file as it is now, and give its SHA-256.

        Args:
            path: the settings file.
            sha256: of the content that the user was shown; None takes what is there.

        Raises:
            SettingsError: it cannot be read, it is not what was shown, or nothing can be written.
        """
        real = path.resolve()
        try:
            digest = hashlib.sha256(read_plain_file(real)).hexdigest()
            if sha256 not in {None, digest}:
                raise SettingsError(f"{real} was changed while you looked at it; look again")
            self._write(real, digest)
        except OSError as error:
            raise SettingsError(f"{real} cannot be trusted: {error}") from error
        return digest

    def is_trusted(self, path: Path, *, sha256: str) -> bool:
        """Whether a file with exactly this content was trusted at this place.

        Raises:
            SettingsError: the record is damaged.
        """
        real = path.resolve()
        record = self._record(real)
        try:
            content = json.loads(record.read_bytes())
        except FileNotFoundError:
            return False
        except (OSError, ValueError) as error:
            raise SettingsError(f"{record} cannot be read; delete it and trust again") from error
        return content == {"path": str(real), "sha256": sha256}

    def withdraw(self, path: Path) -> bool:
        """Trust a file no longer; False when it was not trusted."""
        try:
            self._record(path.resolve()).unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise SettingsError(f"the trust in {path} cannot be withdrawn: {error}") from error
        return True

    def _record(self, real: Path) -> Path:
        return self._directory / f"{hashlib.sha256(os.fsencode(real)).hexdigest()}.json"

    def _write(self, real: Path, digest: str) -> None:
        """Write a record that is there whole or not at all, for the user's eyes only."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        # mkstemp creates with mode 0600
        descriptor, name = tempfile.mkstemp(dir=self._directory, suffix=".new")
        new = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump({"path": str(real), "sha256": digest}, file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._record(real))
        except BaseException:
            new.unlink(missing_ok=True)
            raise
