"""Who holds a claim, and whether it may still be running."""

import os
import signal
import subprocess
import sys

import pytest

from loom_core.engine.owner import is_alive, new_owner


def test_this_process_is_alive():
    assert is_alive(new_owner())


def test_a_process_that_has_ended_is_dead():
    code = "from loom_core.engine.owner import new_owner; print(new_owner())"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not is_alive(ended.stdout.strip())


def test_a_process_that_was_killed_is_dead_before_its_parent_notices():
    code = "from loom_core.engine.owner import new_owner; print(new_owner(), flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        owner = process.stdout.readline().strip()
        assert is_alive(owner)

        os.kill(process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert not is_alive(owner)


def test_a_younger_process_with_the_same_number_is_another_one():
    host, number, start = new_owner().rsplit(":", 2)

    assert not is_alive(f"{host}:{number}:{int(start.partition('/')[0]) - 1}")


@pytest.mark.parametrize(
    "owner",
    ["", "somebody", "this:x:1", "elsewhere:1:1", "a:b"],
)
def test_who_cannot_be_told_is_taken_for_alive(owner):
    assert is_alive(owner)
