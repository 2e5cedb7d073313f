"""How a conversation begins, as the journal has it and as an executor does."""

from collections.abc import Collection

from loom_core.contracts.context import Beginning
from loom_core.events import PromptAssembled


def as_event(beginning: Beginning, *, recalled_from: Collection[str]) -> PromptAssembled:
    """What is journalled; the subtasks whose memory is in the prompt are part of it."""
    return PromptAssembled(
        model=beginning.model,
        dialect=beginning.dialect,
        prompt=beginning.prompt,
        seen=dict(beginning.seen),
        shows_names=beginning.shows_names,
        window=beginning.window,
        is_window_assumed=beginning.is_window_assumed,
        tools=beginning.tools,
        recalled_from=tuple(sorted(recalled_from)),
    )


def as_beginning(recorded: PromptAssembled) -> Beginning:
    """What a resumed attempt goes on with."""
    return Beginning(
        recorded.model,
        recorded.dialect,
        recorded.prompt,
        recorded.seen,
        recorded.shows_names,
        recorded.window,
        recorded.is_window_assumed,
        recorded.tools,
    )
