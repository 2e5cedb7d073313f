"""A lesson from many tasks: what it is, and where it stands."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue, StringConstraints

from loom_core.types.frozen import Frozen


class PatternKind(StrEnum):
    """What a pattern tells."""

    SUBTASK_SUCCESS = "subtask_success"
    """That subtasks of a shape are reached, and by which model."""
    RETRY_PATTERN = "retry_pattern"
    """That subtasks of a shape took retries before they were reached."""
    TASK_TEMPLATE = "task_template"
    """A plan that led to its goal."""
    MODEL_FAILURE = "model_failure"
    """That a model does not reach subtasks of a shape."""
    USER_CORRECTION = "user_correction"
    """What the user had to say, which holds from then on."""


class PatternState(StrEnum):
    """How much a pattern counts."""

    TRIAL = "trial"
    """It is used, and watched whether it helps."""
    STANDING = "standing"
    RETIRED = "retired"
    """It was used and did not help; it is not used any more."""


class Pattern(Frozen):
    """What one task taught. The same key in the same workspace is the same pattern, met again."""

    kind: PatternKind
    key: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    text: Annotated[str, StringConstraints(min_length=1, max_length=600)]
    """For people, and for the prompt of kinds that go into one; without secrets."""
    facts: dict[str, JsonValue] = {}
    """What a reader needs beside the text, such as the subtasks of a plan."""
    amount: Annotated[int, Field(ge=0)] = 0
    """Retries that it took; summed over the tasks."""
    subtask_id: str = ""
    """The subtask that taught it; empty when the whole task did."""
