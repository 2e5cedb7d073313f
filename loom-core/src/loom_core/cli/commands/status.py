"""``loom status``."""

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
  loom status last
  loom status 261122-3f --json
"""


@click.command("status", epilog=EPILOG)
@task_argument
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(session: Session, task: str, server: str, as_json: bool) -> None:
    """Show a task: its state, what each subtask did with which evidence, and what it took.

    ID is the task's id or a unique beginning of it; "last" is the newest task.
    """
    from loom_core.cli.progress.plan_tree import describe_plan
    from loom_core.cli.progress.replay import replay
    from loom_core.cli.progress.report import describe_report
    from loom_core.cli.progress.result import build_result
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.cli.terminal.line import Line, echo_lines
    from loom_core.cli.terminal.size import stdout_columns

    async with session.open_desk(server, looks=True) as desk:
        record = await desk.task(task)
        progress = replay(record.id, await desk.events(record.id))
        progress.server = server
        changes = await desk.changes(record.id)
    if as_json:
        echo_json(build_result(progress, changes))
        return
    lines = [Line(f"task {record.id} in {record.workspace}"), *describe_report(progress, changes)]
    if len(progress.subtasks) > 1:
        lines += [Line(""), Line("Plan"), *describe_plan(progress.subtasks)]
    echo_lines(lines, columns=stdout_columns())
