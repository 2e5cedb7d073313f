"""Counts of what this server did, taken from the events that it wrote."""

from collections import Counter
from collections.abc import Mapping

from loom_core import events as e
from loom_core.events import Event

Labels = tuple[tuple[str, str], ...]
"""Names and values of labels, in order."""

_ENDS = {e.TaskCompleted: "completed", e.TaskFailed: "failed", e.TaskCancelled: "cancelled"}


class Counters:
    """Numbers that only go up, by metric and labels."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._counts: dict[str, Counter[Labels]] = {}

    def see(self, event: Event) -> None:
        """Count an event."""
        match event.body:
            case e.ModelCallFinished(model=model, response=response):
                self._count("loom_model_calls_total", model=model, outcome="ok")
                usage = response.usage
                self._add_tokens(model, "prompt", usage.prompt_tokens)
                self._add_tokens(model, "cached", usage.cached_tokens)
                self._add_tokens(model, "completion", usage.completion_tokens)
            case e.ModelCallFailed(model=model, error=error):
                self._count("loom_model_calls_total", model=model, outcome=error)
            case e.ToolCallFinished(tool=tool, result=result):
                outcome = "error" if result.is_error else "ok"
                self._count("loom_tool_calls_total", tool=tool, outcome=outcome)
            case e.ToolCallDenied(tool=tool):
                self._count("loom_tool_calls_total", tool=tool, outcome="denied")
            case e.TaskCompleted() | e.TaskFailed() | e.TaskCancelled() as body:
                self._count("loom_tasks_ended_total", state=_ENDS[type(body)])
            case _:
                pass

    def counted(self, name: str) -> Mapping[Labels, float]:
        """The counts of a metric by their labels."""
        return self._counts.get(name, Counter())

    def _add_tokens(self, model: str, kind: str, tokens: int) -> None:
        """Count tokens of one kind."""
        self._count("loom_model_tokens_total", tokens, model=model, kind=kind)

    def _count(self, name: str, by: int = 1, **labels: str) -> None:
        """Add to one count."""
        self._counts.setdefault(name, Counter())[tuple(labels.items())] += by
