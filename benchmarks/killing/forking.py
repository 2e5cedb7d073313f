"""``loom`` in processes that cost tenths of a second: this program imports it once and forks for each call.

It reads a JSON object a line, ``{"arguments": [...], "log": "..."}``, and answers with the number of the
child; then it waits for it, and answers with its exit code, as ``subprocess`` tells it.
"""

import json
import os
import sys
from importlib import import_module

_IMPORTED_ONCE = (
    "loom_core.app",
    "loom_core.cli.commands.run",
    "loom_core.cli.main",
    "loom_core.cli.run.run_goal",
    "loom_providers_openai.http_client",
    "loom_providers_openai.provider",
    "loom_providers_openai.streaming",
    "loom_tools.edit_file",
    "loom_tools.move_file",
    "loom_tools.shell_execute",
    "loom_tools.write_file",
    "loom_verifiers.checks",
    "loom_verifiers.deterministic",
    "sqlalchemy.dialects.postgresql.psycopg",
    "sqlalchemy.dialects.sqlite.pysqlite",
    "stevedore",
)


def main() -> None:
    """Fork until stdin ends."""
    for name in _IMPORTED_ONCE:
        import_module(name)
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if not child:
            _be_loom(order)
        print(child, flush=True)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _be_loom(order: dict) -> None:
    """Never returns."""
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    code = 70
    try:
        import_module("loom_core.cli.main").main(order["arguments"])
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
