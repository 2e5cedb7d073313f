"""``loom answer``."""

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
  loom answer last
  loom answer last "the blue one"
  loom answer last 2 --question make-report-1-3
"""


@click.command("answer", epilog=EPILOG)
@task_argument
@click.argument("text", default="")
@click.option(
    "--question", default="", metavar="QUESTION", help="Which one; needed if several wait."
)
@config_option
@server_option
@json_option
@pass_looking_session
@run_async
async def command(
    session: Session, *, task: str, text: str, question: str, server: str, as_json: bool
) -> None:
    """Answer what a model asks; without TEXT, show what that is.

    The number of an option picks it. ID is the task's id or a unique beginning of it; "last" is the
    newest task. A task that waited goes on with: loom run --resume ID.
    """
    from loom_core.cli.program_name import program_name
    from loom_core.cli.questions import echo_questions, find_question
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.engine.human.answering import open_questions
    from loom_core.sanitize import sanitize_line

    async with session.open_desk(server) as desk:
        record = await desk.task(task)
        waiting = open_questions(await desk.events(record.id))
        if not text:
            echo_questions(record.id, waiting, server=server, as_json=as_json)
            return
        chosen = find_question(record.id, question, waiting)
        answer = await desk.answer(record.id, chosen, text, by="loom answer")
        is_resumable = (
            len(waiting) == 1 and not desk.goes_on and not (await desk.task(record.id)).owner
        )
    if as_json:
        echo_json({"task_id": record.id, "question": chosen, "answer": answer})
        return
    click.echo(f"{sanitize_line(chosen)} is answered: {sanitize_line(answer)}")
    if is_resumable:
        click.echo(f"resume  {program_name()} run --resume {record.id}")
