"""What a human is asked and what comes back: decisions with a scope, questions with an answer."""

from enum import StrEnum

from loom_core.types.frozen import Frozen


class ApprovalScope(StrEnum):
    """What a yes covers. Whatever it covers beyond once, it covers within its task only."""

    ONCE = "once"
    """This call, now."""
    CALL = "call"
    """Exactly this call, whenever it is made again."""
    TARGET = "target"
    """The same tool on the same path, or commands that begin the same."""
    SESSION = "session"
    """Every call of the same tool that asks for the same reason."""


class Decision(Frozen):
    """Whether a call may run."""

    approved: bool
    reason: str = ""
    by: str = "policy"
    """Who decided: policy, terminal, or the name of a plugin."""
    scope: ApprovalScope = ApprovalScope.ONCE
    """What a yes covers; a no is for this call alone."""


class Question(Frozen):
    """What a model wants to know of the user."""

    text: str
    options: tuple[str, ...] = ()
    """Answers to choose from; any other answer is allowed too."""

    def answer_of(self, text: str) -> str:
        """What somebody means who types this: the number of an option picks it; empty is no answer."""
        said = text.strip()
        if said in self.options or not said.isdecimal():
            return said
        number = int(said)
        return self.options[number - 1] if 1 <= number <= len(self.options) else said
