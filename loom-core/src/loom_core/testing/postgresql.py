"""A PostgreSQL server of a test's own: nothing of it is left afterwards, and it listens to no network."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_PLACES = ("/usr/lib/postgresql", "/usr/local/pgsql", "/opt/homebrew/opt")
_USERS = ("postgres", "nobody")
"""Who runs the server when root asks for it, which it refuses to run as."""
_FAST = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60")
_LIMIT_SECONDS = 60.0


class PostgresqlMissing(Exception):
    """No server can be started here; says why."""


class PostgresqlServer:
    """A running server with a socket in a directory of its own; use it as a context manager.

    Its data is not safe from power cuts, which makes it fast.
    """

    def __init__(self) -> None:
        """Find the programs. Raises ``PostgresqlMissing``."""
        self._programs = _programs()
        self._account = _account()
        self._root = Path(
            tempfile.mkdtemp(prefix="loom-pg-", dir="/tmp")
        )  # a socket's path is short
        self._process: subprocess.Popen[Any] | None = None
        self._numbers = count(1)

    def __enter__(self) -> Self:
        """The server, once it answers."""
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop it and delete all of it."""
        self.close()

    def close(self) -> None:
        """Stop it and delete all of it; twice is allowed."""
        self.stop()
        shutil.rmtree(self._root, ignore_errors=True)

    def stop(self) -> None:
        """End the process at once, as a crash does; its data stays."""
        if self._process is not None:
            self._process.terminate()  # SIGTERM waits for clients, SIGQUIT does not
            self._process.send_signal(3)
            self._process.wait(_LIMIT_SECONDS)
            self._process = None

    def restart(self) -> None:
        """Start it again on its data."""
        self.stop()
        self._serve()

    def new_database(self) -> str:
        """The URL of a new and empty database."""
        name = f"loom_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, database: str) -> str:
        """The URL of a database."""
        return f"postgresql://loom@/{database}?host={self._root}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Run one statement, as psql would."""
        command = [self._programs / "psql", "-q", "-h", self._root, "-U", "loom", "-d", database]
        self._call([*map(str, command), "-v", "ON_ERROR_STOP=1", "-c", statement])

    def _start(self) -> None:
        """Make the data and start the server on it."""
        if self._account:
            os.chown(self._root, self._account["user"], self._account["group"])
        made = ["-D", str(self._data), "-U", "loom", "-A", "trust", "-E", "UTF8"]
        self._call([str(self._programs / "initdb"), *made, "--no-locale", "--no-sync"])
        self._serve()

    def _serve(self) -> None:
        """Start the server and wait until it answers."""
        options = [part for setting in _FAST for part in ("-c", setting)]
        command = [str(self._programs / "postgres"), "-D", str(self._data), "-k", str(self._root)]
        with (self._root / "log").open("ab") as log:
            process = subprocess.Popen(
                [*command, *options], stdout=log, stderr=log, cwd="/", **self._account
            )
        self._process = process
        asking = [str(self._programs / "pg_isready"), "-q", "-h", str(self._root)]
        end = time.monotonic() + _LIMIT_SECONDS
        while subprocess.run(asking, check=False).returncode:
            if process.poll() is not None or time.monotonic() > end:
                raise PostgresqlMissing(f"the server did not start: {self._log()}")
            time.sleep(0.05)

    @property
    def _data(self) -> Path:
        """Where the server keeps its data."""
        return self._root / "data"

    def _log(self) -> str:
        """The end of what the server said."""
        return (self._root / "log").read_text(errors="replace")[-500:]

    def _call(self, command: Sequence[str]) -> None:
        """Run a program of the server's to its end."""
        done = subprocess.run(
            command, capture_output=True, text=True, cwd="/", check=False, **self._account
        )
        if done.returncode:
            raise PostgresqlMissing(f"{Path(command[0]).name} failed: {done.stderr.strip()[-500:]}")


def _programs() -> Path:
    """The directory with the newest server's programs."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    places = [path for place in _PLACES for path in Path(place).glob("*/bin/initdb")]
    if not places:
        raise PostgresqlMissing("PostgreSQL is not installed (apt-get install postgresql)")
    return max(places, key=lambda path: path.parts[-3]).parent


def _account() -> dict[str, Any]:
    """What makes a process of another user; empty where this one is not root."""
    if os.geteuid() != 0:
        return {}
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise PostgresqlMissing("root cannot run PostgreSQL, and there is no other user for it")


@contextmanager
def a_postgresql_server(*, must_run: bool) -> Generator[PostgresqlServer]:
    """A server for tests; where none can be had, they are skipped, or fail if they must run."""
    import pytest  # only tests enter this

    pytest.importorskip("psycopg")
    try:
        with PostgresqlServer() as server:
            yield server
    except PostgresqlMissing as reason:
        if must_run:
            raise
        pytest.skip(str(reason))
