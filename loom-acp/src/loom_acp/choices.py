"""What the user can choose for a session in the editor: the approval mode, the model, commands."""

from collections.abc import Iterable, Mapping

from acp.schema import (
    AvailableCommand,
    AvailableCommandInput,
    SessionConfigOptionSelect,
    SessionConfigSelectOption,
    SessionMode,
    SessionModeState,
    UnstructuredCommandInput,
)

from loom_core.errors import UsageError
from loom_core.types import ApprovalMode

MODEL = "model"
"""Id of the option that chooses the model."""
ANY_MODEL = "auto"
"""Its value that leaves the choice to Loom."""
_MODES = {
    ApprovalMode.AUTO: ("Auto", "Runs what can be taken back or confined; asks for the rest"),
    ApprovalMode.MANUAL: ("Manual", "Asks before every change"),
    ApprovalMode.CONFIDENCE_THRESHOLD: (
        "By confidence",
        "As auto while Loom is confident; else asks",
    ),
}
_AT_TERMINALS = {"/quit", "/sessions", "/help"}
"""Commands for which an editor has its own ways."""


def modes_of(current: ApprovalMode) -> SessionModeState:
    """The approval modes, of which one is in force."""
    return SessionModeState(
        current_mode_id=current,
        available_modes=[
            SessionMode(id=mode, name=name, description=what)
            for mode, (name, what) in _MODES.items()
        ],
    )


def mode_named(name: str) -> ApprovalMode:
    """The approval mode of an id. Raises ``UsageError``."""
    if name not in {mode.value for mode in ApprovalMode}:
        raise UsageError(f"there is no mode {name!r}; {', '.join(ApprovalMode)} are known")
    return ApprovalMode(name)


def model_option(current: str, names: Iterable[str]) -> SessionConfigOptionSelect:
    """The models of the settings, of which one answers; empty leaves it to Loom."""
    return SessionConfigOptionSelect(
        type="select",
        id=MODEL,
        name="Model",
        description="Who answers from the next turn on",
        category="model",
        current_value=current or ANY_MODEL,
        options=[
            SessionConfigSelectOption(value=ANY_MODEL, name="Chosen by Loom"),
            *(SessionConfigSelectOption(value=name, name=name) for name in names),
        ],
    )


def commands_of(table: Mapping[str, str]) -> list[AvailableCommand]:
    """Slash commands as the editor offers them; a text like ``GOAL: do it`` names the argument."""
    return [_command(name, what) for name, what in table.items() if name not in _AT_TERMINALS]


def _command(name: str, what: str) -> AvailableCommand:
    """One command; the protocol leaves the slash out."""
    hint, colon, rest = what.partition(": ")
    takes = bool(colon) and hint.strip("[]").isupper()
    return AvailableCommand(
        name=name.removeprefix("/"),
        description=rest if takes else what,
        input=AvailableCommandInput(root=UnstructuredCommandInput(hint=hint)) if takes else None,
    )
