"""The outcome of a task as one JSON object, for programs."""

from collections.abc import Sequence

from loom_core.cli.progress.next_steps import list_next_steps
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.types import FileChange


def build_result(progress: TaskProgress, changes: Sequence[FileChange]) -> dict[str, object]:
    """What ``loom status --json`` answers, and ``loom run --json`` as its last line."""
    usage = progress.usage
    return {
        "type": "result",
        "task_id": progress.task_id,
        "goal": progress.goal,
        "workspace": progress.workspace,
        "state": progress.state.value,
        "summary": progress.summary,
        "reason": progress.reason,
        "advice": progress.advice,
        "confidence": progress.confidence,
        "plan_version": progress.plan_version,
        "degraded": progress.is_degraded,
        "subtasks": [subtask.as_json() for subtask in progress.subtasks.values()],
        "approvals": dict(progress.approvals),
        "questions": {
            name: {"question": asked.question, "options": list(asked.options)}
            for name, asked in progress.questions.items()
        },
        "changes": [change.model_dump(mode="json") for change in changes],
        "stand_ins": [
            {"model": model, "instead_of": other, "reason": reason}
            for (model, other), reason in progress.stand_ins.items()
        ],
        "compactions": progress.compactions,
        "usage": {**usage.model_dump(), "cache_share": round(usage.cache_share, 4)},
        "tokens_per_second": round(progress.tokens_per_second, 2),
        "seconds": round(progress.clock.elapsed_seconds(), 3),
        "next": dict(list_next_steps(progress, changes)),
    }
