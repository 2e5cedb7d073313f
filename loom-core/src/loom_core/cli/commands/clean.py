"""``loom clean``."""

import click

from loom_core.cli.options import config_option, json_option, pass_looking_session, run_async
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom clean --dry-run
  loom clean
"""


@click.command("clean", epilog=EPILOG)
@click.option("--dry-run", is_flag=True, help="Show what would be deleted and delete nothing.")
@config_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, *, dry_run: bool, as_json: bool) -> None:
    """Delete kept contents that are older, or more, than the settings in [undo] allow.

    Loom keeps what files held before a task changed them. Contents of tasks that are not over
    always stay. The archives in the quarantine are held to the same age and size. Every run that
    ends does the same by itself.
    """
    from dataclasses import asdict

    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.cli.terminal.time_text import format_count, format_size
    from loom_core.engine.changes.cleaning import clean
    from loom_core.workspace.quarantine import quarantine_of

    async with session.open_store() as store:
        quarantine = quarantine_of(session.home)
        undo = session.settings.undo
        done = await clean(store, session.open_blobs(), undo, quarantine, is_dry_run=dry_run)
    if as_json:
        echo_json({"dry_run": dry_run, **asdict(done)})
        return
    verb = "would delete" if dry_run else "deleted"
    click.echo(
        f"{verb} {format_count(done.deleted, 'content')} ({format_size(done.deleted_bytes)}); "
        f"{format_count(done.left, 'content')} ({format_size(done.left_bytes)}) left"
    )
    if done.archives:
        click.echo(f"{verb} {format_count(done.archives, 'archive')} of what commands had planted")
    for task_id in done.task_ids:
        click.echo(f"no longer to be undone, or not wholly: task {task_id}")
