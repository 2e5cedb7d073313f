"""What all parts of one task's run share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from loom_core.contracts.check import Check
from loom_core.contracts.tool import Tool
from loom_core.engine.gate import Gate
from loom_core.engine.human.answers import Answers
from loom_core.engine.human.asking import AskHuman, AskQuestion, Human
from loom_core.engine.human.grants import Grants
from loom_core.engine.human.waiting import Waiting
from loom_core.engine.instructions import Instructions
from loom_core.engine.journal import StepJournal
from loom_core.engine.memory.lesson_book import LessonBook
from loom_core.engine.memory.task_memory import TaskMemory
from loom_core.engine.spending import Spending
from loom_core.engine.stories import Stories
from loom_core.engine.taint import TaintLedger
from loom_core.events import EventBody
from loom_core.hooks import Hooks
from loom_core.routing import Router
from loom_core.routing.listening import Hear, hear_nothing
from loom_core.sandbox import Sandbox
from loom_core.settings.shape import Settings
from loom_core.store import Store
from loom_core.types import ModelRole, Task
from loom_core.workspace import Workspace


@dataclass(frozen=True, slots=True)
class TaskScope:
    """One task under one claim, with everything its run needs."""

    task: Task
    fence: int
    settings: Settings
    workspace: Workspace
    sandbox: Sandbox
    tools: Mapping[str, Tool[Any]]
    checks: Mapping[str, Check]
    hooks: Hooks
    router: Router
    store: Store
    memory: TaskMemory
    """What this task has learned."""
    earlier: TaskMemory
    """What tasks before it in the same workspace have."""
    lessons: LessonBook
    """What many tasks taught."""
    ask_human: AskHuman | None
    """None when nobody is there to answer; ``approval.unattended`` says what becomes of it."""
    is_offline: bool = False
    """Whether every connection that leaves this machine is forbidden."""
    ask_question: AskQuestion | None = None
    """None when nobody is there to answer, which leaves a question open."""
    hear: Hear = hear_nothing
    """Is shown the executor's answers as they stream; what is journalled is the whole answer."""
    waiting: Waiting = field(default_factory=Waiting)
    gate: Gate = field(default_factory=Gate)
    instructions: Instructions = field(default_factory=Instructions)
    grants: Grants = field(default_factory=Grants)
    answers: Answers = field(default_factory=Answers)
    detours: dict[tuple[ModelRole, str], str] = field(
        default_factory=dict[tuple[ModelRole, str], str]
    )
    """Which model was told to stand in for which, by role; so that it is told once."""
    spending: Spending = field(default_factory=Spending)
    taints: TaintLedger = field(default_factory=lambda: TaintLedger({}))
    stories: Stories = field(default_factory=Stories)
    open_journal: Callable[..., StepJournal] = StepJournal
    """Makes the journal of an attempt, of a plan or of an extraction; takes what ``StepJournal`` takes."""

    def note(self, subtask_id: str, body: EventBody) -> None:
        """Let those who follow what happens in the subtasks see a record."""
        self.taints.note(subtask_id, body)
        self.stories.note(subtask_id, body)

    @property
    def human(self) -> Human:
        """How a subtask asks a human."""
        return Human(
            self.waiting,
            self.grants,
            self.answers,
            self.ask_human,
            self.ask_question,
            is_denied_unattended=self.settings.approval.unattended == "deny",
        )
