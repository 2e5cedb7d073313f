"""Filters of system calls, written as the programs that the kernel runs at each call.

Source: ``seccomp(2)`` and the kernel's ``Documentation/userspace-api/seccomp_filter.rst``.
"""

import errno
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from loom_core.confinement.architecture import LAST_KNOWN, Architecture

ALLOW = 0x7FFF0000
KILL = 0x80000000
ASK = 0x7FC00000
"""Another process is asked (``SECCOMP_RET_USER_NOTIF``)."""

_LOAD, _IF_EQUAL, _IF_GREATER, _IF_AT_LEAST, _IF_ANY_BIT, _RETURN = (
    0x20,
    0x15,
    0x25,
    0x35,
    0x45,
    0x06,
)
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16
_X32 = 0x40000000
"""Numbers from here on are those of x32, a second way to call everything."""


def refuse(number: int = errno.EPERM) -> int:
    """What the filter answers so that a call fails with this error."""
    return 0x00050000 | number


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of one system call."""

    name: str
    answer: int
    """What the filter answers; ``ALLOW`` for the values in ``allowed`` or without ``bits``."""
    argument: int | None = None
    """Which argument decides, from 0; None refuses every call."""
    allowed: tuple[int, ...] = ()
    """Values of its lower half with which the call may go on."""
    refused: tuple[int, ...] = ()
    """Values with which alone it is refused; in place of ``allowed``."""
    bits: int = 0
    """It is refused only when one of these bits is set; in place of ``allowed``."""
    then: "Rule | None" = None
    """With an allowed value another argument decides: a rule of the same call."""


def program(architecture: Architecture, rules: Iterable[Rule]) -> bytes:
    """The filter as the kernel reads it. Calls that no rule names go on."""
    code = [
        _step(_LOAD, _ARCHITECTURE),
        _step(_IF_EQUAL, architecture.audit, yes=1),
        _step(_RETURN, KILL),
        _step(_LOAD, _NUMBER),
        _step(_IF_AT_LEAST, _X32, no=1),
        _step(_RETURN, refuse(errno.ENOSYS)),
        _step(_IF_GREATER, LAST_KNOWN, no=1),
        _step(_RETURN, refuse(errno.ENOSYS)),
    ]
    for rule in rules:
        number = architecture.numbers.get(rule.name)
        if number is not None:
            body = _body(rule)
            code += [_step(_IF_EQUAL, number, no=len(body)), *body]
    return b"".join([*code, _step(_RETURN, ALLOW)])


def _body(rule: Rule) -> Sequence[bytes]:
    """What is done once the number of the call is the rule's; it always ends in an answer."""
    answer = _step(_RETURN, rule.answer)
    if rule.argument is None:
        return [answer]
    load = _step(_LOAD, _ARGUMENTS + 8 * rule.argument)
    go_on = _step(_RETURN, ALLOW)
    if rule.bits:
        return [load, _step(_IF_ANY_BIT, rule.bits, no=1), answer, go_on]
    values = rule.refused or rule.allowed
    tests = [_step(_IF_EQUAL, value, yes=len(values) - index) for index, value in enumerate(values)]
    if rule.refused:
        return [load, *tests, go_on, answer]
    return [load, *tests, answer, *(_body(rule.then) if rule.then else [go_on])]


def _step(code: int, value: int, *, yes: int = 0, no: int = 0) -> bytes:
    """One instruction; the jumps count from the next one."""
    return struct.pack("=HBBI", code, yes, no, value)
