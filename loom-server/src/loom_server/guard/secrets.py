"""The server's token in Loom's home, and the one-time codes and cookies of browsers."""

import hmac
import os
import secrets
import time
from collections.abc import Callable
from pathlib import Path

TOKEN_BYTES = 32
"""256 bits."""
CODE_SECONDS = 300.0
"""How long a code for a browser can be used, once."""
SESSION_SECONDS = 12 * 3600.0
"""How long a browser stays signed in."""
_MOST_CODES = 32
_MOST_SESSIONS = 64

Clock = Callable[[], float]


def token_path(home: Path) -> Path:
    """Where the token of the server of this home is."""
    return home / "run" / "token"


def provide_token(home: Path) -> str:
    """The token of this home, made where there is none; only its owner can read the file.

    Raises:
        OSError: it cannot be read or written.
    """
    path = token_path(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = read_token(home)
    if known:
        return known
    token = secrets.token_hex(TOKEN_BYTES)
    write_private(path, token + "\n", replaces=False)
    return read_token(home) or token  # another server may have been faster


def read_token(home: Path) -> str:
    """The token of this home; empty when there is none, or others could have read or written it."""
    path = token_path(home)
    try:
        facts = path.lstat()
        text = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
    is_private = facts.st_uid == os.geteuid() and not facts.st_mode & 0o077
    return text if is_private and len(text) == 2 * TOKEN_BYTES else ""


def write_private(path: Path, text: str, *, replaces: bool = True) -> None:
    """Put a file there as a whole, readable by its owner only.

    Args:
        path: where.
        text: what.
        replaces: False leaves a file that is private and there already.

    Raises:
        OSError: it cannot be written.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replaces or not _link(temporary, path):
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _link(temporary: Path, path: Path) -> bool:
    """Name the file unless that name is taken by a private one; whether the name is right now."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        facts = path.lstat()
        return facts.st_uid == os.geteuid() and not facts.st_mode & 0o077 and facts.st_size > 0
    return True


class Admission:
    """Who is let in: the bearer of the token, or a browser that exchanged a code for a cookie."""

    def __init__(self, token: str, *, clock: Clock = time.monotonic) -> None:
        """Let in who shows this token."""
        self._token = token.encode()
        self._clock = clock
        self._codes: dict[str, float] = {}
        self._sessions: dict[str, float] = {}

    def knows_token(self, shown: bytes) -> bool:
        """Whether that is the token; takes the same time whatever is shown."""
        return hmac.compare_digest(shown, self._token)

    def new_code(self) -> str:
        """A code that one browser can exchange within ``CODE_SECONDS``."""
        return _add(self._codes, self._clock() + CODE_SECONDS, _MOST_CODES)

    def exchange(self, code: str) -> str | None:
        """The secret of a new browser session for a code, once; None for any other text."""
        self._forget_old()
        found = _find(self._codes, code)
        if found is None:
            return None
        del self._codes[found]
        return _add(self._sessions, self._clock() + SESSION_SECONDS, _MOST_SESSIONS)

    def knows_session(self, shown: str) -> bool:
        """Whether a browser with that secret is signed in."""
        self._forget_old()
        return _find(self._sessions, shown) is not None

    def end_session(self, shown: str) -> None:
        """Sign a browser out."""
        found = _find(self._sessions, shown)
        if found is not None:
            del self._sessions[found]

    def _forget_old(self) -> None:
        """Drop what has run out."""
        now = self._clock()
        self._codes = {code: until for code, until in self._codes.items() if until > now}
        self._sessions = {code: until for code, until in self._sessions.items() if until > now}


def _add(known: dict[str, float], until: float, most: int) -> str:
    """A new secret; the oldest makes room for it."""
    while len(known) >= most:
        del known[next(iter(known))]
    made = secrets.token_urlsafe(TOKEN_BYTES)
    known[made] = until
    return made


def _find(known: dict[str, float], shown: str) -> str | None:
    """The secret that is equal, compared in constant time with each."""
    found = None
    for secret in known:
        if hmac.compare_digest(secret.encode(), shown.encode()):
            found = secret
    return found
