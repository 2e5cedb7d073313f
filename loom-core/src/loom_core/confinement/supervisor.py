"""The small process that starts a command confined, watches over it, and ends all it started.

It is a program of its own, not code that runs between fork and exec in Loom, which has threads. It
confines its child and not itself, so that it can kill what the child leaves.
"""

import fcntl
import json
import os
import select
import signal
import socket
import sys
from dataclasses import dataclass

from loom_core.confinement.architecture import this_architecture
from loom_core.confinement.asking import Answerer
from loom_core.confinement.filter_program import program
from loom_core.confinement.filtering import filter_calls
from loom_core.confinement.kernel import process_control
from loom_core.confinement.landlock import READ, WRITE, confine_files
from loom_core.confinement.privileges import drop_privileges
from loom_core.confinement.reaping import become_subreaper, kill_descendants
from loom_core.confinement.refused_calls import beside_landlock

_DIE_WITH_PARENT = 1
_FAILED_TO_START = 125
_KILLED = 137


@dataclass(frozen=True, slots=True)
class Order:
    """What to run, and within which bounds."""

    argv: list[str]
    lifeline: int = -1
    """Descriptor that is at its end once nobody wants the command any more; -1 is none."""
    status: int = -1
    """Descriptor that gets a word once the command really runs; -1 is none."""
    is_confined: bool = False
    """Whether the command is confined at all; if not, what follows means nothing."""
    network: bool = False
    readable: tuple[str, ...] = ()
    writable: tuple[str, ...] = ()
    """Directories in which everything may be done, and devices."""


def main() -> None:
    """Do what the order says that the first argument names the descriptor of.

    The exit code is the command's, as in a shell.
    """
    with os.fdopen(int(sys.argv[1])) as file:  # closed before the command starts
        order = Order(**json.load(file))
    for descriptor in {order.lifeline, order.status} - {-1}:
        fcntl.fcntl(descriptor, fcntl.F_SETFD, fcntl.FD_CLOEXEC)  # no business of the command
    become_subreaper()
    here, there = socket.socketpair()
    child = os.fork()
    if child == 0:
        here.close()
        _start(order, there)
    there.close()
    answerer = _answerer(order, here)
    try:
        code = _watch(child, order, answerer)
    finally:
        kill_descendants()
    os._exit(code)


def _start(order: Order, parent: socket.socket) -> None:
    """Become the command; never comes back."""
    try:
        os.setsid()
        for number in (signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)  # Python ignores them, and that is inherited
        process_control(_DIE_WITH_PARENT, signal.SIGKILL)
        if order.is_confined:
            _confine(order, parent)
        if order.status >= 0:
            os.write(order.status, b"ran\n")
        os.execv(order.argv[0], order.argv)  # noqa: S606 - the order names the shell itself
    except BaseException as error:  # noqa: BLE001 - nothing may get past here unconfined
        os.write(2, f"the command could not be started: {error}\n".encode())
        os._exit(_FAILED_TO_START)


def _confine(order: Order, parent: socket.socket) -> None:
    """Give up what the command may not have, in an order in which each step can still be made."""
    architecture = this_architecture()
    if architecture is None:
        raise OSError("the processor is not known")
    drop_privileges(architecture)
    rules = [(path, READ) for path in order.readable] + [(path, WRITE) for path in order.writable]
    confine_files(rules, network=order.network)
    code = program(architecture, beside_landlock(network=order.network))
    listener = filter_calls(architecture, code)
    socket.send_fds(parent, [b"."], [listener])


def _answerer(order: Order, child: socket.socket) -> Answerer | None:
    """Who answers the calls that the filter asks about; None without confinement."""
    architecture = this_architecture()
    if not order.is_confined or architecture is None:
        return None
    _, descriptors, _, _ = socket.recv_fds(child, 1, 1)
    if not descriptors:
        return None  # the child says itself why it could not start
    roots = [path for path in order.writable if os.path.isdir(path)]  # noqa: PTH112 - pathlib is slow to load
    return Answerer(descriptors[0], architecture, roots)


def _watch(child: int, order: Order, answerer: Answerer | None) -> int:
    """Wait for the end of the command, or for nobody to want it any more."""
    waiting = select.poll()
    ended = os.pidfd_open(child)
    waiting.register(ended, select.POLLIN)
    if order.lifeline >= 0:
        waiting.register(order.lifeline, select.POLLIN | select.POLLHUP)
    if answerer is not None:
        waiting.register(answerer.listener, select.POLLIN)
    while True:
        for descriptor, what in waiting.poll():
            if descriptor == ended:
                code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
                return code if code >= 0 else 128 - code
            if descriptor == order.lifeline:
                return _KILLED
            if answerer is not None and what & select.POLLIN:
                answerer.answer()
            elif answerer is not None:
                waiting.unregister(descriptor)
