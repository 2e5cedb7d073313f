"""What the user can type next, and the exit code that says the same to a script."""

from collections.abc import Sequence

from loom_core.cli.at_server import at_server
from loom_core.cli.exit_code import ExitCode
from loom_core.cli.program_name import program_name
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.types import FileChange, TaskState


def choose_exit_code(state: TaskState, *, was_interrupted: bool = False) -> ExitCode:
    """The exit code of a run that left its task in this state."""
    if state is TaskState.COMPLETED:
        return ExitCode.COMPLETED
    if state.is_terminal:
        return ExitCode.FAILED
    if was_interrupted:
        return ExitCode.INTERRUPTED
    return ExitCode.NEEDS_HUMAN


def list_next_steps(progress: TaskProgress, changes: Sequence[FileChange]) -> list[tuple[str, str]]:
    """Pairs of a purpose and the command for it, the likeliest first; for the server that was named."""
    told = [*_go_on(progress), *_look_back(progress, changes)]
    steps = [(purpose, at_server(command, progress.server)) for purpose, command in told]
    if progress.is_session and progress.state is TaskState.PAUSED:
        steps.insert(0, ("go on", f"{program_name()} cowork --resume {progress.task_id}"))
    return steps


def _go_on(progress: TaskProgress) -> list[tuple[str, str]]:
    """What lets the task go on, or says why it does not."""
    match progress.state:
        case TaskState.WAITING_APPROVAL:
            return [*_answers(progress), _resume(progress.task_id)]
        case TaskState.FAILED:
            return [("look", f"{program_name()} events {progress.task_id}")]
        case TaskState.COMPLETED | TaskState.CANCELLED:
            return []
        case TaskState.PAUSED if progress.is_session:
            return []
        case _:
            return [_resume(progress.task_id)]


def _look_back(progress: TaskProgress, changes: Sequence[FileChange]) -> list[tuple[str, str]]:
    """What was changed, and what puts it back."""
    task_id, loom = progress.task_id, program_name()
    steps: list[tuple[str, str]] = []
    if changes:
        steps += [("diff", f"{loom} diff {task_id}"), ("undo", f"{loom} undo {task_id}")]
    elif progress.is_undo_open:
        steps.append(("undo", f"{loom} undo {task_id}"))
    if progress.undos:
        steps.append(("redo", f"{loom} undo {task_id} --redo"))
    return steps


def _answers(progress: TaskProgress) -> list[tuple[str, str]]:
    """How to answer what waits."""
    task_id, loom = progress.task_id, program_name()
    steps = [("approve", f"{loom} approve {task_id}")] if progress.approvals else []
    if progress.questions:
        steps.append(("answer", f"{loom} answer {task_id} TEXT"))
    return steps


def _resume(task_id: str) -> tuple[str, str]:
    return ("resume", f"{program_name()} run --resume {task_id}")
