"""What the tests of this distribution share: a workspace and a sandbox that needs no namespaces."""

import asyncio
from pathlib import Path

import pytest

from loom_core.contracts.check import CheckContext
from loom_core.sandbox import CommandResult, Sandbox
from loom_core.workspace import Workspace


class FakeSandbox(Sandbox):
    """Runs the tests' own harmless commands and notes how; or claims to confine nothing."""

    name = "fake"

    def __init__(self, *, is_confining=True, result=None):
        self.is_confining = is_confining
        self.result = result
        self.runs = []

    async def run(
        self, command, *, workspace, timeout_seconds, may_write=True, max_output_bytes=30 * 1024
    ):
        self.runs.append((command, Path(workspace), may_write))
        if self.result is not None:
            return self.result
        process = await asyncio.create_subprocess_shell(
            command,
            cwd=workspace,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await asyncio.wait_for(process.communicate(), timeout_seconds)
        return CommandResult(output=output.decode(), exit_code=process.returncode)


@pytest.fixture
def sandbox():
    return FakeSandbox()


@pytest.fixture
def look(tmp_path, sandbox):
    return CheckContext(Workspace(tmp_path), sandbox)


@pytest.fixture
def look_with(tmp_path):
    """Makes a look at the workspace through a sandbox with other manners."""

    def make(*, changes=(), **manners):
        return CheckContext(Workspace(tmp_path), FakeSandbox(**manners), changes)

    return make
