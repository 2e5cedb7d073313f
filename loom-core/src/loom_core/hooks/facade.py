"""One typed method for each hook."""

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TypeVar, cast

from pluggy import HookImpl, PluginManager

from loom_core import hookspecs
from loom_core.contracts.context import Context, PendingCall
from loom_core.errors import LoomError, PluginError
from loom_core.events import Event
from loom_core.hooks.dispatch import Answer, Asked, Failure, call, collect, first
from loom_core.hooks.plugin import Plugin
from loom_core.hooks.registry import HookRegistry
from loom_core.hooks.rules import check_plugin
from loom_core.settings.shape import Settings
from loom_core.types import Decision, MemoryEntry, Outcome, Plan, Subtask, Task, Verdict

T = TypeVar("T")


class Hooks:
    """The hooks of a set of plugins, which is fixed when it is made; one for each Loom.

    What an exception of a plugin means is the caller's to decide, by the table in
    ``loom_core.hookspecs``. Cancellation always passes through.
    """

    def __init__(self, plugins: Iterable[Plugin]) -> None:
        """Register the plugins: others' by name, then Loom's own.

        Raises:
            PluginError: one of them breaks the rules, or two have one name or are one object.
        """
        self._manager = HookRegistry("loom")
        self._manager.add_hookspecs(hookspecs)
        self._plugins: list[Plugin] = []
        specs = _arguments_of_hooks(self._manager)
        for plugin in _registration_order(plugins):
            self._refuse_duplicate(plugin)
            check_plugin(plugin, self._manager, specs)
            self._manager.register(plugin.implementation, name=plugin.name)
            self._plugins.append(plugin)
        self._manager.check_pending()
        self._asked = {name: Asked.of(getattr(self._manager.hook, name)) for name in specs}

    @property
    def plugins(self) -> Sequence[Plugin]:
        """Every plugin that takes part, by name."""
        return sorted(self._plugins, key=lambda plugin: plugin.name)

    def configure(self, settings: Settings, *, is_offline: bool = False) -> None:
        """Let every plugin look at the settings, and at whether it may leave this machine.

        Raises:
            PluginError: one refused them; its own ``LoomError`` is raised as it is.
        """
        for implementation in self._asked["loom_configure"].implementations:
            try:
                _call_plain(implementation, {"settings": settings, "is_offline": is_offline})
            except LoomError:
                raise
            except Exception as error:
                raise PluginError(
                    f"plugin {implementation.plugin_name!r} refused the settings: {error}"
                ) from error

    async def plan(
        self, task: Task, context: Context, *, limit_seconds: float | None = None
    ) -> Answer[Plan] | None:
        """The plan of a task, and the first plugin that makes one; None when none does.

        Raises ``TimeoutError`` when a plugin takes longer than the limit; None sets no limit.
        """
        return await first(
            self._asked["loom_plan"],
            {"task": task, "context": context},
            _instance_of(Plan),
            limit_seconds=limit_seconds,
        )

    async def replan(
        self,
        task: Task,
        plan: Plan,
        outcomes: Mapping[str, Outcome],
        context: Context,
        *,
        limit_seconds: float | None = None,
    ) -> Plan | None:
        """The next version of a plan; None when no plugin makes one. Raises as ``plan`` does."""
        arguments = {
            "task": task,
            "plan": plan,
            "outcomes": dict(outcomes),
            "context": context,
        }
        answer = await first(
            self._asked["loom_replan"], arguments, _instance_of(Plan), limit_seconds=limit_seconds
        )
        return _value(answer)

    async def execute(self, subtask: Subtask, context: Context) -> Outcome | None:
        """The outcome of one attempt; None when no plugin runs subtasks."""
        arguments = {"subtask": subtask, "context": context}
        return _value(await first(self._asked["loom_execute"], arguments, _instance_of(Outcome)))

    async def approve(self, call: PendingCall, context: Context) -> Decision | None:
        """The decision on a call. None, like an exception, is to be taken as denied."""
        arguments = {"call": call, "context": context}
        return _value(await first(self._asked["loom_approve"], arguments, _instance_of(Decision)))

    async def verify(
        self,
        subtask: Subtask,
        outcome: Outcome,
        context: Context,
        *,
        limit_seconds: float | None = None,
    ) -> list[Answer[Verdict] | Failure]:
        """Every plugin's verdict. A failure is not a pass; neither is an empty list.

        A plugin that takes longer than the limit failed; None sets no limit.
        """
        return await collect(
            self._asked["loom_verify"],
            {"subtask": subtask, "outcome": outcome, "context": context},
            _instance_of(Verdict),
            limit_seconds=limit_seconds,
        )

    async def extract(
        self,
        subtask: Subtask,
        outcome: Outcome,
        context: Context,
        *,
        limit_seconds: float | None = None,
        tell: Callable[[Answer[Sequence[MemoryEntry]]], Awaitable[None]] | None = None,
    ) -> list[Answer[Sequence[MemoryEntry]] | Failure]:
        """Every plugin's memory entries; one that takes longer than the limit failed.

        ``tell`` is shown each answer at once, so that nobody waits for the slowest plugin.
        """
        return await collect(
            self._asked["loom_extract"],
            {"subtask": subtask, "outcome": outcome, "context": context},
            _memory_entries,
            limit_seconds=limit_seconds,
            tell=tell,
        )

    def event(self, event: Event) -> list[Failure]:
        """Show an event to every plugin; never raises. What failed is returned to be reported."""
        failures: list[Failure] = []
        for implementation in self._asked["loom_event"].implementations:
            try:
                _call_plain(implementation, {"event": event})
            except Exception as error:  # noqa: BLE001 - isolation point: handed to the caller
                failures.append(Failure(implementation.plugin_name, "loom_event", error))
        return failures

    def _refuse_duplicate(self, plugin: Plugin) -> None:
        for other in self._plugins:
            if other.name == plugin.name:
                raise PluginError(
                    f"two plugins have the name {plugin.name!r}: one of {other.distribution}, one "
                    f"of {plugin.distribution}; uninstall one of them"
                )
            if other.implementation is plugin.implementation:
                raise PluginError(
                    f"{plugin} and {other} are the same object; register it once, or its hooks "
                    "would run twice"
                )


def _arguments_of_hooks(manager: PluginManager) -> dict[str, Sequence[str]]:
    return {
        name: tuple(inspect.signature(spec).parameters)
        for name, spec in vars(hookspecs).items()
        if manager.parse_hookspec_opts(hookspecs, name) is not None
    }


def _registration_order(plugins: Iterable[Plugin]) -> list[Plugin]:
    """Others' plugins last name first, as the last one registered is asked first; then Loom's own.

    Hooks marked ``trylast`` are asked in the order of registration.
    """
    given = list(plugins)
    others = [plugin for plugin in given if not plugin.is_builtin]
    others.sort(key=lambda plugin: (plugin.name, plugin.distribution), reverse=True)
    return others + [plugin for plugin in given if plugin.is_builtin]


def _call_plain(implementation: HookImpl, arguments: Mapping[str, object]) -> None:
    """Call a hook that nobody awaits; a plain function may still return a coroutine."""
    answer = call(implementation, arguments)
    if inspect.iscoroutine(answer):
        answer.close()
    if inspect.isawaitable(answer):
        raise PluginError("it returned something to await, but nobody awaits this hook")


def _value(answer: Answer[T] | None) -> T | None:
    return None if answer is None else answer.value


def _instance_of(kind: type[T]) -> Callable[[object], T | None]:
    def read(answer: object) -> T | None:
        return answer if isinstance(answer, kind) else None

    return read


def _memory_entries(answer: object) -> Sequence[MemoryEntry] | None:
    if not isinstance(answer, list | tuple):
        return None
    items = cast("Sequence[object]", answer)
    entries = [item for item in items if isinstance(item, MemoryEntry)]
    return entries if len(entries) == len(items) else None
