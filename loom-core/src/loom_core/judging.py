"""What lets a model judge a result: which one may, the tools to look with, and how many votes."""

import itertools
from collections.abc import Mapping

from pydantic import JsonValue

from loom_core.contracts.context import Context
from loom_core.contracts.verifier import Judging, Look
from loom_core.types import ToolResult

_NOBODY = (
    "only models of tier 1 have the role verifier, and models so small say yes to nearly everything; "
    "give a stronger one that role, or name the role in the roles of a [models.NAME] table"
)


async def judging_of(context: Context) -> Judging:
    """What verifiers of a subtask may judge with; raises ``ModelError`` when the judge is gone."""
    votes = context.settings.verification.tier3_vote_count
    judge = await context.judge()
    if judge is None:
        return Judging(reason=_NOBODY, votes=votes)
    tools = tuple(tool.spec() for tool in context.reading_tools.values())
    return Judging(judge=judge, tools=tools, look=_looking(context), votes=votes)


def _looking(context: Context) -> Look:
    """A way to call the reading tools; each call has an id of its own."""
    numbers = itertools.count(1)

    async def look(name: str, arguments: Mapping[str, JsonValue]) -> ToolResult:
        return await context.look(name, arguments, call_id=f"review-{next(numbers)}")

    return look
