"""The course of ``loom run``: build, create or resume, watch, report."""

import sys
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from loom_core.changes.net import net_changes
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.program_name import program_name
from loom_core.cli.progress.live_view import LiveView
from loom_core.cli.progress.next_steps import choose_exit_code
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.cli.run.approval_prompt import ApprovalPrompt
from loom_core.cli.run.dialogue import Dialogue
from loom_core.cli.run.notices import Notices
from loom_core.cli.run.output import JsonOutput, PeopleOutput, RunOutput
from loom_core.cli.run.question_prompt import QuestionPrompt
from loom_core.cli.run.request import RunRequest, prepare_workspace
from loom_core.cli.run.terminal_input import open_terminal_input
from loom_core.cli.run.watched_run import WatchedRun
from loom_core.cli.session import EngineOptions, Session
from loom_core.cli.task_reference import find_task
from loom_core.errors import UsageError
from loom_core.sandbox import describe as describe_sandbox
from loom_core.sanitize import sanitize_line

if TYPE_CHECKING:
    from loom_core.app import Loom


def _with_somebody(options: EngineOptions, status: StatusLine) -> EngineOptions:
    """The options with ways to ask the person at the terminal, if there is one."""
    terminal = open_terminal_input()
    if terminal is None:
        return options
    dialogue = Dialogue(terminal.read_line, status, terminal.forget_typed)
    return replace(
        options, ask=ApprovalPrompt(dialogue).ask, ask_question=QuestionPrompt(dialogue).ask
    )


_STOPPING = "stopping so that the task can be resumed; Ctrl-C again ends Loom at once"


async def run_goal(
    session: Session,
    request: RunRequest,
    *,
    model: str = "",
    is_offline: bool = False,
    agrees: bool = False,
    as_json: bool = False,
) -> ExitCode:
    """Run a goal, or resume a task, and report on it.

    Args:
        session: gives the engine.
        request: checked already.
        model: name of the model in the settings that does everything; empty leaves it to the router.
        is_offline: whether to forbid every connection that leaves this machine.
        agrees: whether to download what is needed without asking.
        as_json: whether to write for programs.

    Raises:
        UsageError: the task to resume is unknown or over, or the workspace cannot be used.
    """
    status = StatusLine(is_shown=sys.stderr.isatty() and not as_json)
    notices = Notices(status, agrees=agrees)
    options = EngineOptions(
        model=model, is_offline=is_offline, say=notices.say, confirm=notices.confirm
    )
    async with session.build_loom(_with_somebody(options, status)) as loom:
        task_id = await _find_or_create(loom, request, notices)
        progress = TaskProgress(task_id)
        output = JsonOutput() if as_json else PeopleOutput(LiveView(progress, status))
        watched = WatchedRun(loom, progress, output)
        await watched.catch_up(is_shown=not request.resume)
        if request.idempotency_key and progress.state.is_terminal:
            return await _report(loom, progress, output, was_interrupted=False)
        _refuse_if_over(progress)
        confinement = describe_sandbox(session.settings.sandbox, is_offline=is_offline).detail
        _announce(progress, notices, confinement, is_resumed=bool(request.resume))
        if request.resume:
            output.resume(progress)
        try:
            was_interrupted = await watched.run(lambda: notices.say(_STOPPING))
        finally:
            status.erase()
        return await _report(loom, progress, output, was_interrupted=was_interrupted)


async def _report(
    loom: "Loom", progress: TaskProgress, output: RunOutput, *, was_interrupted: bool
) -> ExitCode:
    """Write how the task stands, and give the exit code that says the same."""
    code = choose_exit_code(progress.state, was_interrupted=was_interrupted)
    changes = net_changes(r.change for r in await loom.store.changes(progress.task_id))
    output.finish(progress, changes, code)
    return code


def _announce(
    progress: TaskProgress, notices: Notices, confinement: str, *, is_resumed: bool
) -> None:
    """Say which task goes on, and what confines the commands of this run."""
    if is_resumed:
        notices.say(f"task {progress.task_id} in {progress.workspace}")
    notices.say(confinement)


async def _find_or_create(loom: "Loom", request: RunRequest, notices: Notices) -> str:
    if request.resume:
        return (await find_task(loom.store, request.resume)).id
    directory, is_new = prepare_workspace(request.workspace)
    try:
        task = await loom.create(
            request.goal,
            workspace=directory,
            context=request.context,
            approval_mode=request.approval_mode,
            idempotency_key=request.idempotency_key,
        )
    except BaseException:
        if is_new:
            with suppress(OSError):  # something is in it already, which is worth more than tidiness
                directory.rmdir()
        raise
    if is_new:
        notices.say(f"created {directory}")
    notices.say(f"task {task.id} in {directory}")
    return task.id


def _refuse_if_over(progress: TaskProgress) -> None:
    if progress.state.is_terminal:
        raise UsageError(
            f"task {progress.task_id} is {progress.state.value} and cannot be resumed; start a new "
            f'one: {program_name()} run "{sanitize_line(progress.goal)}" -w {progress.workspace}'
        )
