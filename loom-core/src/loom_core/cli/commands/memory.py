"""``loom memory`` and what is below it."""

import click

from loom_core.cli.completing import complete_task
from loom_core.cli.options import config_option, json_option, pass_looking_session, run_async
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom memory list last
  loom memory search how are the tests run
  loom memory show 12
  loom memory delete 12
"""

_KINDS = [
    "decision",
    "error",
    "tool_result",
    "user_instruction",
    "discovery",
    "artifact",
    "context",
]

_kind_option = click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(_KINDS), help="Only entries of this kind."
)
_limit_option = click.option(
    "--limit",
    default=50,
    type=click.IntRange(1, 10_000),
    show_default=True,
    help="At most so many.",
)


@click.group("memory", epilog=EPILOG)
def command() -> None:
    """Look at what Loom remembers of its tasks, search it, and delete from it."""


@command.command(
    "list",
    epilog="\b\nExamples:\n  loom memory list last\n  loom memory list --kind decision --limit 10",
)
@click.argument("task", metavar="[ID]", default="", shell_complete=complete_task)
@_kind_option
@_limit_option
@config_option
@json_option
@pass_looking_session
@run_async
async def list_command(
    session: Session, *, task: str, kinds: tuple[str, ...], limit: int, as_json: bool
) -> None:
    """List entries, newest first, of all tasks or of the one with that ID ("last" is the newest)."""
    from loom_core.cli.memory_listing import echo_entries, find_entries

    async with session.open_store() as store:
        found = await find_entries(store, "", task=task, kinds=kinds, limit=limit)
    echo_entries(found, as_json=as_json)


@command.command("search", epilog="\b\nExample:\n  loom memory search how are the tests run")
@click.argument("words", nargs=-1, required=True, metavar="WORDS...")
@click.option(
    "--task",
    default="",
    metavar="ID",
    help="Only entries of this task.",
    shell_complete=complete_task,
)
@_kind_option
@_limit_option
@config_option
@json_option
@pass_looking_session
@run_async
async def search_command(
    session: Session,
    *,
    words: tuple[str, ...],
    task: str,
    kinds: tuple[str, ...],
    limit: int,
    as_json: bool,
) -> None:
    """Find entries that any of the words is in, best first."""
    from loom_core.cli.memory_listing import echo_entries, find_entries

    async with session.open_store() as store:
        found = await find_entries(store, " ".join(words), task=task, kinds=kinds, limit=limit)
    echo_entries(found, as_json=as_json)


@command.command("show", epilog="\b\nExample:\n  loom memory show 12")
@click.argument("entry", metavar="ENTRY", type=click.IntRange(1))
@config_option
@json_option
@pass_looking_session
@run_async
async def show_command(session: Session, *, entry: int, as_json: bool) -> None:
    """Show one entry whole, and the task that it came from."""
    from loom_core.cli.memory_listing import echo_entry

    async with session.open_store() as store:
        record = await store.memories.entry(entry)
        task = await store.task(record.task_id)
    echo_entry(record, task, as_json=as_json)


@command.command("delete", epilog="\b\nExample:\n  loom memory delete 12 13")
@click.argument("entries", metavar="ENTRY...", nargs=-1, required=True, type=click.IntRange(1))
@config_option
@json_option
@pass_looking_session
@run_async
async def delete_command(session: Session, *, entries: tuple[int, ...], as_json: bool) -> None:
    """Delete entries for good, so that no subtask is told of them.

    What happened in a task stays in its journal, which `loom events` shows.
    """
    from loom_core.cli.memory_listing import echo_deleted
    from loom_core.engine.owner import is_alive

    async with session.open_store() as store:
        for entry in entries:
            await store.memories.entry(entry)  # all are there, before the first is deleted
        gone = [await store.memories.forget(entry, is_alive=is_alive) for entry in entries]
    echo_deleted(gone, as_json=as_json)
