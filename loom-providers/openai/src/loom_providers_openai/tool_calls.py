"""Tool calls put together from the pieces that servers stream them in."""

import json
from dataclasses import dataclass, field

from loom_core.types import ToolCall
from loom_core.wire import JsonObject, as_list, as_object, as_text


@dataclass(slots=True)
class _Draft:
    """A call that may still grow."""

    id: str
    name: str
    arguments: list[str] = field(default_factory=list[str])


class ToolCallAssembly:
    """The calls of one answer.

    Pieces belong together by ``index``. Servers are known to leave it out, or to give every call
    the index 0: then a new id or a name after arguments starts a new call.
    """

    def __init__(self) -> None:
        """Start without calls."""
        self._drafts: list[_Draft] = []
        self._by_index: dict[int, _Draft] = {}

    @property
    def is_started(self) -> bool:
        """Whether any call has begun."""
        return bool(self._drafts)

    def add(self, pieces: object) -> None:
        """Take the ``tool_calls`` of one delta or message; wrong shapes are passed over."""
        for piece in as_list(pieces):
            self._add_piece(as_object(piece))

    def calls(self, turn: int) -> tuple[ToolCall, ...]:
        """The calls so far; an id that is missing or was given twice is made, the same on every try."""
        calls: dict[str, ToolCall] = {}
        for position, draft in enumerate(self._drafts):
            if draft.name:
                made = f"call_{turn}_{position}"
                call_id = made if not draft.id or draft.id in calls else draft.id
                arguments = "".join(draft.arguments) or "{}"
                calls[call_id] = ToolCall(id=call_id, name=draft.name, arguments=arguments)
        return tuple(calls.values())

    def _add_piece(self, piece: JsonObject) -> None:
        """Add one piece to its call."""
        function = as_object(piece.get("function"))
        draft = self._draft_for(piece, as_text(piece.get("id")), as_text(function.get("name")))
        arguments = function.get("arguments")
        if isinstance(arguments, dict):
            draft.arguments.append(json.dumps(arguments, ensure_ascii=False))
        else:
            draft.arguments.append(as_text(arguments))

    def _draft_for(self, piece: JsonObject, call_id: str, name: str) -> _Draft:
        """The call that a piece belongs to, a new one if to none."""
        index = piece.get("index")
        if isinstance(index, int):
            draft = self._by_index.get(index)
        else:
            draft = self._drafts[-1] if self._drafts else None
        if draft is None or _starts_anew(draft, call_id, name):
            draft = _Draft(call_id, name)
            self._drafts.append(draft)
        draft.id = draft.id or call_id
        draft.name = draft.name or name
        if isinstance(index, int):
            self._by_index[index] = draft
        return draft


def _starts_anew(draft: _Draft, call_id: str, name: str) -> bool:
    """Whether a piece cannot belong to the call that its index says."""
    if call_id and draft.id:
        return call_id != draft.id
    return bool(name) and not call_id and any(draft.arguments)
