"""The base of every value that crosses a boundary: immutable, and closed to unknown fields."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """An immutable value; an unknown field is an error, so that two sides cannot drift apart."""

    model_config = ConfigDict(frozen=True, extra="forbid")
