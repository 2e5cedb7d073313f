"""Completions of the arguments and options that name a task, a session or a model."""

import re
from typing import TYPE_CHECKING

import click

from loom_core.sanitize import sanitize_line

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_MAX_HELP = 60
_PLAIN = re.compile(r"[\w./@+-]+")
"""Only names that mean the same to every shell without quotes; bash takes a colon for a break."""
_LAST = "last"


def complete_task(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> "list[CompletionItem[str]]":
    """Ids of goals, newest first, each with its goal, and ``last``."""
    return _tasks("goal", incomplete)


def complete_session(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> "list[CompletionItem[str]]":
    """Ids of cowork sessions, newest first, each with its first words, and ``last``."""
    return _tasks("session", incomplete)


def complete_model(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> "list[CompletionItem[str]]":
    """Names of the configured models."""
    from click.shell_completion import CompletionItem

    from loom_core.cli.completing.glance import glance

    names = (name for name in glance().models if _PLAIN.fullmatch(name))
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _tasks(kind: str, incomplete: str) -> "list[CompletionItem[str]]":
    """Ids of tasks of a kind that begin so."""
    from click.shell_completion import CompletionItem

    from loom_core.cli.completing.glance import glance
    from loom_core.cli.completing.recent_tasks import recent_tasks

    database = glance().database
    found = recent_tasks(database, kind) if database is not None else ()
    told = {_LAST: "the newest one"}
    told |= {task.id: sanitize_line(task.goal)[:_MAX_HELP] for task in found}
    return [
        CompletionItem(task_id, help=text)
        for task_id, text in told.items()
        if task_id.startswith(incomplete) and _PLAIN.fullmatch(task_id)
    ]
