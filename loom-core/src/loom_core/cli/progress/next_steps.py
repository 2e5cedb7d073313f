"""What the user can type next, and the exit code that says the same to a script."""

from collections.abc import Sequence

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
    """Pairs of a purpose and the command for it, the likeliest first."""
    task_id, loom = progress.task_id, program_name()
    steps: list[tuple[str, str]] = []
    match progress.state:
        case TaskState.PAUSED if progress.is_session:
            steps.append(("go on", f"{loom} cowork --resume {task_id}"))
        case TaskState.WAITING_APPROVAL:
            steps += [*_answers(progress), _resume(task_id)]
        case TaskState.COMPLETED | TaskState.CANCELLED:
            pass
        case TaskState.FAILED:
            steps.append(("look", f"{loom} events {task_id}"))
        case _:
            steps.append(_resume(task_id))
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
