"""The open questions of a task, as they are shown and chosen."""

from collections.abc import Mapping
from typing import cast

import click

from loom_core.cli.approving import find_waiting
from loom_core.cli.at_server import at_server
from loom_core.cli.program_name import program_name
from loom_core.cli.terminal.json_output import echo_json
from loom_core.cli.terminal.marks import WAITING
from loom_core.errors import UsageError
from loom_core.events import Event, QuestionAsked
from loom_core.sanitize import sanitize_line, sanitize_text


def echo_questions(
    task_id: str, waiting: Mapping[str, Event], *, server: str, as_json: bool
) -> None:
    """Show what is asked, and how to answer."""
    asked = [cast("QuestionAsked", event.body) for event in waiting.values()]
    if as_json:
        echo_json([body.model_dump(mode="json") for body in asked])
        return
    if not asked:
        click.echo(f"task {task_id} asks nothing")
        return
    for body in asked:
        click.echo(f"{WAITING} {sanitize_line(body.question_id)}:")
        for line in sanitize_text(body.question).splitlines():
            click.echo(f"  │ {line}")
        for number, option in enumerate(body.options, start=1):
            click.echo(f"  {number}. {sanitize_line(option)}")
    which = f" --question {sanitize_line(asked[0].question_id)}" if len(asked) > 1 else ""
    click.echo(f"answer  {at_server(f'{program_name()} answer {task_id} TEXT{which}', server)}")


def find_question(task_id: str, wanted: str, waiting: Mapping[str, Event]) -> str:
    """The id of the question that is meant, which need not be said of a single one."""
    ids = list(waiting)
    if wanted:
        return find_waiting(task_id, wanted, ids)
    if len(ids) == 1:
        return ids[0]
    if not ids:
        raise UsageError(
            f"task {task_id} asks nothing; `{program_name()} status {task_id}` shows it"
        )
    raise UsageError(f"task {task_id} asks several things; say --question: {', '.join(ids)}")
