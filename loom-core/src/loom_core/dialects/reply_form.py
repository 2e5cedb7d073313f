"""The form of the next reply: any action of the dialect, or the call of a tool that was chosen before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from loom_core.dialects.action import ToolChosen
from loom_core.dialects.control import CONTROL_SPECS
from loom_core.dialects.dialect import Dialect
from loom_core.types import Message, ToolSpec


@dataclass(slots=True)
class ReplyForm:
    """What constrains the replies of one conversation, reply by reply."""

    dialect: Dialect
    specs: Sequence[ToolSpec]
    choices: int = 0
    """Replies that only chose a tool, whose call is another reply."""
    _chosen: ToolSpec | None = None

    def constraints(
        self, files: Sequence[str] | None, may_end: Callable[[], bool]
    ) -> tuple[dict[str, JsonValue] | None, str | None]:
        """The schema and the grammar of the next reply; ``may_end`` is asked only if it matters."""
        if self._chosen is not None:
            return self.dialect.arguments_schema(self._chosen, files=files), None
        ends = may_end()
        return (
            self.dialect.answer_schema(self.specs, may_end=ends, files=files),
            self.dialect.answer_grammar(self.specs, may_end=ends, files=files),
        )

    def choose(self, choice: ToolChosen) -> Message:
        """Take the choice of a tool, and give the turn that asks for its call."""
        offered = (*self.specs, *CONTROL_SPECS)
        self._chosen = next(spec for spec in offered if spec.name == choice.tool)
        self.choices += 1
        return self.dialect.speak(self.dialect.ask_for_arguments(self._chosen))

    def take_reply(self) -> bool:
        """Whether the reply that came now was to be the call of a chosen tool; the next one is free."""
        was_chosen = self._chosen is not None
        self._chosen = None
        return was_chosen
