"""The composition root: builds a Loom out of settings and installed parts, and only composes."""

import asyncio
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from loom_core import extensions
from loom_core.contracts.check import Check
from loom_core.contracts.provider import FoundModel, Provider, ProviderEnvironment
from loom_core.contracts.tool import Tool
from loom_core.contracts.verifier import Verifier
from loom_core.engine.attempt.runner import Runner
from loom_core.engine.changes.cleaning import clean
from loom_core.engine.human.asking import AskHuman, AskQuestion
from loom_core.engine.human.policy import ApprovalPolicy
from loom_core.engine.memory.earlier import earlier_memory
from loom_core.engine.memory.lesson_book import LessonBook
from loom_core.engine.memory.recalling import memory_of
from loom_core.engine.observing import PluginObserver
from loom_core.engine.orchestrator import Orchestrator
from loom_core.engine.scope import TaskScope
from loom_core.errors import ExtensionNotFound, PluginError, StoreBusy, StoreError, UsageError
from loom_core.extensions import Group
from loom_core.extensions.instances import BrokenPart, make_all, subclass
from loom_core.extensions.tool_table import ToolTable
from loom_core.extensions.unloaded_verifier import stand_ins
from loom_core.extraction.own import own_extraction
from loom_core.hooks import Hooks, Plugin
from loom_core.learning.studying import learn
from loom_core.planning.planner import BUILT_IN_PLANNER, Planner
from loom_core.planning.replanner import Replanner
from loom_core.profiles import with_tiers
from loom_core.routing import Router
from loom_core.routing.chosen_models import choose_models
from loom_core.routing.discovery import discover
from loom_core.sandbox import choose as choose_sandbox
from loom_core.settings.shape import Settings
from loom_core.store import Store, TaskRecord
from loom_core.types import ApprovalMode, ModelRole, Task, TaskKind
from loom_core.verification import TieredVerification
from loom_core.workspace import BlobStore, Workspace
from loom_core.workspace.quarantine import quarantine_of

if TYPE_CHECKING:
    from loom_core.cowork import CoworkSession, Listener

Part = TypeVar("Part")

_BLOBS = "blobs"
"""Directory of before-images in Loom's home."""


class Loom:
    """Everything that a task needs, built once; use it as an async context manager."""

    def __init__(
        self,
        settings: Settings,
        environment: ProviderEnvironment,
        *,
        model: str = "",
        ask: AskHuman | None = None,
        ask_question: AskQuestion | None = None,
    ) -> None:
        """Load the plugins and open the store; models are opened on first use.

        Args:
            settings: all settings.
            environment: Loom's home, whether it is offline, and how to talk to the user.
            model: name of a model that gets every role; empty leaves the settings' roles.
            ask: shows a human a gated call; None does what ``approval.unattended`` says.
            ask_question: shows a human a question; None leaves it open until it is answered otherwise.

        Raises:
            PluginError: a plugin refused the settings.
            SettingsError: the model is not configured.
            StoreError: the database cannot be opened.
        """
        self.settings = settings
        self.environment = environment
        self.sandbox = choose_sandbox(settings.sandbox, is_offline=environment.is_offline)
        self.hooks = Hooks([*self._installed_plugins(), *self._own_plugins()])
        self.hooks.configure(settings, is_offline=environment.is_offline)
        self.store = Store.open(
            settings.memory.database_url or settings.memory.database_path,
            durability=settings.memory.durability,
        )
        self.store.subscribe(PluginObserver(self.hooks, self.store))
        self._blobs = BlobStore(environment.home / _BLOBS)
        self._model = model
        self._ask = ask
        self._ask_question = ask_question
        self._tool_table = ToolTable(settings, environment, self._leave_out)
        self._checks: dict[str, Check] | None = None
        self._router: Router | None = None

    @classmethod
    def build(
        cls,
        settings: Settings,
        *,
        home: Path,
        is_offline: bool = False,
        model: str = "",
        say: Callable[[str], None] | None = None,
        confirm: Callable[[str], bool] | None = None,
        ask: AskHuman | None = None,
        ask_question: AskQuestion | None = None,
    ) -> "Loom":
        """A Loom at a home directory; what is left out stays silent, agrees or leaves it open."""
        environment = ProviderEnvironment(home=home, is_offline=is_offline)
        if say is not None:
            environment = replace(environment, say=say)
        if confirm is not None:
            environment = replace(environment, confirm=confirm)
        return cls(settings, environment, model=model, ask=ask, ask_question=ask_question)

    async def __aenter__(self) -> Self:
        """The Loom itself."""
        return self

    async def __aexit__(self, *_raised: object) -> None:
        """Close tools, models and store, each of them also when closing another raises."""
        async with AsyncExitStack() as closing:
            closing.push_async_callback(self.store.close)
            closing.push_async_callback(self._tool_table.close)
            if self._router is not None:
                closing.push_async_callback(self._router.close)

    async def router(self) -> Router:
        """The router over the configured models, or over what was found when none is configured."""
        if self._router is None:
            models = await choose_models(self.settings.models, self._model or None, self.discover)
            tiered = with_tiers(models, self.environment.home)
            self._router = Router(tiered, self.load_provider, self.environment)
        return self._router

    async def discover(self) -> Sequence[FoundModel]:
        """The models that can be used although nobody configured one, best first."""
        names = extensions.names(Group.PROVIDERS, disabled=self.settings.plugins.disabled)
        providers: list[type[Provider]] = []
        for name in names:
            try:
                providers.append(self.load_provider(name))
            except PluginError as failure:
                self._leave_out([failure])
        return await discover(providers, self.environment)

    def load_provider(self, name: str) -> type[Provider]:
        """The provider class of a name. Raises ``ExtensionNotFound`` or ``PluginError``."""
        part = extensions.load(Group.PROVIDERS, name, disabled=self.settings.plugins.disabled)
        return subclass(part, Provider, f"provider {name!r}")

    def tools(self) -> dict[str, Tool[Any]]:
        """Every tool that can be loaded, by name."""
        return self._tool_table.tools()

    def load_tool(self, name: str) -> Tool[Any]:
        """The tool of a name. Raises ``ExtensionNotFound``."""
        tool = self.tools().get(name)
        if tool is None:
            raise ExtensionNotFound(f"no tool {name!r} is installed; loom tools lists them")
        return tool

    def open_workspace(self, directory: Path) -> Workspace:
        """A workspace with the contents that were kept of it. Raises ``WorkspaceError``."""
        return Workspace(directory, blobs=self._blobs)

    def checks(self) -> dict[str, Check]:
        """Every acceptance check that can be loaded, by name."""
        if self._checks is None:
            made, _ = self._instances(Group.CHECKS, Check)
            self._checks = {check.name: check for check in made}
        return self._checks

    def verifiers(self) -> list[Verifier]:
        """Every installed verifier; for one that cannot be loaded, what says that nobody looked."""
        made, broken = self._instances(Group.VERIFIERS, Verifier)
        return [*made, *(one for part in broken for one in stand_ins(part))]

    async def create(
        self,
        goal: str,
        *,
        workspace: Path,
        context: str = "",
        approval_mode: ApprovalMode | None = None,
        idempotency_key: str = "",
        is_hosted: bool = False,
        metadata: Mapping[str, str] | None = None,
        callback_url: str = "",
    ) -> Task:
        """A new task, stored and not yet running; for a key that was used, the task of that time.

        Args:
            goal: what should be done.
            workspace: the directory that it may change.
            context: what else the model should know.
            approval_mode: who says yes; None is what the settings say.
            idempotency_key: what whoever asks calls the request; empty makes a task each time.
            is_hosted: whether a server runs it without being asked again.
            metadata: what whoever asks wants to find again.
            callback_url: who is told when it has ended or needs a human; empty for nobody.

        Raises:
            UsageError: the goal is empty, or the key was used for something else.
            WorkspaceError: the workspace is missing, not a directory or not writable.
            ModelError: the model that would run it cannot be used now.
        """
        if not goal.strip():
            raise UsageError("the goal is empty; say what should be done")
        root = self.open_workspace(workspace).root
        await (await self.router()).require_ready(ModelRole.EXECUTOR)
        task = Task(
            id=new_task_id(),
            goal=goal.strip(),
            workspace=str(root),
            context=context,
            approval_mode=approval_mode or self.settings.approval.mode,
        )
        made = await self.store.create_task(
            task,
            idempotency_key=idempotency_key,
            is_hosted=is_hosted,
            metadata=metadata,
            callback_url=callback_url,
        )
        return task if made == task.id else await self._made_before(made, task, idempotency_key)

    async def _made_before(self, task_id: str, asked: Task, idempotency_key: str) -> Task:
        """The task that a key made earlier. Raises ``UsageError`` when something else was asked for."""
        known = (await self.store.task(task_id)).task
        if known != asked.model_copy(update={"id": known.id}):
            raise UsageError(
                f"the idempotency key {idempotency_key!r} made task {task_id}, for which something "
                "else was asked; give the new request another key"
            )
        return known

    async def resumable_tasks(self) -> list[TaskRecord]:
        """The tasks that nobody ended, paused or has to answer, oldest first: work for a new engine.

        Another engine may still work on one of them, which ``run`` finds out. Run them with
        ``obeys_pauses``.
        """
        return await self.store.resumable_tasks()

    async def run(self, task_id: str, *, obeys_pauses: bool = False) -> TaskRecord:
        """Run or resume a task until it is over, waits for a human or is paused.

        A pause that was asked for and never reached is taken back, unless ``obeys_pauses``.
        Cancelling this leaves the task paused and resumable.
        """
        record = await self.store.task(task_id)
        if record.kind is not TaskKind.GOAL:
            raise UsageError(
                f"{record.id} is a session; go on with it: loom cowork --resume {record.id}"
            )
        make_scope = await self._scopes()
        with ExitStack() as held:
            # In a thread: whoever deletes contents at the moment may be a task of this very loop.
            await asyncio.to_thread(held.enter_context, self._blobs.in_use())
            await Orchestrator(self.store, make_scope).run(task_id, obeys_pauses=obeys_pauses)
        await learn(self.store, self.settings, self.environment.say)
        await self._clean()
        return await self.store.task(task_id)

    async def session(
        self,
        workspace: Path,
        *,
        listener: "Listener",
        resume: str = "",
        approval_mode: ApprovalMode | None = None,
    ) -> "CoworkSession":
        """A conversation in a workspace, new or taken up again.

        Raises:
            UnknownTask: there is none of that id.
            UsageError: the id is that of a goal.
            WorkspaceError: the workspace is missing, not a directory or not writable.
            ModelError: the model that would answer cannot be used now.
        """
        from loom_core.cowork import CoworkSession, SessionOpening  # a run of a goal needs neither

        if resume:
            await self.store.task(resume)  # a wrong id is said before a model is fetched
        await (await self.router()).require_ready(ModelRole.EXECUTOR)
        mode = approval_mode or self.settings.approval.mode
        opening = SessionOpening(
            self.store, self.tools(), self._blobs, make_scope=await self._scopes()
        )
        parts = (
            await opening.again(resume)
            if resume
            else opening.new(new_task_id(), workspace, mode=mode)
        )
        return CoworkSession(parts, listener=listener, model=self._model)

    async def _clean(self) -> None:
        """Delete contents that are kept too long; somebody who is at work does it when done."""
        try:
            quarantine = quarantine_of(self.environment.home)
            cleaned = await clean(self.store, self._blobs, self.settings.undo, quarantine)
        except StoreBusy:
            return
        except (OSError, StoreError) as error:
            self.environment.say(f"old contents could not be deleted: {error}")  # the run is over
            return
        if cleaned.task_ids:
            self.environment.say(
                f"deleted contents from before older tasks, which cannot be undone any more: "
                f"{', '.join(cleaned.task_ids)}"
            )

    async def _scopes(self) -> Callable[[Task, int], TaskScope]:
        """What makes the scope of a claim.

        Parts are loaded before there is one: what is wrong with them is said before anything runs.
        """
        router = await self.router()
        self.tools()
        self.checks()
        return partial(self._scope, router)

    def _scope(self, router: Router, task: Task, fence: int) -> TaskScope:
        """What a task's run shares."""
        return TaskScope(
            task=task,
            fence=fence,
            settings=self.settings,
            workspace=self.open_workspace(Path(task.workspace)),
            sandbox=self.sandbox,
            tools=self.tools(),
            checks=self.checks(),
            hooks=self.hooks,
            router=router,
            store=self.store,
            memory=memory_of(self.store, task.id),
            earlier=earlier_memory(self.store, task),
            lessons=LessonBook(self.store, self.settings.learning, task.workspace),
            ask_human=self._ask,
            is_offline=self.environment.is_offline,
            ask_question=self._ask_question,
        )

    def _installed_plugins(self) -> list[Plugin]:
        """The installed plugins; one that breaks the rules is said and left out, and harms no other."""
        loaded = extensions.load_all(Group.PLUGINS, disabled=self.settings.plugins.disabled)
        failures: list[PluginError] = list(loaded.failures.values())
        plugins: list[Plugin] = []
        for part in loaded.parts.values():
            plugin = Plugin(part.name, part.value, distribution=part.distribution)
            try:
                Hooks([*plugins, plugin])
            except PluginError as error:
                failures.append(error)
            else:
                plugins.append(plugin)
        self._leave_out(failures)
        return plugins

    def _own_plugins(self) -> list[Plugin]:
        """Loom's own implementations of the hooks; each comes after everybody else's."""
        own = {
            BUILT_IN_PLANNER: Planner(),
            "loom-replanner": Replanner(),
            "loom-runner": Runner(),
            "loom-approval-policy": ApprovalPolicy(),
            "loom-verification": TieredVerification(self.verifiers, self.sandbox),
            **own_extraction(),
        }
        return [
            Plugin(name=name, implementation=part, is_builtin=True) for name, part in own.items()
        ]

    def _instances(self, group: Group, kind: type[Part]) -> tuple[list[Part], Sequence[BrokenPart]]:
        """One instance of every class of a group, and what was left out, which is said."""
        made, broken = make_all(group, kind, disabled=self.settings.plugins.disabled)
        self._leave_out(part.error for part in broken)
        return made, broken

    def _leave_out(self, failures: Iterable[PluginError]) -> None:
        """Say which parts are not used, and why."""
        for failure in failures:
            self.environment.say(f"left out: {failure}")


def new_task_id() -> str:
    """A short id that sorts by day."""
    return f"{datetime.now(UTC):%y%m%d}-{secrets.token_hex(3)}"
