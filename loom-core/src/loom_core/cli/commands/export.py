"""``loom export``."""

from pathlib import Path

import click

from loom_core.cli.options import (
    config_option,
    json_option,
    pass_looking_session,
    run_async,
    task_argument,
)
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom export last
  loom export last --output tests/runs/rename
  pytest tests/runs/rename
"""


@click.command("export", epilog=EPILOG)
@task_argument
@click.option(
    "--output",
    metavar="DIR",
    default=None,
    type=click.Path(path_type=Path),
    help="A new directory; without it, loom-run-ID here.",
)
@config_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, *, task: str, output: Path | None, as_json: bool) -> None:
    """Write a finished run as a test that pytest runs wherever Loom is installed.

    It holds the events with all answers of models and tools, and the files that the task touched or saw
    as they were before. Secrets in their usual forms are hidden; look through it before you share it.
    ID is the task's id or a unique beginning of it; "last" is the newest task.
    """
    from loom_core.cli.replaying import export_task
    from loom_core.cli.task_reference import find_task
    from loom_core.cli.terminal.json_output import echo_json

    async with session.open_store() as store:
        record = await find_task(store, task)
        target = output or Path(f"loom-run-{record.id}")
        files = await export_task(session, store, record, target)
    if as_json:
        echo_json({"task_id": record.id, "directory": str(target), "files": len(files)})
        return
    click.echo(f"wrote {target} ({len(files)} files)")
    click.echo(f"run it  pytest {target}")
