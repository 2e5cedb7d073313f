"""The bases of what is received and what is sent, and the one form of errors."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, PlainSerializer, StringConstraints, WithJsonSchema


class Received(BaseModel):
    """Something a client sends: an unknown field or a value of another type is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Sent(BaseModel):
    """Something the server sends."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class ErrorBody(Sent):
    """What every answer that is no success holds."""

    error: str
    """What went wrong, in a word for programs, such as ``unknown_task``."""
    detail: str
    """What, which and what to do, for people."""
    task_id: str | None = None
    """The task that it is about, if any."""


ShortText = Annotated[str, StringConstraints(max_length=10_000)]
"""A remark, a reason or an answer."""
Name = Annotated[str, StringConstraints(max_length=200)]
"""An id or a name."""
Time = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment in ISO 8601, written just as streams and the command line write it."""
