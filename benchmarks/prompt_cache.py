"""How much of its prompts a model server need not compute again: a loop of 20 turns, a graph of 3 x 3.

    python benchmarks/prompt_cache.py
    python benchmarks/prompt_cache.py --embedded

The engine is the real one with all installed tools, the model is scripted. *cached* is what the
scripted server's simulated cache of four slots says, over all calls but the first, which finds a
cold server: cached tokens over prompt tokens. *kept* is how much of each request the next one of
its conversation begins with; it is 1 when nothing that was sent changes. With ``--embedded`` the requests
of the same loop, in the form that suits small models, go to the embedded model too, whose answers a
schema makes the scripted ones, and ``cache_n`` of llama.cpp is what counts; that takes a minute or two
on two cores.
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from itertools import pairwise
from pathlib import Path

from loom_core.app import Loom
from loom_core.contracts.provider import Provider, ProviderEnvironment
from loom_core.settings.shape import ModelSettings, Settings
from loom_core.testing import (
    Reply,
    RequestRecord,
    Rule,
    Script,
    ScriptedServer,
    ServerFacts,
)
from loom_core.types import Message, ModelRequest, Role, TaskState, Usage

TURNS = 20
LEAST_IN_LOOP = 0.97
LEAST_IN_GRAPH = 0.90
LEAST_EMBEDDED = 0.96
"""Its prompt is shorter, so that what each turn adds weighs more."""
LOOP_GOAL = "Look at all notes in the directory. Then report on them."
LOOP_TASK = {
    "id": "notes",
    "description": "Look at all notes in the directory, then report on them",
    "depends_on": [],
    "checks": [{"kind": "file_contains", "target": "report.txt", "expected": "done"}],
}
ENDS = {TaskState.COMPLETED, TaskState.WAITING_APPROVAL}
"""A small model's report is left to a human, as no check follows from the goal; the requests are the same."""
GRAPH_GOAL = "Write nine parts in three layers. Each layer builds on the one before."


@dataclass(frozen=True, slots=True)
class Share:
    """What one scenario gave."""

    name: str
    calls: int
    prompt_tokens: int
    cached: float
    kept: float


def main() -> int:
    """Run both scenarios and print the table; 1 when a share is too small."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--embedded", action="store_true")
    options = parser.parse_args()
    shares = [
        share_of("loop", asyncio.run(loop_requests())),
        share_of("graph", asyncio.run(graph_requests())),
    ]
    if options.embedded:
        records = asyncio.run(loop_requests(dialect="json_action"))
        shares.append(asyncio.run(embedded_share(records)))
    print("| scenario | calls | prompt tokens | cached | kept |\n| --- | --- | --- | --- | --- |")
    for one in shares:
        print(
            f"| {one.name} | {one.calls} | {one.prompt_tokens:,} | {one.cached:.3f} | {one.kept:.3f} |"
        )
    least = {"graph": LEAST_IN_GRAPH, "loop, embedded": LEAST_EMBEDDED}
    return int(any(one.cached < least.get(one.name, LEAST_IN_LOOP) for one in shares))


async def loop_requests(turns: int = TURNS, *, dialect: str = "native") -> list[RequestRecord]:
    """The requests of one subtask that looks at a file in each turn, and writes one at the end."""
    looks = [action("read_file", path=f"notes{number}.txt") for number in range(turns - 2)]
    last = [
        action("write_file", path="report.txt", content="done\n"),
        action("complete", summary="x"),
    ]
    rules = [planned([LOOP_TASK])]
    rules += [Rule(turn=turn, reply=reply) for turn, reply in enumerate([*looks, *last])]
    with tempfile.TemporaryDirectory() as place:
        for number in range(turns):
            (Path(place) / f"notes{number}.txt").write_text(f"Note {number} says little.\n")
        return await requests_of(LOOP_GOAL, rules, Path(place), dialect=dialect)


async def graph_requests(layers: int = 3, width: int = 3) -> list[RequestRecord]:
    """The requests of a plan in layers, each subtask of which depends on all of the layer before."""
    names = [[f"part-{layer}{number}" for number in range(width)] for layer in range(layers)]
    plan = [
        {
            "id": name,
            "description": f"Write {name}.txt",
            "depends_on": names[layer - 1] if layer else [],
        }
        for layer, row in enumerate(names)
        for name in row
    ]
    rules = [planned(plan)]
    for name in (name for row in names for name in row):
        replies = [
            action("list_directory"),
            action("write_file", path=f"{name}.txt", content=f"{name}\n"),
            action("complete", summary=f"{name} is there"),
        ]
        rules += [
            Rule(turn=turn, first_user=f"Write {name}.txt", reply=reply)
            for turn, reply in enumerate(replies)
        ]
    with tempfile.TemporaryDirectory() as place:
        return await requests_of(GRAPH_GOAL, rules, Path(place), dialect="native")


def planned(subtasks: Sequence[dict[str, object]]) -> Rule:
    """The planner's answer."""
    return Rule(schema_text='"subtasks"', reply=Reply.answering({"subtasks": [*subtasks]}))


def action(tool: str, **arguments: str) -> Reply:
    """A JSON action in the form in which a schema makes a model write it."""
    return Reply(text=json.dumps({"tool": tool, **arguments}, separators=(",", ":")))


async def requests_of(
    goal: str, rules: Sequence[Rule], workspace: Path, *, dialect: str
) -> list[RequestRecord]:
    """What is sent to the executor for a goal. Raises ``RuntimeError`` when it is not reached."""
    with (
        ScriptedServer(Script(rules=tuple(rules)), facts=ServerFacts(slots=4)) as server,
        tempfile.TemporaryDirectory() as home,
    ):
        model = ModelSettings(
            provider="openai_compatible",
            model="scripted",
            base_url=server.url,
            dialect=dialect,
        )
        settings = Settings(
            models={"scripted": model},
            memory={"database_path": Path(home) / "loom.db"},
            execution={"max_parallel_subtasks": 4, "max_subtask_iterations": TURNS + 1},
        )
        async with Loom.build(settings, home=Path(home)) as loom:
            task = await loom.create(goal, workspace=workspace)
            record = await loom.run(task.id)
        if record.state not in ENDS:
            raise RuntimeError(f"{goal!r} ended {record.state}: {record.reason}")
        return [r for r in server.requests if '"subtasks"' not in json.dumps(r.body)]


def share_of(name: str, records: Sequence[RequestRecord]) -> Share:
    """The shares of the calls after the first one."""
    later = records[1:]
    prompt = sum(record.prompt_tokens for record in later)
    cached = sum(record.cached_tokens for record in later)
    return Share(name, len(records), prompt, cached / prompt, kept_share(records))


def kept_share(records: Sequence[RequestRecord]) -> float:
    """How much of each request the next one of its conversation begins with, in characters."""
    conversations: dict[str, list[list[str]]] = {}
    for record in records:
        messages = [json.dumps(message) for message in record.body["messages"]]
        conversations.setdefault(messages[1], []).append(messages)
    sent = kept = 0
    for requests in conversations.values():
        for before, after in pairwise(requests):
            sent += sum(map(len, before))
            kept += sum(len(old) for old, new in zip(before, after, strict=False) if old == new)
    return kept / sent


async def embedded_share(records: Sequence[RequestRecord]) -> Share:
    """The loop's requests answered by the embedded model, and what it says of its cache."""
    home = Path(os.environ.get("LOOM_HOME", "~/.loom")).expanduser()  # noqa: ASYNC240 - a script
    provider = entry_points(group="loom.providers")["llamacpp"].load()(
        ModelSettings(provider="llamacpp", slots=1), ProviderEnvironment(home=home)
    )
    usages: list[Usage] = []
    try:
        for record, following in pairwise(records):
            answer = following.body["messages"][len(record.body["messages"])]["content"]
            usages.append(await usage_of(provider, record, answer))
    finally:
        await provider.close()
    total = sum(usages[1:], Usage())
    return Share(
        "loop, embedded", len(usages), total.prompt_tokens, total.cache_share, kept_share(records)
    )


async def usage_of(provider: Provider, record: RequestRecord, answer: str) -> Usage:
    """Tokens of one request to a model that can answer nothing else."""
    turns = [Message(role=Role(m["role"]), text=m["content"]) for m in record.body["messages"]]
    request = ModelRequest(
        messages=tuple(turns), answer_schema={"const": json.loads(answer)}, max_tokens=64
    )
    return (await provider.complete(request)).usage


if __name__ == "__main__":
    raise SystemExit(main())
