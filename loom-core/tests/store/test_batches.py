import sqlite3
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loom_core import events
from loom_core.store.clock import system_clock
from loom_core.store.draft import Line
from loom_core.store.migrate import bring_up_to_date
from loom_core.store.sqlite import SqliteDatabase
from loom_core.store.steady import steady_clock
from loom_core.store.transactor import Transactor
from loom_core.store.works import AppendEvents, ClaimTask, CreateTask

TABLES = ("journal", "tasks", "plans", "subtasks", "approvals", "changes", "memory_entries")
IDS = ("first", "second", "third")


def line(body, subtask_id="", attempt=0):
    return Line(body, body.model_dump_json(), subtask_id, attempt)


def tables_after(batches, clock, steady):
    """Every row of every table after these batches, and how each piece of work was answered."""
    with tempfile.TemporaryDirectory() as directory:
        database = SqliteDatabase(Path(directory) / "x.db", busy_timeout_seconds=1)
        database.prepare()
        bring_up_to_date(database)
        transactor = Transactor(database, durability="process", clock=clock, steady=steady)
        answers = [
            repr(answer.error) for batch in batches for answer in transactor.run(batch).answers
        ]
        transactor.close()
        database.close()
        connection = sqlite3.connect(database.path)
        rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
        connection.close()
    return answers, rows


@st.composite
def splits(draw, length):
    """Where to cut a list of that length."""
    cuts = draw(st.sets(st.integers(min_value=1, max_value=max(1, length - 1))))
    edges = [0, *sorted(cut for cut in cuts if cut < length), length]
    return list(pairwise(edges))


@pytest.mark.slow
@given(data=st.data())
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_any_grouping_into_transactions_gives_the_same_tables(data, bodies, make_plan):
    version = iter(range(2, 1000))

    def fresh(body):
        if isinstance(body, events.PlanCreated | events.PlanReplaced):
            ids = data.draw(st.lists(st.sampled_from(IDS), unique=True, min_size=1))
            return body.model_copy(update={"plan": make_plan(*ids, version=next(version))})
        return body

    names = [name for name in bodies if name not in {"TaskCreated", "TaskClaimed"}]
    chosen = data.draw(
        st.lists(
            st.lists(
                st.tuples(st.sampled_from(names), st.sampled_from(IDS), st.integers(1, 2)),
                min_size=1,
                max_size=4,
            ),
            min_size=1,
            max_size=25,
        )
    )
    plan = events.PlanCreated(plan=make_plan("first", "second"), source="planner")
    claim = line(events.TaskClaimed(owner="me"))
    created = line(events.TaskCreated(goal="g", workspace="/w"))
    works = [
        CreateTask("t", created),
        ClaimTask("t", claim, "me", 60, lambda _owner: True),
        AppendEvents("t", [line(plan)], 1, has_effect=False),
        *(
            AppendEvents(
                "t",
                [line(fresh(bodies[name]), subtask, attempt) for name, subtask, attempt in group],
                data.draw(st.sampled_from([1, 1, 1, 1, 2])),
                has_effect=False,
            )
            for group in chosen
        ),
    ]
    now, moment = system_clock(), steady_clock()

    one_by_one = tables_after([[work] for work in works], lambda: now, lambda: moment)
    edges = data.draw(splits(len(works)))
    grouped = tables_after([works[start:end] for start, end in edges], lambda: now, lambda: moment)

    assert grouped == one_by_one
