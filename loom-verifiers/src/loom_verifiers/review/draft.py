"""A verdict as a reviewing model writes it: one pydantic model gives the schema and the parser."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loom_core.json_schema import slim_schema
from loom_core.types import ToolSpec

VERDICT = "verdict"
"""The name of the action that ends a review."""


class CitationDraft(BaseModel):
    """One thing that a reviewer points at."""

    model_config = ConfigDict(extra="ignore")

    about: Annotated[int, Field(ge=1, le=50, description="number of the criterion it is about")]
    source: Annotated[
        str, Field(min_length=1, max_length=300, description="path of a file, or: check 2")
    ]
    line: Annotated[
        int,
        Field(ge=0, le=10_000_000, description="number of the line; 0 says: it is not there"),
    ] = 0
    quote: Annotated[
        str, Field(max_length=300, description="what stands there, copied; with 0 what is missing")
    ] = ""


class VerdictDraft(BaseModel):
    """The end of a review."""

    model_config = ConfigDict(extra="ignore")

    evidence: Annotated[
        list[CitationDraft], Field(max_length=12, description="at least one for each criterion")
    ] = []
    feedback: Annotated[
        str, Field(max_length=800, description="what is missing or wrong; empty if nothing is")
    ] = ""
    status: Literal["passed", "failed", "unverified"]
    confidence: Annotated[float, Field(ge=0.0, le=1.0, description="how sure you are, 0 to 1")]


VERDICT_SPEC = ToolSpec(
    name=VERDICT,
    description="End the review with your verdict.",
    parameters=slim_schema(VerdictDraft.model_json_schema()),
)
