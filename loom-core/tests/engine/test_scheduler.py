"""What may run next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.engine.scheduler import Scheduler
from loom_core.types import Plan, Subtask


def plan(**dependencies):
    """A plan from names and what each depends on; a name that ends in ``_`` is critical."""
    return Plan(
        subtasks=tuple(
            Subtask(
                id=name.strip("_"),
                description=name,
                depends_on=tuple(needs.split()),
                is_critical_path=name.endswith("_"),
            )
            for name, needs in dependencies.items()
        )
    )


def taken(scheduler):
    """Everything that is ready now, in order."""
    names = []
    while (subtask := scheduler.take()) is not None:
        names.append(subtask.id)
    return names


def test_only_what_waits_for_nothing_is_ready():
    scheduler = Scheduler(plan(a="", b="a", c=""))

    assert set(taken(scheduler)) == {"a", "c"}


def test_a_subtask_is_handed_out_once():
    scheduler = Scheduler(plan(a=""))

    assert taken(scheduler) == ["a"]
    assert taken(scheduler) == []


def test_a_join_is_ready_when_its_last_dependency_is_completed():
    scheduler = Scheduler(plan(a="", b="", join="a b"))
    taken(scheduler)

    scheduler.complete("a")
    before = taken(scheduler)
    scheduler.complete("b")

    assert (before, taken(scheduler)) == ([], ["join"])


def test_what_is_ready_does_not_wait_for_a_slow_sibling():
    scheduler = Scheduler(plan(slow="", quick="", after="quick"))
    taken(scheduler)

    scheduler.complete("quick")

    assert taken(scheduler) == ["after"]


def test_the_longest_way_to_the_end_comes_first():
    scheduler = Scheduler(plan(short="", long="", middle="long", end="middle"))

    assert taken(scheduler) == ["long", "short"]


def test_what_is_marked_as_critical_comes_before_the_longest_way():
    scheduler = Scheduler(plan(long="", middle="long", end="middle", urgent_=""))

    assert taken(scheduler) == ["urgent", "long"]


def test_equals_come_in_the_order_of_the_plan():
    assert taken(Scheduler(plan(z="", m="", a=""))) == ["z", "m", "a"]


def test_completed_subtasks_count_as_done_after_a_resume():
    scheduler = Scheduler(plan(a="", b="a", c="b"), completed=["a", "gone"])

    assert taken(scheduler) == ["b"]


def test_held_subtasks_are_not_handed_out_and_hold_what_needs_them():
    scheduler = Scheduler(plan(a="", b="a", c=""), held=["a"])

    assert taken(scheduler) == ["c"]


def test_giving_one_up_names_all_that_can_no_longer_run_in_the_order_of_the_plan():
    scheduler = Scheduler(plan(a="", d="b", b="a", c="a", free=""))
    taken(scheduler)

    assert scheduler.drop("a") == ["d", "b", "c"]
    assert scheduler.drop("a") == []
    assert scheduler.drop("free") == []


def test_what_was_given_up_never_becomes_ready():
    scheduler = Scheduler(plan(a="", b="", join="a b"))
    taken(scheduler)

    scheduler.drop("a")
    scheduler.complete("b")

    assert taken(scheduler) == []


def test_what_two_that_are_given_up_share_is_named_once():
    scheduler = Scheduler(plan(a="", b="", join="a b", after="join"))
    taken(scheduler)

    assert scheduler.drop("a") == ["join", "after"]
    assert scheduler.drop("b") == []


def writing(**scopes):
    """A plan of independent subtasks from names and what each writes."""
    return Plan(
        subtasks=tuple(
            Subtask(id=name, description=name, write_scope=tuple(scope.split()))
            for name, scope in scopes.items()
        )
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.py", "a.py"),
        ("a.py", "./a.py"),
        ("src/*.py", "src/a.py"),
        ("src/a.py", "src/*"),
        ("x.txt a.py", "y.txt a.py"),
        ("src", "src/a.py"),
        ("src/", "src/deep/*.py"),
        ("src/*.py", "src/test_*"),
        ("**/*.py", "src/*/a.py"),
        ("src", "**/*.py"),
        ("src", "*/a.py"),
        ("src/app", "src/*/x.py"),
    ],
)
@pytest.mark.parametrize("end", ["complete", "drop", "release"])
def test_two_that_write_the_same_run_one_after_the_other(one, other, end):
    scheduler = Scheduler(writing(first=one, second=other, third="z.txt"))

    assert taken(scheduler) == ["first", "third"]
    scheduler.complete("third")
    assert taken(scheduler) == []
    getattr(scheduler, end)("first")
    assert taken(scheduler) == ["second"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.py", "b.py"),
        ("", "a.py"),
        ("src/*.py", "a.md"),
        ("src/*.py", "src/*.md"),
        ("src", "srcs/a"),
        ("docs", "src/*.py"),
        ("a.txt", "*.py"),
    ],
)
def test_what_is_not_said_to_be_written_by_both_runs_side_by_side(one, other):
    assert taken(Scheduler(writing(first=one, second=other))) == ["first", "second"]


@st.composite
def graphs(draw):
    """A plan without cycles: each subtask depends on earlier ones only."""
    size = draw(st.integers(1, 12))
    return {
        f"s{n}": " ".join(
            f"s{m}" for m in draw(st.sets(st.integers(0, n - 1)) if n else st.just([]))
        )
        for n in range(size)
    }


@given(graphs(), st.randoms(use_true_random=False))
def test_every_subtask_runs_once_and_after_what_it_depends_on(graph, random):
    scheduler = Scheduler(plan(**graph))
    running, done = [], []

    while True:
        running += taken(scheduler)
        if not running:
            break
        name = running.pop(random.randrange(len(running)))
        assert set(graph[name].split()) <= set(done)
        scheduler.complete(name)
        done.append(name)

    assert sorted(done) == sorted(graph)


@pytest.mark.slow
def test_ten_thousand_subtasks_take_no_time_to_speak_of():
    import time

    names = {f"s{n}": f"s{n - 1}" if n % 100 else "" for n in range(10_000)}
    started = time.process_time()
    scheduler = Scheduler(plan(**names))
    count = 0
    while (subtask := scheduler.take()) is not None:
        scheduler.complete(subtask.id)
        count += 1

    assert count == 10_000
    assert time.process_time() - started < 5


def test_the_urgency_of_a_subtask_is_the_chain_of_work_behind_it():
    scheduler = Scheduler(plan(root="", middle="root", end="middle", alone="", vital_=""))

    urgencies = [scheduler.urgency(name) for name in ("root", "middle", "end", "alone")]
    assert scheduler.urgency("vital") > urgencies[0]

    assert urgencies == [3, 2, 1, 1]
