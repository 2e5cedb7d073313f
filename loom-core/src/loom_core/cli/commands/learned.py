"""``loom learned`` and what is below it."""

import asyncio

import click

from loom_core.cli.options import config_option, json_option, pass_looking_session, run_async
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom learned
  loom learned --project .
  loom learned show 7
  loom learned delete 7
"""

_KINDS = [
    "subtask_success",
    "retry_pattern",
    "task_template",
    "model_failure",
    "user_correction",
]


@click.group("learned", epilog=EPILOG, invoke_without_command=True)
@click.option(
    "--project",
    metavar="DIR",
    default=None,
    type=click.Path(exists=True, file_okay=False, resolve_path=True),
    help="Only what tasks in this directory taught.",
)
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only lessons of this kind."
)
@config_option
@json_option
@pass_looking_session
@click.pass_context
def command(
    ctx: click.Context,
    session: Session,
    *,
    project: str | None,
    kinds: tuple[str, ...],
    as_json: bool,
) -> None:
    """Show what finished tasks taught, the latest first: how often, and whether it is in use.

    A plan or a correction is on trial at first; one that does not help is retired.
    """
    if ctx.invoked_subcommand is None:
        asyncio.run(_list(session, project, kinds, as_json=as_json))
    elif project is not None or kinds or as_json:
        raise click.UsageError(f"options go after {ctx.invoked_subcommand!r}", ctx)


async def _list(
    session: Session, project: str | None, kinds: tuple[str, ...], *, as_json: bool
) -> None:
    """List lessons."""
    from loom_core.cli.lesson_listing import echo_lessons
    from loom_core.types import PatternKind

    async with session.open_store() as store:
        wanted = [PatternKind(kind) for kind in kinds]
        found = await store.patterns.all(workspace=project, kinds=wanted)
    echo_lessons(found, as_json=as_json)


@command.command("show", epilog="\b\nExample:\n  loom learned show 3")
@click.argument("lesson", metavar="LESSON", type=click.IntRange(1))
@config_option
@json_option
@pass_looking_session
@run_async
async def show_command(session: Session, *, lesson: int, as_json: bool) -> None:
    """Show one lesson: what it says, which tasks taught it, and which had it."""
    from loom_core.cli.lesson_listing import echo_lesson

    async with session.open_store() as store:
        record = await store.patterns.one(lesson)
        tasks = await store.patterns.tasks_of(lesson)
    echo_lesson(record, tasks, as_json=as_json)


@command.command("delete", epilog="\b\nExample:\n  loom learned delete 3")
@click.argument("lessons", metavar="LESSON...", nargs=-1, required=True, type=click.IntRange(1))
@config_option
@json_option
@pass_looking_session
@run_async
async def delete_command(session: Session, *, lessons: tuple[int, ...], as_json: bool) -> None:
    """Delete lessons; they come back only if a task teaches them anew."""
    from loom_core.cli.lesson_listing import echo_forgotten

    async with session.open_store() as store:
        records = [await store.patterns.one(lesson) for lesson in dict.fromkeys(lessons)]
        await store.patterns.forget(ids=[record.id for record in records])
    echo_forgotten(records, as_json=as_json)
