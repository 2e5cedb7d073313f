"""An engine whose model, check and planner cost next to nothing, so that what is left is Loom."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from loom_core import extensions
from loom_core.contracts.check import Check, CheckContext
from loom_core.contracts.provider import (
    Capabilities,
    Finished,
    Health,
    ModelInfo,
    Provider,
    ProviderEnvironment,
    StreamItem,
)
from loom_core.contracts.tool import Tool
from loom_core.contracts.verifier import VerificationContext, Verifier
from loom_core.engine.attempt.runner import Runner
from loom_core.engine.human.policy import ApprovalPolicy
from loom_core.engine.memory.earlier import earlier_memory
from loom_core.engine.memory.lesson_book import LessonBook
from loom_core.engine.memory.recalling import memory_of
from loom_core.engine.observing import PluginObserver
from loom_core.engine.orchestrator import Orchestrator
from loom_core.engine.scope import TaskScope
from loom_core.extensions import Group
from loom_core.extraction.archivist import Archivist
from loom_core.hooks import Hooks, Plugin
from loom_core.hookspecs import hookimpl
from loom_core.routing import Router
from loom_core.sandbox import choose as choose_sandbox
from loom_core.settings import Settings
from loom_core.settings.shape import ModelSettings
from loom_core.store import Store
from loom_core.types import (
    CheckSpec,
    Evidence,
    FinishReason,
    ModelRequest,
    ModelResponse,
    ModelRole,
    Outcome,
    Plan,
    Subtask,
    Task,
    ToolCall,
    Usage,
    Verdict,
    VerdictStatus,
)
from loom_core.verification import TieredVerification
from loom_core.workspace import Workspace

CHECK = "always_passes"


class NoOpModel(Provider):
    """Says at once that it is done, in the server's own form of a tool call."""

    async def capabilities(self) -> Capabilities:
        """Native calls, and more slots than subtasks ever run at once."""
        return Capabilities(native_tools=True, answer_schema=True, slots=64)

    async def stream(self, request: ModelRequest) -> AsyncIterator[StreamItem]:
        """One call of ``complete``."""
        call = ToolCall(id="call-1", name="complete", arguments='{"summary": "done"}')
        yield Finished(
            ModelResponse(
                tool_calls=(call,),
                finish_reason=FinishReason.TOOL_CALLS,
                usage=Usage(prompt_tokens=500, cached_tokens=450, completion_tokens=10),
            )
        )

    async def health(self) -> Health:
        """Always ready."""
        return Health(is_ready=True, detail="does nothing")

    async def models(self) -> Sequence[ModelInfo]:
        """Nothing to list."""
        return ()

    async def window(self) -> int | None:
        """The usual."""
        return 32_768


class AlwaysPasses(Check):
    """A check that looks at nothing: real ones cost what they cost with any engine."""

    name = CHECK
    purpose = "passes"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Passed."""
        return Evidence(check=f"{CHECK} {target}", status=VerdictStatus.PASSED)


class ChecksOnly(Verifier):
    """Tier 1 for subtasks that change no file: Loom's own verifier would not let that pass."""

    name = "checks-only"
    tier = 1

    async def verify(
        self, subtask: Subtask, outcome: Outcome, context: VerificationContext
    ) -> Verdict:
        """What the subtask's checks see."""
        found = [
            await context.checks[one.kind].run(one.target, one.expected, context.look)
            for one in subtask.checks
        ]
        is_good = bool(found) and all(one.status is VerdictStatus.PASSED for one in found)
        status = VerdictStatus.PASSED if is_good else VerdictStatus.FAILED
        return Verdict(status=status, verifier=self.name, confidence=1.0, evidence=tuple(found))


class WidePlan:
    """Plans layers of ten subtasks, each waiting for two of the layer before, or one layer of all."""

    def __init__(self, size: int, *, is_layered: bool = True) -> None:
        """Plan so many subtasks."""
        self._size = size
        self._is_layered = is_layered

    @hookimpl
    async def loom_plan(self, task: Task) -> Plan:
        """The plan."""
        return Plan(subtasks=tuple(self._subtask(number) for number in range(self._size)))

    def _subtask(self, number: int) -> Subtask:
        before = number // 10 * 10 - 10 + number % 10
        return Subtask(
            id=f"s-{number}",
            description=f"Do part {number} of the work and say that it is done.",
            depends_on=(f"s-{before}", f"s-{before // 10 * 10}")[: 1 + (before % 10 > 0)]
            if number >= 10 and self._is_layered
            else (),
            checks=(CheckSpec(kind=CHECK, target=f"part {number}"),),
        )


class NoOpLoom:
    """The real engine and store around the parts above, put together as ``loom_core.app`` does."""

    def __init__(
        self,
        directory: Path,
        size: int,
        *,
        is_layered: bool = True,
        settings: Settings | None = None,
        model: ModelSettings | None = None,
        provider: type[Provider] = NoOpModel,
    ) -> None:
        """Keep workspace and database below a directory; plan so many subtasks.

        Without layers no subtask waits for another one. A model and its provider stand in for the
        one that does nothing.
        """
        self._workspace = directory / "workspace"
        self._workspace.mkdir(parents=True, exist_ok=True)
        self.settings = settings or Settings()
        sandbox = choose_sandbox(self.settings.sandbox)
        parts = {
            "runner": Runner(),
            "approval-policy": ApprovalPolicy(),
            "verification": TieredVerification(lambda: [ChecksOnly()], sandbox),
            "archivist": Archivist(),
        }
        own = [Plugin(name, part, is_builtin=True) for name, part in parts.items()]
        self._sandbox = sandbox
        self._hooks = Hooks(
            [Plugin("plan", WidePlan(size, is_layered=is_layered), "benchmarks"), *own]
        )
        self.store = Store.open(directory / "loom.db")
        self.store.subscribe(PluginObserver(self._hooks, self.store))
        model = model or ModelSettings(provider="no-op", model="no-op", roles=tuple(ModelRole))
        environment = ProviderEnvironment(home=directory)
        self._router = Router({"measured": model}, lambda _name: provider, environment)
        self._tools: Mapping[str, Tool[Any]] = {t.name: t for t in _all_of(Group.TOOLS)}

    async def run(self, task_id: str) -> None:
        """Plan and run one task to its end."""
        goal = "Do every part of the work."
        await self.store.create_task(Task(id=task_id, goal=goal, workspace=str(self._workspace)))
        await Orchestrator(self.store, self._scope).run(task_id)

    async def close(self) -> None:
        """Close the store and the model."""
        await self._router.close()
        await self.store.close()

    def _scope(self, task: Task, fence: int) -> TaskScope:
        return TaskScope(
            task=task,
            fence=fence,
            settings=self.settings,
            workspace=Workspace(self._workspace),
            sandbox=self._sandbox,
            tools=self._tools,
            checks={CHECK: AlwaysPasses()},
            hooks=self._hooks,
            router=self._router,
            store=self.store,
            memory=memory_of(self.store, task.id),
            earlier=earlier_memory(self.store, task),
            lessons=LessonBook(self.store, self.settings.learning, task.workspace),
            ask_human=None,
        )


def _all_of(group: Group) -> list[Any]:
    """One instance of every installed part of a group."""
    return [part.value() for part in extensions.load_all(group).parts.values()]
