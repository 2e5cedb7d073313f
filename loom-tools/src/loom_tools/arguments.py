"""What the arguments of every tool have in common."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Path = Annotated[str, Field(min_length=1, max_length=1000)]
"""A path in the workspace, as a model writes it."""


class Arguments(BaseModel):
    """Arguments of a call; an unknown one is an error, so that a misspelt name is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")
