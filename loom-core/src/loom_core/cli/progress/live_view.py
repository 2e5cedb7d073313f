"""What a person sees on stderr while a task runs."""

from datetime import UTC, datetime

from loom_core import events as e
from loom_core.cli.progress.call_preview import preview_call
from loom_core.cli.progress.event_line import describe_event
from loom_core.cli.progress.plan_tree import describe_plan
from loom_core.cli.progress.status_line import StatusLine
from loom_core.cli.progress.task_progress import TaskProgress
from loom_core.cli.terminal.line import Line
from loom_core.cli.terminal.marks import DONE, FAILED, RUNNING
from loom_core.cli.terminal.size import stderr_columns
from loom_core.cli.terminal.time_text import format_duration
from loom_core.cli.terminal.width import fit_width
from loom_core.events import Event
from loom_core.sanitize import sanitize_line
from loom_core.types import SubtaskState, ToolResult

_PLAIN_COLUMNS = 200
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"


class LiveView:
    """Writes the plan and one line for each thing worth knowing, and keeps a status line."""

    def __init__(self, progress: TaskProgress, status: StatusLine) -> None:
        """Show events of this task; the progress must have taken an event in before it is shown."""
        self._progress = progress
        self._status = status
        self._calls: dict[tuple[str, int, str], tuple[Event, e.ToolCallStarted]] = {}
        self._turns = 0

    def show_resumed(self, progress: TaskProgress) -> None:
        """Write the goal and the plan of a task that is gone on with."""
        lines = [Line(progress.goal, label="goal  ")]
        if progress.subtasks:
            lines += [Line("Plan"), *describe_plan(progress.subtasks)]
        for line in lines:
            self._status.write_above(line.format(columns=self._columns))

    def show(self, event: Event) -> None:
        """Write what an event means, above the status line."""
        prefix = self._prefix(event)
        for line in self._describe(event):
            self._status.write_above(line.format(columns=self._columns, prefix=prefix))
        self.refresh()

    def refresh(self) -> None:
        """Bring the status line up to date; call it at least once a second."""
        self._turns += 1
        self._status.draw(fit_width(self._describe_state(), self._columns - 1))

    @property
    def _columns(self) -> int:
        return stderr_columns(plain=_PLAIN_COLUMNS)

    def _describe(self, event: Event) -> list[Line]:
        match event.body:
            case e.ToolCallStarted() as body:
                self._calls[event.subtask_id, event.attempt, body.call_id] = (event, body)
                return []
            case e.ToolCallFinished() as body:
                return [self._describe_call(event, body)]
            case e.PromptAssembled() as body:
                return [Line(f"attempt {event.attempt} with {body.model}", RUNNING)]
            case e.PlanCreated() | e.PlanReplaced():
                plan = describe_plan(self._progress.subtasks)
                return [*describe_event(event.body), Line("Plan"), *plan]
            case _:
                return describe_event(event.body)

    def _describe_call(self, event: Event, body: e.ToolCallFinished) -> Line:
        started = self._calls.pop((event.subtask_id, event.attempt, body.call_id), None)
        if started is None:
            return _describe_result(body.tool, body.result)
        start, intent = started
        duration = format_duration((event.at - start.at).total_seconds())
        call = preview_call(intent.tool, intent.arguments)
        return _describe_result(f"{call}  {duration}", body.result)

    def _prefix(self, event: Event) -> str:
        if not event.subtask_id:
            return ""
        if len(self._progress.subtasks) == 1:
            return "  "
        return f"  [{sanitize_line(event.subtask_id)}] "

    def _describe_state(self) -> str:
        progress = self._progress
        elapsed = progress.clock.elapsed_seconds(datetime.now(UTC))
        parts = [
            f"{_SPINNER[self._turns % len(_SPINNER)]} {format_duration(round(elapsed))}",
            f"{progress.finished_count}/{len(progress.subtasks)} subtasks",
        ]
        if progress.usage.calls:
            parts += [
                f"{progress.usage.prompt_tokens + progress.usage.completion_tokens:,} tokens",
                f"{progress.tokens_per_second:.0f} tokens/s",
                f"{progress.usage.cache_share:.0%} cached",
            ]
        if news := self._status.news:
            return "  ".join([*parts, news])
        return "  ".join([*parts, *map(sanitize_line, self._describe_running())])

    def _describe_running(self) -> list[str]:
        active = {SubtaskState.RUNNING, SubtaskState.VERIFYING}
        running = [s for s in self._progress.subtasks.values() if s.state in active]
        planning = [f"planning: {doing}"] if (doing := self._describe_wait("")) else []
        return planning + [
            f"{s.subtask.id} {self._describe_wait(s.subtask.id) or s.doing or s.state.value}"
            for s in running
        ]

    def _describe_wait(self, subtask_id: str) -> str:
        wait = self._progress.model_waits.get(subtask_id)
        if wait is None:
            return ""
        seconds = round((datetime.now(UTC) - wait.since).total_seconds())
        # Nothing is told of the answer before its end; the first one is mostly reading.
        what = "" if self._progress.usage.calls else " to read the prompt and answer"
        return f"waiting for {wait.model}{what}, {format_duration(seconds)}"


def _describe_result(call: str, result: ToolResult) -> Line:
    if not result.is_error:
        return Line(call, DONE)
    first_line = result.text.strip().split("\n", 1)[0]
    return Line(f"{call}  {first_line}", FAILED)
