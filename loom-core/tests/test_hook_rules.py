"""What is refused when a plugin is registered."""

from datetime import UTC, datetime
from types import ModuleType

import pytest

from loom_core import hookimpl
from loom_core.errors import PluginError
from loom_core.events import Event, TaskCancelled
from loom_core.hooks import Hooks, Plugin

EVENT = Event(sequence=1, task_id="t1", at=datetime.now(UTC), body=TaskCancelled(by="me"))


def plugin(name, distribution="dist", **hooks):
    """A plugin whose hooks are the given functions, marked."""
    module = ModuleType(name)
    for hook, function in hooks.items():
        setattr(module, hook, hookimpl(function))
    return Plugin(name, module, distribution)


def refused(candidate, *others):
    with pytest.raises(PluginError) as raised:
        Hooks([candidate, *others])
    return str(raised.value)


async def _async_nothing():
    return None


def _wrapper():
    yield


def _default(task=None):
    return None


def _unknown_argument(tasks):
    return None


def _star(*task):
    return None


def _keyword_only(*, task):
    return None


async def _async_generator():
    yield


@pytest.mark.parametrize(
    ("hooks", "text"),
    [
        ({"loom_configure": _async_nothing}, "loom_configure of plugin 'p' of dist is async"),
        ({"loom_event": _async_nothing}, "loom_event of plugin 'p' of dist is async"),
        ({"loom_plan": _default}, "gives the argument 'task' a default"),
        ({"loom_plan": _unknown_argument}, "asks for 'tasks'.*did you mean 'task'"),
        ({"loom_plan": _star}, r"has the argument \*task"),
        ({"loom_plan": _keyword_only}, "has the argument task"),
        ({"loom_plan": _wrapper}, "is a generator"),
        ({"loom_verify": _async_generator}, "is a generator"),
        ({"loom_palns": lambda: None}, "'loom_palns', which is no hook; did you mean 'loom_plan'"),
        ({"something_else": lambda: None}, "'something_else', which is no hook$"),
        ({}, "implements no hook"),
    ],
)
def test_plugin_that_breaks_a_rule_is_refused(hooks, text):
    with pytest.raises(PluginError, match=text) as raised:
        Hooks([plugin("p", **hooks)])

    assert "plugin 'p' of dist" in str(raised.value)


@pytest.mark.parametrize("kind", ["wrapper", "hookwrapper"])
def test_wrappers_of_both_styles_are_refused(kind):
    module = ModuleType("p")
    module.loom_plan = hookimpl(**{kind: True})(_wrapper)

    assert "is a wrapper" in refused(Plugin("p", module))


def test_forgotten_mark_is_refused():
    module = ModuleType("p")
    module.loom_plan = lambda task: None
    module.loom_event = hookimpl(lambda event: None)

    assert "loom_plan of plugin 'p' of loom-core is not marked" in refused(Plugin("p", module))


def test_class_in_place_of_an_instance_is_refused():
    class Planner:
        @hookimpl
        def loom_plan(self, task):
            return None

    assert "is the class Planner" in refused(Plugin("p", Planner))


def test_builtin_that_is_not_trylast_is_refused():
    module = ModuleType("p")
    module.loom_plan = hookimpl(lambda task: None)

    assert "must be marked trylast" in refused(Plugin("p", module, is_builtin=True))


def test_hook_of_a_later_loom_may_be_marked_optional():
    module = ModuleType("p")
    module.loom_dream = hookimpl(optionalhook=True)(lambda: None)

    assert [p.name for p in Hooks([Plugin("p", module)]).plugins] == ["p"]


def test_hook_under_another_name_is_checked_as_that_hook():
    module = ModuleType("p")
    module.watch = hookimpl(specname="loom_event")(_async_nothing)

    assert "loom_event of plugin 'p' of loom-core is async" in refused(Plugin("p", module))


def test_two_plugins_of_one_name_are_refused_naming_both_distributions():
    message = refused(
        plugin("same", "dist-one", loom_plan=lambda: None),
        plugin("same", "dist-two", loom_plan=lambda: None),
    )

    assert "dist-one" in message
    assert "dist-two" in message


def test_one_object_under_two_names_is_refused_naming_both_distributions():
    one = plugin("one", "dist-one", loom_plan=lambda: None)

    message = refused(one, Plugin("two", one.implementation, "dist-two"))

    assert "dist-one" in message
    assert "dist-two" in message


def test_properties_of_a_plugin_are_not_run():
    class Plain:
        @property
        def explosive(self):
            raise AssertionError("looked at")

        @hookimpl
        def loom_event(self, event):
            return None

    assert Hooks([Plugin("p", Plain())]).event(EVENT) == []
