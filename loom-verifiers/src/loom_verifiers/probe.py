"""Calls functions with many inputs and prints what they gave as JSON; run in a sandbox, alone.

    python3 probe.py FILE FUNCTION
    python3 probe.py FILE "*"        # every public function and class that the file defines

Of a class each public method is called in the order of the alphabet, on one object, several times.

Standard library only: it is copied beside the file and run by whatever Python runs that.
"""

import contextlib
import copy
import importlib.util
import inspect
import io
import itertools
import json
import re
import signal
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from types import FrameType, ModuleType
from typing import cast

_SINGLE = (
    "",
    "a",
    "level",
    "Hello World",
    "one two three",
    "Anna went home",
    "aabbc",
    0,
    1,
    2,
    3,
    7,
    10,
    15,
    30,
    100,
    1900,
    2000,
    2023,
    2024,
    -4,
    2.5,
    [1],
    [3, 1, 2],
    [1, 2, 2, 5],
    [4, -1, 10, 3],
    ["b", "a"],
    {"a": 1, "b": 2},
)
_FEW = (3, 4, 10, 2.5, 0, "hello", "l", "Hello World", [1, 2, 3], [3, 1], ["x", "y"], "one two")
_MAX_INPUTS = 2_000
_ADDRESS = re.compile(r"0x[0-9a-f]+")
_NOTHING = "None"
"""What a function gives that only does something nobody sees here."""
_CALLS = 300
_SECONDS_PER_INPUT = 0.5
_ROUNDS = 2
_ALL = "*"
_MAX_DIFFERENT = 30
_MAX_CHARACTERS = 200


def main() -> None:
    """Print what the function gives, by input."""
    path, name = sys.argv[1:3]
    with contextlib.redirect_stdout(io.StringIO()):
        module = _module(path)
        found = _all_answers(module) if name == _ALL else _answers(getattr(module, name))
    if set(found.values()) == {_NOTHING}:
        found = {}
    print(json.dumps(found))  # noqa: T201  # the output is what it is for


def _module(path: str) -> ModuleType:
    """The file as a module, its own directory searched first as when it is imported from there."""
    sys.path.insert(0, path.rpartition("/")[0] or ".")
    spec = importlib.util.spec_from_file_location("probed", path)
    if spec is None or spec.loader is None:
        raise SystemExit(2)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _all_answers(module: ModuleType) -> dict[str, str]:
    """What every public function and class of the module's own gave, its name before each input."""
    found: dict[str, str] = {}
    for name, value in sorted(vars(module).items()):
        if name.startswith("_") or getattr(value, "__module__", "") != module.__name__:
            continue
        if inspect.isclass(value):
            found |= _life_of(name, value)
        elif inspect.isfunction(value):
            found |= {f"{name}{tried}": given for tried, given in _answers(value).items()}
    return found


def _life_of(name: str, kind: Callable[..., object]) -> dict[str, str]:
    """What the methods of one object gave, call by call; nothing when none can be made."""
    for beginnings in _inputs(kind):
        for arguments in beginnings:
            with contextlib.suppress(Exception), _alarm():
                return _calls_on(name, kind(*arguments))
    return {}


def _calls_on(name: str, thing: object) -> dict[str, str]:
    """The results of the public methods, all of them called in several rounds."""
    found: dict[str, str] = {}
    methods = [one for one in sorted(dir(thing)) if not one.startswith("_")]
    for turn in range(_ROUNDS):
        for method in (one for one in methods if callable(getattr(thing, one))):
            bound = getattr(thing, method)
            for count, arguments in enumerate(_sampled(bound)):
                given = "refused"
                with contextlib.suppress(Exception), _alarm():
                    given = _seen(bound, arguments)[:_MAX_CHARACTERS]
                found[f"{name}.{method}{arguments!r} call {turn}.{count}"] = given
    return found


def _sampled(method: Callable[..., object]) -> Sequence[tuple[object, ...]]:
    """A few arguments for a method; for one without, two calls."""
    groups = _inputs(method)
    first: Sequence[tuple[object, ...]] = groups[0] if groups else ()
    return [*first[7:8], *first[9:10], *first[12:13]] if first and first[0] else [(), ()]


def _answers(function: Callable[..., object]) -> dict[str, str]:
    """What it gave, as Python writes it; what it refused is left out."""
    for group in _inputs(function):
        found: dict[str, str] = {}
        for arguments in group:
            with contextlib.suppress(Exception), _alarm():
                found[repr(arguments)[:_MAX_CHARACTERS]] = _answer(function, arguments)
        if found:
            return found
    return {}


@contextlib.contextmanager
def _alarm() -> Generator[None]:
    """Raise ``TimeoutError`` in what takes too long, such as a recursion over a large number."""
    signal.signal(signal.SIGALRM, _too_long)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS_PER_INPUT)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _too_long(_signal: int, _frame: FrameType | None) -> None:
    """End a call."""
    raise TimeoutError


def _answer(function: Callable[..., object], arguments: Sequence[object]) -> str:
    """The result, or all results where one call is not like the next."""
    first, second = (_seen(function, arguments) for _ in range(2))
    if first == second and arguments:
        return first[:_MAX_CHARACTERS]
    several = {_seen(function, arguments) for _ in range(_CALLS)}
    return " or ".join(sorted(several)[:_MAX_DIFFERENT])[: _MAX_CHARACTERS * 5]


def _seen(function: Callable[..., object], arguments: Sequence[object]) -> str:
    """What one call gave, printed, and did to its arguments, which are copies."""
    given = [copy.copy(one) for one in arguments]
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        result = _plain(function(*given))
    told = f" prints {printed.getvalue()!r}" if printed.getvalue() else ""
    changed = f" leaves {given!r}" if given != list(arguments) else ""
    return _ADDRESS.sub("0x", f"{result}{told}{changed}")


def _plain(result: object) -> str:
    """A result as Python writes it, iterators read and sets sorted."""
    if isinstance(result, Iterator):
        result = list(itertools.islice(cast("Iterator[object]", result), _MAX_INPUTS))
    if isinstance(result, set | frozenset):
        return f"set {sorted(map(repr, cast('set[object]', result)))}"
    return repr(result)


def _inputs(function: Callable[..., object]) -> Sequence[Sequence[tuple[object, ...]]]:
    """Arguments to try, as many as the function demands, likely ones first."""
    parameters = inspect.signature(function).parameters.values()
    demanded = [
        one
        for one in parameters
        if one.default is one.empty and one.kind in {one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD}
    ]
    if len(demanded) == 1:
        return [[(one,) for one in _SINGLE]]
    combined = list(itertools.islice(itertools.product(_FEW, repeat=len(demanded)), _MAX_INPUTS))
    return [[one for one in combined if len(set(map(_kind, one))) <= 1], combined]


def _kind(value: object) -> type:
    """What an argument is, whole numbers and others taken together."""
    return float if isinstance(value, int) else type(value)


if __name__ == "__main__":
    main()
