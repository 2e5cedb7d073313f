"""``loom undo``."""

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import (
    config_option,
    json_option,
    pass_looking_session,
    run_async,
    server_option,
    task_argument,
)
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom undo last --dry-run
  loom undo last
  loom undo last --subtask write-tests
  loom undo last --file src/app.py --force
  loom undo last --redo
"""


@click.command("undo", epilog=EPILOG)
@task_argument
@click.option("--subtask", default="", metavar="S", help="Only what this subtask changed.")
@click.option("--file", default="", metavar="F", help="Only this file or directory.")
@click.option("--redo", is_flag=True, help="Take the newest undo back.")
@click.option("--dry-run", is_flag=True, help="Show what would be done and change nothing.")
@click.option("--force", is_flag=True, help="Also overwrite what somebody else changed since.")
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(
    session: Session,
    *,
    task: str,
    subtask: str,
    file: str,
    redo: bool,
    dry_run: bool,
    force: bool,
    server: str,
    as_json: bool,
) -> ExitCode:
    """Put back the files that a task changed, as they were before it.

    A file that was changed since by somebody else is a conflict: it is shown with what would be
    lost and nothing is done, unless --force is given. Every undo can be taken back with --redo,
    also one with --force. ID is the task's id or a unique beginning of it; "last" is the newest
    task.
    """
    from loom_core.changes.undo_forms import UndoRequest
    from loom_core.cli.undoing import show_undo

    if redo and (subtask or file):
        raise click.UsageError("--redo takes a whole undo back; leave --subtask and --file out")
    request = UndoRequest(subtask, file, is_redo=redo, is_dry_run=dry_run, force=force)
    async with session.open_desk(server) as desk:
        known = await desk.task(task)
        report = await desk.undo(known.id, request)
    show_undo(known, request, report, server=server, as_json=as_json)
    return ExitCode.COMPLETED if report.is_whole else ExitCode.FAILED
