"""The two control actions that end a subtask, as tools that every dialect offers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from loom_core.json_schema import slim_schema
from loom_core.types import ToolSpec

COMPLETE = "complete"
BLOCKED = "blocked"


class CompleteArguments(BaseModel):
    """What comes with the claim that a subtask is done."""

    model_config = ConfigDict(extra="ignore")

    summary: Annotated[str, Field(max_length=600, description="what was done, in one sentence")] = (
        ""
    )
    evidence: Annotated[
        list[Annotated[str, Field(max_length=300)]],
        Field(max_length=5, description="what shows that it is done"),
    ] = []


class BlockedArguments(BaseModel):
    """What comes with the statement that a subtask cannot be done."""

    model_config = ConfigDict(extra="ignore")

    reason: Annotated[str, Field(min_length=1, max_length=600, description="what is in the way")]


COMPLETE_SPEC = ToolSpec(
    name=COMPLETE,
    description="Say that the job is done. Call it as soon as everything asked for is there.",
    parameters=slim_schema(CompleteArguments.model_json_schema()),
)
BLOCKED_SPEC = ToolSpec(
    name=BLOCKED,
    description="Say that the job cannot be done at all, and why.",
    parameters=slim_schema(BlockedArguments.model_json_schema()),
)
CONTROL_SPECS = (COMPLETE_SPEC, BLOCKED_SPEC)
