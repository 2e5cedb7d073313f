"""An event from its JSON, as another process sent it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from loom_core.errors import StoreError
from loom_core.events import EVENT_TYPES, Event

_KINDS = {(name, kind.version): kind for name, kind in EVENT_TYPES.items()}


def event_from_json(value: Mapping[str, Any]) -> Event:
    """The event that ``Event.as_json`` made this of; of the claim nothing is told.

    Raises:
        StoreError: another version of Loom sent it, or it is damaged.
    """
    try:
        kind = _KINDS[value["type"], value["version"]]
        return Event(
            sequence=int(value["sequence"]),
            task_id=str(value["task_id"]),
            at=datetime.fromisoformat(value["at"]),
            body=kind.model_validate(value["data"]),
            subtask_id=str(value["subtask_id"]),
            attempt=int(value["attempt"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(
            f"an event of type {str(value.get('type'))!r} cannot be read here; use the version of Loom "
            f"that the server has ({error})"
        ) from error
