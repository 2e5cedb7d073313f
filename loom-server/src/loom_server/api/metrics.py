"""Numbers of the server in the text format of Prometheus (version 0.0.4)."""

import time
from collections.abc import Iterable, Iterator, Mapping

from loom_core.types import TaskState
from loom_server.counting import Counters
from loom_server.service import Service

_COUNTED = {
    "loom_model_calls_total": "Calls of models that this server made, by how they ended.",
    "loom_model_tokens_total": "Tokens of those calls.",
    "loom_tool_calls_total": "Calls of tools that this server made, by how they ended.",
    "loom_tasks_ended_total": "Tasks that ended here, by their state.",
}


async def render_metrics(service: Service) -> str:
    """All metrics."""
    lines = [*await _gauges(service), *_counters(service.counters)]
    return "".join(f"{line}\n" for line in lines)


async def _gauges(service: Service) -> list[str]:
    """What goes up and down."""
    by_state = {
        f'{{state="{state.value}"}}': float(await service.store.count_tasks(state=state))
        for state in TaskState
    }
    facts = {
        "loom_tasks_running": ("Tasks that this server runs.", len(service.pool.running)),
        "loom_tasks_queued": ("Tasks that wait for a place.", len(service.pool.queued)),
        "loom_streams": ("Clients that watch events.", service.hub.streams),
        "loom_uptime_seconds": (
            "Seconds since the server began.",
            time.monotonic() - service.started_at,
        ),
    }
    lines = [*_metric("loom_tasks", "gauge", "Tasks in the database by state.", by_state)]
    for name, (text, value) in facts.items():
        lines += _metric(name, "gauge", text, {"": float(value)})
    return lines


def _counters(counters: Counters) -> Iterator[str]:
    """What only goes up."""
    for name, text in _COUNTED.items():
        counted = counters.counted(name)
        yield from _metric(name, "counter", text, {_labels(key): n for key, n in counted.items()})


def _metric(name: str, kind: str, text: str, values: Mapping[str, float]) -> Iterator[str]:
    """The lines of one metric."""
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} {kind}"
    for labels, value in values.items():
        yield f"{name}{labels} {value:.17g}"


def _labels(pairs: Iterable[tuple[str, str]]) -> str:
    """Labels as the format writes them."""
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in pairs) + "}"


def _escape(value: str) -> str:
    """A value that cannot end its quotes or its line."""
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
