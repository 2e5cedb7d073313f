"""A check that a Python file defines a function or class."""

import asyncio

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, unverified
from loom_verifiers.checks.parsing import (
    MAX_PARSED_BYTES,
    NotParsable,
    SyntaxProblem,
    definitions,
)


class PythonDefines(Check):
    """Passes when a Python file defines the expected name."""

    name = "python_defines"
    purpose = "target: a .py file; expected: name of a function or class that it must define"
    demand = "{target} defines {expected}"
    tells_form = True
    review_tier = 2

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look for the definition, without running anything."""
        label = f"{self.name} {target}"
        name = expected.strip()
        if not name.isidentifier():
            return unverified(label, f"{name!r} is no name of a function or class")
        if not await asyncio.to_thread(context.workspace.is_file, target):
            return failed(label, f"expected the file {target}, and there is none")
        data = await asyncio.to_thread(context.workspace.read, target, max_bytes=MAX_PARSED_BYTES)
        try:
            defined = await asyncio.to_thread(definitions, data)
        except SyntaxProblem as problem:
            return failed(label, f"does not parse: {problem}")
        except NotParsable as problem:
            return unverified(label, str(problem))
        if name in defined:
            return passed(label, f"defines {name}")
        return failed(
            label, f"expected a definition of {name}; it defines {', '.join(defined) or 'nothing'}"
        )
