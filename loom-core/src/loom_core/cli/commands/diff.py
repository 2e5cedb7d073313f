"""``loom diff``."""

import click

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
  loom diff last
  loom diff last --stat
  loom diff last --subtask write-tests
  loom diff last --file src/app.py
"""


@click.command("diff", epilog=EPILOG)
@task_argument
@click.option("--subtask", default="", metavar="S", help="Only what this subtask changed.")
@click.option("--file", default="", metavar="F", help="Only this file or directory.")
@click.option("--stat", is_flag=True, help="Only the files, with lines added and removed.")
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
    stat: bool,
    server: str,
    as_json: bool,
) -> None:
    """Show what a task changed in the end, as a unified diff; what was undone is left out.

    ID is the task's id or a unique beginning of it; "last" is the newest task.
    """
    from loom_core.cli.diff.output import as_json as diff_as_json
    from loom_core.cli.diff.output import echo_diffs, echo_stat
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.cli.terminal.size import stdout_columns

    async with session.open_desk(server, looks=True) as desk:
        record = await desk.task(task)
        found = await desk.diff(record.id, subtask=subtask, file=file)
    if as_json:
        files = [diff_as_json(diff) for diff in found.files]
        echo_json({"task_id": record.id, "files": files, "git": found.git})
        return
    if stat:
        echo_stat(found.files, columns=stdout_columns())
    else:
        echo_diffs(found.files)
    if found.git:
        click.echo("the state of git changed too: branches, index or HEAD", err=True)
    if not found.files and not found.git:
        click.echo("nothing is different", err=True)
