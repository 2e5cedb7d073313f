"""The scripted server as its own process: ``python -m loom_core.testing.server --script FILE``."""

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path
from typing import IO

from pydantic import ValidationError

from loom_core.testing.request_record import RequestLog, RequestRecord
from loom_core.testing.script import Script
from loom_core.testing.scripted_app import ScriptedApp
from loom_core.testing.scripted_server import listen
from loom_core.testing.server_facts import ServerFacts


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT; returns 2 when a file cannot be read, else 0."""
    options = _parser().parse_args(arguments)
    try:
        script = Script.model_validate_json(options.script.read_bytes())
        facts = ServerFacts()
        if options.facts is not None:
            facts = ServerFacts.model_validate_json(options.facts.read_bytes())
        with contextlib.ExitStack() as stack:
            log: IO[str] | None = None
            if options.log is not None:
                log = stack.enter_context(options.log.open("a", encoding="utf-8"))
            asyncio.run(_serve(script, facts, log, options))
    except (OSError, ValidationError) as error:
        print(f"scripted server: {error}", file=sys.stderr)  # noqa: T201  # this is a program
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    """The program's options."""
    parser = argparse.ArgumentParser(prog="python -m loom_core.testing.server", description=__doc__)
    parser.add_argument("--script", type=Path, required=True, help="JSON file of a Script")
    parser.add_argument("--facts", type=Path, help="JSON file of ServerFacts")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free port")
    parser.add_argument("--port-file", type=Path, help="where to write the port once it listens")
    parser.add_argument("--log", type=Path, help="file for the JSON lines of each request")
    return parser


async def _serve(
    script: Script, facts: ServerFacts, log: IO[str] | None, options: argparse.Namespace
) -> None:
    """Listen until a signal asks to stop."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    app = ScriptedApp(script, facts, RequestLog(log), _say_nothing)
    async with listen(app, options.host, options.port) as port:
        _publish(port, options.port_file)
        await stop.wait()


def _publish(port: int, file: Path | None) -> None:
    """Write the port where others look for it, whole or not at all."""
    if file is None:
        print(port, flush=True)  # noqa: T201  # the program's output
        return
    draft = file.with_name(file.name + ".part")
    draft.write_text(f"{port}\n", encoding="ascii")
    draft.replace(file)


def _say_nothing(_record: RequestRecord) -> None:
    """Nobody in this process waits for records."""


if __name__ == "__main__":
    sys.exit(main())
