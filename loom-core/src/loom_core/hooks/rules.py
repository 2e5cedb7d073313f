"""What a plugin must keep to so that its hooks do what it thinks they do.

pluggy accepts more than can work here: a wrapper around an async hook sees a coroutine, a misspelt
hook is never called, an argument's default may or may not be used. All of it is refused when the
plugin is registered, with its name, instead of showing up in the middle of a task.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence

from pluggy import HookimplOpts, PluginManager

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import PluginError
from loom_core.hooks.plugin import Plugin

SYNC_ONLY = frozenset({"loom_configure", "loom_event"})
"""Hooks that nobody awaits."""

Implementation = Callable[..., object]


def check_plugin(
    plugin: Plugin, manager: PluginManager, hooks: Mapping[str, Sequence[str]]
) -> None:
    """Raise ``PluginError`` at the first rule that a plugin breaks.

    Args:
        plugin: what is about to be registered.
        manager: finds the marked functions, as it will when registering.
        hooks: every hook's name with the names of its arguments.
    """
    if inspect.isclass(plugin.implementation):
        raise PluginError(
            f"{plugin} is the class {plugin.implementation.__name__}; register an instance of it "
            "or a module"
        )
    marked = _marked_functions(plugin, manager)
    for name, (options, function) in marked.items():
        _check_implementation(plugin, options["specname"] or name, options, function, hooks)
    _check_nothing_forgotten(plugin, marked, hooks)


def _marked_functions(
    plugin: Plugin, manager: PluginManager
) -> dict[str, tuple[HookimplOpts, Implementation]]:
    marked: dict[str, tuple[HookimplOpts, Implementation]] = {}
    for name in dir(plugin.implementation):
        options = manager.parse_hookimpl_opts(plugin.implementation, name)
        if options is not None:
            marked[name] = (options, getattr(plugin.implementation, name))
    return marked


def _check_implementation(
    plugin: Plugin,
    hook: str,
    options: HookimplOpts,
    function: Implementation,
    hooks: Mapping[str, Sequence[str]],
) -> None:
    if hook not in hooks:
        if options["optionalhook"]:
            return
        raise PluginError(
            f"{plugin} implements {hook!r}, which is no hook{did_you_mean(hook, hooks)}"
        )
    where = f"{hook} of {plugin}"
    if options["wrapper"] or options["hookwrapper"]:
        raise PluginError(f"{where} is a wrapper; hooks are awaited, so wrappers cannot work here")
    if plugin.is_builtin and not options["trylast"]:
        raise PluginError(f"{where} is built in and must be marked trylast")
    _check_kind(where, hook, function)
    for parameter in inspect.signature(function).parameters.values():
        _check_parameter(where, parameter, hooks[hook])


def _check_kind(where: str, hook: str, function: Implementation) -> None:
    if inspect.isgeneratorfunction(function) or inspect.isasyncgenfunction(function):
        raise PluginError(f"{where} is a generator; return the answer instead of yielding it")
    if hook in SYNC_ONLY and inspect.iscoroutinefunction(function):
        raise PluginError(
            f"{where} is async, but nobody awaits this hook; make it a plain function"
        )


def _check_parameter(where: str, parameter: inspect.Parameter, offered: Sequence[str]) -> None:
    if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
        raise PluginError(f"{where} has the argument {parameter}; name plain arguments only")
    if parameter.default is not inspect.Parameter.empty:
        raise PluginError(
            f"{where} gives the argument {parameter.name!r} a default, which would hide the real "
            "value; take the default away"
        )
    if parameter.name not in offered:
        raise PluginError(
            f"{where} asks for {parameter.name!r}; it may ask for {', '.join(offered)}"
            f"{did_you_mean(parameter.name, offered)}"
        )


def _check_nothing_forgotten(
    plugin: Plugin, marked: Mapping[str, object], hooks: Mapping[str, Sequence[str]]
) -> None:
    for name in hooks:
        written = inspect.getattr_static(plugin.implementation, name, None)
        if name not in marked and inspect.isroutine(written):
            raise PluginError(f"{name} of {plugin} is not marked; put @hookimpl above it")
    if not marked:
        raise PluginError(f"{plugin} implements no hook; mark its functions with @hookimpl")
