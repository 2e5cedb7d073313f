"""What every command shares: the settings, and the ways to the store and the engine."""

import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from loom_core.cli.program_name import program_name

if TYPE_CHECKING:
    from loom_core.app import Loom
    from loom_core.contracts.context import PendingCall
    from loom_core.contracts.provider import ProviderEnvironment
    from loom_core.contracts.tool import Tool
    from loom_core.desk import Desk, OpenDesk, ServerDesk
    from loom_core.settings import LoadedSettings, Settings
    from loom_core.store import Store
    from loom_core.types import Decision, Question
    from loom_core.workspace import BlobStore, Workspace

LOCAL, AUTO, NONE = "local", "auto", "none"
"""What ``--server`` takes beside a URL."""

_BLOBS = "blobs"
"""Directory of before-images in Loom's home; the engine's own."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """What one run asks of the engine beside the settings."""

    say: Callable[[str], None]
    """Shows the user a line about something that takes time."""
    confirm: Callable[[str], bool]
    """Asks the user before something large is fetched."""
    model: str = ""
    """Name of the model in the settings that does everything; empty leaves it to the router."""
    is_offline: bool = False
    ask: "Callable[[PendingCall], Awaitable[Decision | None]] | None" = None
    """Asks a human whether a call may run; None when nobody is there."""
    ask_question: "Callable[[Question], Awaitable[str]] | None" = None
    """Asks a human what a model wants to know; None when nobody is there."""


class Session:
    """One call of ``loom``. Everything behind it is imported when a command first needs it."""

    def __init__(self) -> None:
        """Know nothing yet; nothing is read before it is needed."""
        self.is_debugging = False
        self.config_file: Path | None = None
        """The settings file of ``--config``; None looks in the usual places."""
        self.leaves_out_untrusted = False
        self._limits: dict[str, float] = {}
        """Whether a project's untrusted settings file is left out instead of refused."""
        self.left_out: Path | None = None
        """The settings file that was left out; None when none was."""

    def again(self) -> "Session":
        """The same call with nothing read yet, for settings that may have changed meanwhile."""
        session = Session()
        session.is_debugging, session.config_file = self.is_debugging, self.config_file
        session.leaves_out_untrusted = self.leaves_out_untrusted
        return session

    @property
    def no_color(self) -> bool:
        """Whether the user wants no colour anywhere (https://no-color.org).

        Read here, since ``loom_core.settings``, which reads all else, is too heavy for ``--help``.
        """
        return bool(os.environ.get("NO_COLOR"))

    @cached_property
    def environ(self) -> dict[str, str]:
        """The environment of this process."""
        from loom_core.settings import process_environment

        return process_environment()

    @cached_property
    def home(self) -> Path:
        """Loom's home directory."""
        from loom_core.settings import home_directory

        return home_directory(self.environ)

    @cached_property
    def loaded(self) -> "LoadedSettings":
        """The settings with their origins, read once; raises ``SettingsError``."""
        from loom_core.errors import UntrustedSettings

        try:
            return self._load()
        except UntrustedSettings:
            if not self.leaves_out_untrusted:
                raise
        loaded = self._load(reads_project=False)
        self.left_out = Path.cwd() / "loom.toml"
        click.echo(
            "loom: ./loom.toml is not trusted and is left out here; to use it: "
            f"{program_name()} trust",
            err=True,
        )
        return loaded

    @property
    def settings(self) -> "Settings":
        """All settings, those of flags in place; raises ``SettingsError``."""
        settings = self.loaded.settings
        if not self._limits:
            return settings
        execution = settings.execution.model_copy(update=self._limits)
        return settings.model_copy(update={"execution": execution})

    def limit_tasks(self, *, tokens: int | None, calls: int | None, seconds: float | None) -> None:
        """Let the budgets of flags win over those of the settings; None leaves these as they are."""
        given = {
            "max_task_tokens": tokens,
            "max_task_calls": calls,
            "max_task_seconds": seconds,
        }
        self._limits = {name: value for name, value in given.items() if value is not None}

    def provider_environment(self, is_offline: bool) -> "ProviderEnvironment":
        """What providers may use where models are only looked at: nothing is fetched."""
        from loom_core.contracts.provider import ProviderEnvironment

        return ProviderEnvironment(
            home=self.home, is_offline=is_offline, confirm=lambda _question: False
        )

    @asynccontextmanager
    async def open_store(self) -> "AsyncGenerator[Store]":
        """The database, open while inside; made and migrated if need be. Raises ``StoreError``."""
        from loom_core.store import Store

        memory = self.settings.memory
        store = Store.open(
            memory.database_url or memory.database_path, durability=memory.durability
        )
        try:
            yield store
        finally:
            await store.close()

    @asynccontextmanager
    async def open_desk(self, server: str, *, looks: bool = False) -> "AsyncGenerator[Desk]":
        """Where tasks are looked at and acted on, open while inside.

        Args:
            server: URL of a server, ``local`` for the one that runs in this home, ``auto`` for that one if it
                can be used and the database otherwise, ``none`` for the database.
            looks: whether an empty ``server`` means ``auto``; else it means ``none``.

        Raises:
            UsageError: the server is not there, or loom-server is not installed.
        """
        wanted = server or (AUTO if looks else NONE)
        if wanted not in {AUTO, NONE}:
            async with self.load_desk()(wanted, home=self.home, environ=self.environ) as desk:
                yield desk
            return
        async with AsyncExitStack() as stack:
            here = await stack.enter_async_context(self._desk_here(wanted))
            yield here or await stack.enter_async_context(self._local_desk())

    def _desk_here(self, wanted: str) -> "AbstractAsyncContextManager[ServerDesk | None]":
        """The desk at the server of this home, or none."""
        if wanted == NONE:
            return nullcontext()
        from loom_core.cli.server_here import open_desk_here

        return open_desk_here(self)

    @asynccontextmanager
    async def _local_desk(self) -> "AsyncGenerator[Desk]":
        """The desk at the database."""
        from loom_core.desk.local import LocalDesk

        async with self.open_store() as store:
            yield LocalDesk(store, self)

    def load_desk(self) -> "OpenDesk":
        """What opens a desk at a server. Raises ``UsageError`` where nothing does."""
        from loom_core import extensions
        from loom_core.errors import ExtensionNotFound, UsageError
        from loom_core.extensions import Group

        try:
            found = extensions.load(Group.DESKS, "http", disabled=self.settings.plugins.disabled)
        except ExtensionNotFound as error:
            raise UsageError(
                "--server needs the distribution loom-server, which is not installed here"
            ) from error
        return cast("OpenDesk", found)

    def open_workspace(self, directory: Path) -> "Workspace":
        """A workspace with the contents that were kept of it. Raises ``WorkspaceError``."""
        from loom_core.workspace import Workspace

        return Workspace(directory, blobs=self.open_blobs())

    def open_blobs(self) -> "BlobStore":
        """The contents that were kept."""
        from loom_core.workspace import BlobStore

        return BlobStore(self.home / _BLOBS)

    def load_tool(self, name: str) -> "Tool[Any]":
        """A new instance of an installed tool. Raises ``ExtensionNotFound`` or ``PluginError``."""
        from loom_core import extensions
        from loom_core.contracts.tool import Tool
        from loom_core.extensions import Group
        from loom_core.extensions.instances import subclass

        part = extensions.load(Group.TOOLS, name, disabled=self.settings.plugins.disabled)
        return cast("type[Tool[Any]]", subclass(part, Tool, f"tool {name!r}"))()

    def build_loom(self, options: EngineOptions) -> "AbstractAsyncContextManager[Loom]":
        """An engine for one run, alive while inside. Raises what ``Loom`` raises."""
        from loom_core.app import Loom
        from loom_core.cli.terminal.log_handler import log_to_stderr
        from loom_core.contracts.provider import ProviderEnvironment

        log_to_stderr(self.settings.logging)
        environment = ProviderEnvironment(
            home=self.home,
            is_offline=options.is_offline,
            say=options.say,
            confirm=options.confirm,
        )
        return Loom(
            self.settings,
            environment,
            model=options.model,
            ask=options.ask,
            ask_question=options.ask_question,
        )

    def _load(self, *, reads_project: bool = True) -> "LoadedSettings":
        from loom_core.settings import load_settings

        return load_settings(
            cwd=Path.cwd(),
            home=self.home,
            environ=self.environ,
            config_file=self.config_file,
            reads_project=reads_project,
        )
