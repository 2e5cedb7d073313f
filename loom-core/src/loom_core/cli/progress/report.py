"""The final report of a task, for people: the outcome, the evidence for it, and what it took."""

from collections.abc import Iterator, Sequence

from loom_core.cli.progress.event_line import describe_evidence, describe_samples
from loom_core.cli.progress.next_steps import list_next_steps
from loom_core.cli.progress.subtask_progress import SubtaskProgress
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.cli.terminal.line import Line
from loom_core.cli.terminal.marks import STATE_MARKS, WAITING, WARNING
from loom_core.cli.terminal.time_text import format_count, format_duration
from loom_core.confidence import confidence_band
from loom_core.planning.stated_code import with_plain_examples
from loom_core.types import FileChange, FileType, SubtaskState
from loom_core.workspace.git_state import is_in_git

_LABEL_COLUMNS = 11
_MOST_SUBTASKS = 50
_MOST_FILES = 50
_MOST_EVIDENCE = 20
_MOST_ATTEMPTS = 8


def describe_report(progress: TaskProgress, changes: Sequence[FileChange]) -> list[Line]:
    """Lines of the report.

    Args:
        progress: the task, with all its events.
        changes: its net changes of workspace files.
    """
    return [
        *_describe_outcome(progress),
        Line(""),
        *_describe_subtasks(progress),
        *_describe_files(changes),
        *_describe_cost(progress),
        *(_label(purpose, command) for purpose, command in list_next_steps(progress, changes)),
    ]


def _describe_outcome(progress: TaskProgress) -> Iterator[Line]:
    state = progress.state.value.replace("_", " ").capitalize()
    yield Line(f"{state}: {progress.goal}", STATE_MARKS[progress.state])
    for text in (progress.reason, progress.advice):
        if text:
            yield Line(text, indent=1)
    for approval_id, what in progress.approvals.items():
        yield Line(f"{approval_id}: {what}", WAITING, indent=1)
    for question_id, asked in progress.questions.items():
        yield Line(f"{question_id} asks: {asked.question}", WAITING, indent=1)
        for number, option in enumerate(asked.options, start=1):
            yield Line(f"{number}. {option}", indent=3)
    if progress.is_undo_open:
        yield Line("an undo was interrupted; the next undo finishes it", WARNING, indent=1)
    if progress.is_degraded:
        yield Line("no valid plan could be made, so the goal ran as one subtask", WARNING, indent=1)


def _describe_subtasks(progress: TaskProgress) -> Iterator[Line]:
    shown = list(progress.subtasks.values())[:_MOST_SUBTASKS]
    for subtask in shown:
        yield from _describe_subtask(subtask, said=progress.reason)
    if len(progress.subtasks) > len(shown):
        yield Line(f"… and {len(progress.subtasks) - len(shown):,} more", indent=1)
    if shown:
        yield Line("")


def _describe_subtask(progress: SubtaskProgress, *, said: str) -> Iterator[Line]:
    """A subtask with its evidence; its reason only if the task's own has not said it."""
    reason = "" if progress.reason in said else progress.reason
    text = progress.summary or reason or progress.subtask.description
    tries = f" (attempt {progress.attempt})" if progress.attempt > 1 else ""
    yield Line(f"{progress.subtask.id}{tries}: {text}", STATE_MARKS[progress.state], indent=1)
    yield from _describe_attempts(progress)
    shown = progress.shown_evidence
    for evidence in shown[:_MOST_EVIDENCE]:
        yield describe_evidence(evidence, indent=3)
    if len(shown) > _MOST_EVIDENCE:
        yield Line(f"… and {len(shown) - _MOST_EVIDENCE:,} more", indent=3)
    for note in progress.verdict.notes if progress.verdict else ():
        yield Line(note, indent=3)


def _describe_attempts(progress: SubtaskProgress) -> Iterator[Line]:
    """How it got there, when it was not at once: which model failed, why, and who took over."""
    for item in progress.failures[-_MOST_ATTEMPTS:]:
        by = f" with {item.model}" if item.model else ""
        reason = with_plain_examples(item.reason.partition("\n")[0])
        yield Line(f"attempt {item.number}{by} failed: {reason}", WARNING, indent=3)
    for samples in progress.samples:
        yield describe_samples(samples, indent=3)
    if progress.failures and progress.model and progress.state is SubtaskState.COMPLETED:
        yield Line(f"attempt {progress.attempt} with {progress.model} did it", indent=3)


def _describe_files(changes: Sequence[FileChange]) -> Iterator[Line]:
    label = "files"
    shown = [change for change in changes if not is_in_git(change.path)]
    for change in shown[:_MOST_FILES]:
        kind = "" if change.type is FileType.FILE else f"{change.type.value} "
        yield _label(label, f"{change.kind.value} {kind}{change.path}")
        label = ""
    if len(shown) > _MOST_FILES:
        yield _label("", f"… and {len(shown) - _MOST_FILES:,} more")
    if not shown:
        yield _label(label, "none changed")
    if len(changes) > len(shown):
        yield _label("git", "HEAD, branches or index changed")


def _describe_cost(progress: TaskProgress) -> Iterator[Line]:
    usage = progress.usage
    yield _label(
        "tokens",
        f"{usage.prompt_tokens:,} prompt ({usage.cache_share:.0%} cached), "
        f"{usage.completion_tokens:,} answer, {format_count(usage.calls, 'call')}",
    )
    speed = f", {progress.tokens_per_second:.0f} tokens/s" if progress.tokens_per_second else ""
    yield _label("time", f"{format_duration(progress.clock.elapsed_seconds())}{speed}")
    for (model, other), reason in progress.stand_ins.items():
        yield _label("models", f"{model} stood in for {other}: {reason}")
    for rate in progress.mended_answers.rates():
        yield _label("mended", rate)
    if progress.compactions:
        times = format_count(progress.compactions, "time")
        yield _label("window", f"conversations were made shorter {times} to fit the model's window")
    if progress.confidence is not None:
        yield _label(
            "confidence", f"{progress.confidence:.2f}, {confidence_band(progress.confidence).value}"
        )


def _label(label: str, text: str) -> Line:
    return Line(text, indent=1, label=label.ljust(_LABEL_COLUMNS))
