"""What the user corrects in a session: lessons for whatever is done in this workspace after it."""

import logging
import re
from dataclasses import dataclass, field

from loom_core.cowork.running import BY_USER
from loom_core.engine.scope import TaskScope
from loom_core.errors import StoreError
from loom_core.events import (
    ApprovalDecided,
    EventBody,
    TurnInterrupted,
    TurnStarted,
    TurnSteered,
)
from loom_core.learning.corrections import correction, reason_of_no
from loom_core.learning.studying import without_secrets
from loom_core.settings import known_secrets
from loom_core.types import Pattern

_log = logging.getLogger(__name__)

_LEAST_WORDS = 3
_MOST_CHARACTERS = 300
"""Longer texts are jobs, or something that was pasted."""
_UNDO = "/undo"
_OBJECTION = re.compile(
    r"(?:no|nope|wrong|stop|not like that|that(?:'s| is| was) (?:not|wrong)|(?:please )?(?:do not|don't)"
    r"|i (?:said|meant|told you|asked for))\b",
    re.IGNORECASE,
)
"""How a text begins that says no to what was done."""
_STANDING = re.compile(
    r"\b(?:always|never|from now on|in (?:the )?future|every time|next time|instead of|rather than)\b",
    re.IGNORECASE,
)
"""What stands in a text that says how things are done here."""


@dataclass(slots=True)
class SessionCorrections:
    """Collects corrections from the records of a session, in order.

    What is said after an answer was stopped or taken back is one, whatever its words; else the
    words decide, since talking is also how jobs are given. They are English.
    """

    found: list[Pattern] = field(default_factory=list[Pattern])
    is_rejected: bool = False
    """Whether the user has just stopped the model, or taken back what it did."""

    def take(self, turn: str, body: EventBody) -> None:
        """Take in one record."""
        match body:
            case TurnStarted(is_note=True):
                self.is_rejected |= body.text.startswith(_UNDO)
            case TurnStarted(text=text):
                is_meant, self.is_rejected = self.is_rejected or _corrects(text), False
                self._add(text if is_meant else "", turn)
            case TurnSteered(text=text):
                self._add(text if _corrects(text) else "", turn)
            case TurnInterrupted(reason=reason):
                self.is_rejected = reason == BY_USER
            case ApprovalDecided():
                self._add(reason_of_no(body), turn)
            case _:
                pass

    async def teach(self, scope: TaskScope) -> None:
        """Keep what was collected; that it cannot be kept costs no answer."""
        found, self.found = self.found, []
        if not found or not scope.settings.learning.enabled:
            return
        secrets = known_secrets(scope.settings)
        lessons = [without_secrets(one, secrets) for one in found]
        try:
            await scope.store.patterns.teach(scope.task.id, scope.task.workspace, lessons)
        except StoreError as error:
            _log.warning("a correction could not be kept: %s", error)

    def _add(self, text: str, turn: str) -> None:
        """Collect a text that is short enough to be a rule."""
        if len(text) > _MOST_CHARACTERS or len(text.split()) < _LEAST_WORDS:
            return
        lesson = correction(text, turn)
        if lesson is not None:
            self.found.append(lesson)


def _corrects(text: str) -> bool:
    """Whether a text says no to what was done, or how it is to be done; a question does not."""
    said = text.strip()
    is_said = bool(_OBJECTION.match(said) or _STANDING.search(said))
    return is_said and not said.endswith("?")
