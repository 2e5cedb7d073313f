"""What a run learned and keeps."""

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from loom_core.types.frozen import Frozen


class MemoryKind(StrEnum):
    """What a memory entry holds."""

    DECISION = "decision"
    ERROR = "error"
    TOOL_RESULT = "tool_result"
    USER_INSTRUCTION = "user_instruction"
    DISCOVERY = "discovery"
    ARTIFACT = "artifact"
    CONTEXT = "context"


FROM_THE_WEB = "from-the-web"
"""Tag of an entry that may hold what a stranger wrote on the web."""


class MemoryEntry(Frozen):
    """One thing worth knowing in a later subtask or task."""

    kind: MemoryKind
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    tags: tuple[str, ...] = ()
    subtask_id: str = ""
    """The subtask it came from; empty when it concerns the whole task."""
