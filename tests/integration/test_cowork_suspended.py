"""``loom cowork`` put aside with Ctrl-Z and taken up again, under a shell with job control."""

import os
import pty
import select
import shlex
import termios
import time

import pytest
from scenario import LIMIT_SECONDS, LOOM, wait_until

pytestmark = pytest.mark.slow


class Shell:
    """An interactive shell on a terminal of its own."""

    def __init__(self, environment):
        self.shown = ""
        pid, self._terminal = pty.fork()
        if pid == 0:
            os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], environment)

    def type(self, text):
        os.write(self._terminal, text.encode())

    @property
    def gives_single_keys(self):
        """Whether keys reach a program one by one, and none of them is the terminal's own."""
        return not termios.tcgetattr(self._terminal)[3] & (termios.ICANON | termios.ISIG)

    def read_until(self, text):
        """Read until a text is shown that was not read before."""
        end, start = time.monotonic() + LIMIT_SECONDS, len(self.shown)
        while text not in self.shown[start:]:
            assert time.monotonic() < end, f"{text!r} was not shown, but: {self.shown[start:]}"
            if select.select([self._terminal], [], [], 0.1)[0]:
                self.shown += os.read(self._terminal, 65536).decode(errors="replace")


def test_terminal_is_the_shells_meanwhile_and_takes_keys_again_after_it(place):
    place.serve()
    command = [str(LOOM), "cowork", "-w", str(place.workspace)]
    shell = Shell({**os.environ, **place.environment, "TERM": "xterm-256color", "PS1": "ready> "})
    shell.read_until("ready> ")
    shell.type(f"{shlex.join(command)}\r")
    shell.read_until("/help")
    wait_until(lambda: shell.gives_single_keys, "the prompt takes keys")
    shell.type("\x1a")
    shell.read_until("Stopped")
    shell.type("stty -a | tr ' ' '\\n' | grep icanon | sed s/^/mode:/\r")
    shell.read_until("mode:icanon")

    shell.type("fg\r")
    wait_until(lambda: shell.gives_single_keys, "the prompt takes keys again")
    shell.type("/tokens\r")
    shell.read_until("0 calls")
    shell.type("\x04")
    shell.read_until("ready> ")
    shell.type("exit\r")
