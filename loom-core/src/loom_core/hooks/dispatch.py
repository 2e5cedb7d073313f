"""The two verbs of asking plugins: ``first`` and ``collect``.

pluggy itself would take the coroutine of an ``async`` implementation for its answer, so that one
which declines would win. Here every answer is awaited before anything is decided.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pluggy import HookCaller, HookImpl

from loom_core.errors import PluginError

T = TypeVar("T")

Reader = Callable[[object], T | None]
"""Gives the answer as its type, or None when it is of another type."""


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """What one plugin said."""

    plugin: str
    value: T


@dataclass(frozen=True, slots=True)
class Failure:
    """That one plugin raised. What it means is said in the table of ``loom_core.hookspecs``."""

    plugin: str
    hook: str
    error: Exception

    def __str__(self) -> str:
        """Plugin, hook and cause in one line."""
        cause = f"{type(self.error).__name__}: {self.error}"
        return f"{self.hook} of plugin {self.plugin!r} failed: {cause}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A hook with its implementations in the order in which they are asked."""

    name: str
    implementations: tuple[HookImpl, ...]

    @classmethod
    def of(cls, hook: HookCaller) -> "Asked":
        """The hook as it is once every plugin is registered."""
        return cls(hook.name, tuple(reversed(hook.get_hookimpls())))


def call(implementation: HookImpl, arguments: Mapping[str, object]) -> object:
    """What an implementation returns, given the arguments that it asks for."""
    return implementation.function(*[arguments[name] for name in implementation.argnames])


async def first(
    hook: Asked,
    arguments: Mapping[str, object],
    read: Reader[T],
    *,
    limit_seconds: float | None = None,
) -> Answer[T] | None:
    """The first answer that is not None, and whose it is; later plugins are not asked. None when all decline.

    An exception is raised on, with a note that names the plugin; taking longer than the limit, which
    is each plugin's own, is a ``TimeoutError``.
    """
    for implementation in hook.implementations:
        try:
            value = await _ask(hook, implementation, arguments, read, limit_seconds)
        except Exception as error:
            error.add_note(f"raised in {hook.name} of plugin {implementation.plugin_name!r}")
            raise
        if value is not None:
            return Answer(implementation.plugin_name, value)
    return None


async def collect(
    hook: Asked,
    arguments: Mapping[str, object],
    read: Reader[T],
    *,
    limit_seconds: float | None = None,
    tell: Callable[[Answer[T]], Awaitable[None]] | None = None,
) -> list[Answer[T] | Failure]:
    """What every plugin says, in call order, without those that have nothing to say.

    One after another, so that a resumed run meets the same calls in the same order. An exception
    becomes that plugin's ``Failure`` and the next one is asked; so does taking longer than the limit,
    which is each plugin's own. Cancellation passes through. ``tell`` is shown each answer at once.
    """
    answers: list[Answer[T] | Failure] = []
    for implementation in hook.implementations:
        try:
            value = await _ask(hook, implementation, arguments, read, limit_seconds)
        except Exception as error:  # noqa: BLE001 - isolation point: handed to the caller
            answers.append(Failure(implementation.plugin_name, hook.name, error))
        else:
            if value is not None:
                answer = Answer(implementation.plugin_name, value)
                answers.append(answer)
                if tell is not None:
                    await tell(answer)
    return answers


async def _within(answer: Awaitable[object], limit_seconds: float | None) -> object:
    """Await for so long at most; ``TimeoutError`` says what the limit was. None sets none."""
    limit = asyncio.timeout(limit_seconds)
    try:
        async with limit:
            return await answer
    except TimeoutError as error:
        if limit.expired():
            raise TimeoutError(f"no end within {limit_seconds:g} s") from error
        raise


async def _ask(
    hook: Asked,
    implementation: HookImpl,
    arguments: Mapping[str, object],
    read: Reader[T],
    limit_seconds: float | None,
) -> T | None:
    answer = call(implementation, arguments)
    if inspect.isawaitable(answer):
        answer = await _within(answer, limit_seconds)
    if answer is None:
        return None
    value = read(answer)
    if value is None:
        raise PluginError(
            f"{hook.name} of plugin {implementation.plugin_name!r} returned "
            f"{type(answer).__name__}, which this hook may not return"
        )
    return value
