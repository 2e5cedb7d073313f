"""Registering plugins and asking them."""

import asyncio
from datetime import UTC, datetime
from types import ModuleType, SimpleNamespace

import pytest

from loom_core import hookimpl
from loom_core.errors import LoomError, PluginError, SettingsError
from loom_core.events import Event, TaskCancelled
from loom_core.hooks import Answer, Failure, Hooks, Plugin
from loom_core.settings.shape import Settings
from loom_core.types import (
    Decision,
    MemoryEntry,
    MemoryKind,
    Outcome,
    OutcomeStatus,
    Plan,
    Subtask,
    Task,
    Verdict,
    VerdictStatus,
)

TASK = Task(id="t1", goal="say hello", workspace="/w")
SUBTASK = Subtask(id="one", description="say hello")
PLAN = Plan(subtasks=(SUBTASK,))
OUTCOME = Outcome(status=OutcomeStatus.COMPLETED)
EVENT = Event(sequence=1, task_id="t1", at=datetime.now(UTC), body=TaskCancelled(by="me"))
CONTEXT = SimpleNamespace(name="the context")


def verdict(status=VerdictStatus.PASSED):
    return Verdict(status=status, verifier="test")


def plugin(name, distribution="dist", **hooks):
    """A plugin whose hooks are the given functions, marked."""
    module = ModuleType(name)
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return Plugin(name, module, distribution)


def builtin(name, **hooks):
    module = ModuleType(name)
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(trylast=True)(function))
    return Plugin(name, module, is_builtin=True)


def recording(seen):
    def hook(event):
        seen.append(event)

    return hook


def hook_that_returns(value):
    def hook(task):
        return value

    return hook


def async_hook_that_returns(value):
    async def hook(task):
        await asyncio.sleep(0)
        return value

    return hook


# ---- first


async def test_without_plugins_nobody_plans():
    assert await Hooks([]).plan(TASK, CONTEXT) is None


async def test_async_plugin_that_declines_does_not_win():
    hooks = Hooks(
        [
            plugin("a", loom_plan=async_hook_that_returns(None)),
            plugin("b", loom_plan=async_hook_that_returns(PLAN)),
        ]
    )

    assert (await hooks.plan(TASK, CONTEXT)).value is PLAN


async def test_after_the_first_answer_nobody_else_is_asked():
    def never(task):
        raise AssertionError("asked although another plugin had answered")

    hooks = Hooks([plugin("a", loom_plan=hook_that_returns(PLAN)), plugin("b", loom_plan=never)])

    assert (await hooks.plan(TASK, CONTEXT)).value is PLAN


async def test_plugins_are_asked_by_name_and_builtin_ones_last():
    asked = []

    def asking(name):
        def hook():
            asked.append(name)

        return hook

    def asking_late():
        asked.append("c, although trylast")

    late = ModuleType("c")
    late.loom_plan = hookimpl(trylast=True)(asking_late)
    hooks = Hooks(
        [
            builtin("a-builtin", loom_plan=asking("builtin")),
            plugin("b", loom_plan=asking("b")),
            Plugin("c", late),
            plugin("a", loom_plan=asking("a")),
        ]
    )

    await hooks.plan(TASK, CONTEXT)

    assert asked == ["a", "b", "c, although trylast", "builtin"]


async def test_first_raises_the_plugins_own_error_with_a_note_naming_it():
    class Broken(LoomError):
        pass

    async def hook(task):
        raise Broken("no")

    with pytest.raises(Broken) as raised:
        await Hooks([plugin("bad", loom_plan=hook)]).plan(TASK, CONTEXT)

    assert raised.value.__notes__ == ["raised in loom_plan of plugin 'bad'"]


async def test_answer_of_a_wrong_type_is_refused_with_the_plugins_name():
    hooks = Hooks([plugin("bad", loom_plan=hook_that_returns("a plan"))])

    with pytest.raises(PluginError, match="loom_plan of plugin 'bad' returned str"):
        await hooks.plan(TASK, CONTEXT)


async def test_every_argument_reaches_the_hook_that_names_it():
    seen = {}

    def replan(context, outcomes, plan, task):
        seen.update(context=context, outcomes=outcomes, plan=plan, task=task)
        return plan

    def execute(subtask, context):
        seen.update(subtask=subtask)
        return OUTCOME

    def approve(call):
        seen.update(call=call)
        return Decision(approved=True)

    hooks = Hooks([plugin("p", loom_replan=replan, loom_execute=execute, loom_approve=approve)])
    call = SimpleNamespace(tool="x")

    assert await hooks.replan(TASK, PLAN, {"one": OUTCOME}, CONTEXT) is PLAN
    assert await hooks.execute(SUBTASK, CONTEXT) is OUTCOME
    assert (await hooks.approve(call, CONTEXT)).approved
    assert seen == {
        "context": CONTEXT,
        "outcomes": {"one": OUTCOME},
        "plan": PLAN,
        "task": TASK,
        "subtask": SUBTASK,
        "call": call,
    }


async def test_methods_of_an_instance_are_hooks():
    class Planner:
        @hookimpl
        async def loom_plan(self, task):
            return PLAN

    assert await Hooks([Plugin("p", Planner())]).plan(TASK, CONTEXT) == Answer("p", PLAN)


# ---- collect


async def test_verify_gives_every_answer_and_every_failure_with_the_plugins_name():
    async def passes(outcome):
        return verdict()

    def raises(subtask):
        raise ValueError("cannot look")

    def no_opinion():
        return None

    def fails():
        return verdict(VerdictStatus.FAILED)

    hooks = Hooks(
        [
            plugin("a", loom_verify=passes),
            plugin("b", loom_verify=raises),
            plugin("c", loom_verify=no_opinion),
            plugin("d", loom_verify=fails),
        ]
    )

    answers = await hooks.verify(SUBTASK, OUTCOME, CONTEXT)

    assert answers[0] == Answer("a", verdict())
    assert isinstance(answers[1], Failure)
    assert str(answers[1]) == "loom_verify of plugin 'b' failed: ValueError: cannot look"
    assert answers[2] == Answer("d", verdict(VerdictStatus.FAILED))
    assert len(answers) == 3


async def test_truthy_answer_that_is_no_verdict_is_a_failure_not_a_pass():
    hooks = Hooks([plugin("a", loom_verify=lambda: True)])

    [answer] = await hooks.verify(SUBTASK, OUTCOME, CONTEXT)

    assert isinstance(answer, Failure)
    assert "returned bool" in str(answer)


@pytest.mark.parametrize("answer", ["text", {"a": 1}, [MemoryKind.DECISION], 7])
async def test_extraction_of_anything_but_entries_is_a_failure(answer):
    hooks = Hooks([plugin("a", loom_extract=lambda: answer)])

    [failure] = await hooks.extract(SUBTASK, OUTCOME, CONTEXT)

    assert isinstance(failure, Failure)


async def test_extraction_collects_entries_of_lists_and_tuples():
    entry = MemoryEntry(kind=MemoryKind.DECISION, text="use tabs")
    hooks = Hooks(
        [plugin("a", loom_extract=lambda: [entry]), plugin("b", loom_extract=lambda: (entry,))]
    )

    answers = await hooks.extract(SUBTASK, OUTCOME, CONTEXT)

    assert [list(answer.value) for answer in answers] == [[entry], [entry]]


@pytest.mark.parametrize("method", ["verify", "extract", "execute"])
async def test_cancellation_passes_through(method):
    started = asyncio.Event()

    async def hook(subtask):
        started.set()
        await asyncio.Event().wait()

    hooks = Hooks([plugin("slow", **{f"loom_{method}": hook})])
    arguments = (SUBTASK, CONTEXT) if method == "execute" else (SUBTASK, OUTCOME, CONTEXT)
    running = asyncio.create_task(getattr(hooks, method)(*arguments))
    await asyncio.wait_for(started.wait(), 5)

    running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await running


# ---- hooks that nobody awaits


def test_event_reaches_every_plugin_although_one_raises():
    seen = []

    def raises(event):
        raise ZeroDivisionError("oops")

    hooks = Hooks([plugin("a", loom_event=raises), plugin("b", loom_event=recording(seen))])

    [failure] = hooks.event(EVENT)

    assert seen == [EVENT]
    assert (failure.plugin, failure.hook) == ("a", "loom_event")
    assert isinstance(failure.error, ZeroDivisionError)


def test_event_hook_that_returns_a_coroutine_is_reported():
    async def later():
        raise AssertionError("nobody may run this")

    [failure] = Hooks([plugin("a", loom_event=lambda event: later())]).event(EVENT)

    assert "nobody awaits" in str(failure)


def test_configure_shows_the_settings_to_all():
    seen = []

    def looks(settings):
        seen.append(settings)

    hooks = Hooks(
        [
            plugin("a", loom_configure=looks),
            plugin("b", loom_configure=lambda: seen.append("b")),
        ]
    )

    hooks.configure(settings := Settings())

    assert seen == [settings, "b"]


def test_configure_names_the_plugin_that_refuses():
    def refuses(settings):
        raise ValueError("port 80 is mine")

    with pytest.raises(PluginError, match="plugin 'a' refused the settings: port 80 is mine"):
        Hooks([plugin("a", loom_configure=refuses)]).configure(Settings())


def test_configure_keeps_an_error_of_loom_as_it_is():
    def refuses(settings):
        raise SettingsError("server.port: 80 is mine")

    with pytest.raises(SettingsError, match="80 is mine"):
        Hooks([plugin("a", loom_configure=refuses)]).configure(Settings())


def test_two_sets_of_hooks_share_nothing():
    seen = []
    Hooks([plugin("a", loom_event=recording(seen))])

    Hooks([]).event(EVENT)

    assert seen == []


@pytest.mark.parametrize("method", ["verify", "extract"])
async def test_a_plugin_that_never_answers_fails_within_the_limit_and_the_next_is_asked(method):
    async def hang():
        await asyncio.Event().wait()

    answer = {"verify": verdict(), "extract": []}[method]
    name = f"loom_{method}"
    hooks = Hooks([plugin("a", **{name: hang}), plugin("b", **{name: lambda: answer})])

    first, second = await getattr(hooks, method)(SUBTASK, OUTCOME, CONTEXT, limit_seconds=0.01)

    assert str(first) == f"{name} of plugin 'a' failed: TimeoutError: no end within 0.01 s"
    assert second == Answer("b", answer)


async def test_a_timeout_of_the_plugins_own_keeps_its_words():
    def give_up():
        raise TimeoutError("the server slept")

    hooks = Hooks([plugin("a", loom_verify=give_up)])

    (failure,) = await hooks.verify(SUBTASK, OUTCOME, CONTEXT, limit_seconds=5)

    assert "the server slept" in str(failure)
