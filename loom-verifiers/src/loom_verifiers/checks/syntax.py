"""Checks that a file parses."""

import asyncio
from collections.abc import Callable

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, seen_in, unverified
from loom_verifiers.checks.parsing import (
    MAX_PARSED_BYTES,
    NotParsable,
    SyntaxProblem,
    parse_json,
    parser_for,
)


class SyntaxValid(Check):
    """Passes when a Python, JSON, TOML, YAML or CSV file parses; says unverified for other kinds."""

    name = "syntax_valid"
    purpose = "target: a .py, .json, .toml, .yaml or .csv file that must parse"
    demand = "{target} has valid syntax"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Parse the file by its extension."""
        parser = parser_for(target)
        if parser is None:
            return unverified(f"{self.name} {target}", "no parser for this kind of file is here")
        return await parse_file(f"{self.name} {target}", target, parser, context)


class JsonValid(Check):
    """Passes when a file is strict JSON, whatever its name."""

    name = "json_valid"
    purpose = "target: a file that must be valid JSON"
    demand = '{target} is valid JSON, such as {{"a": "text", "b": 1}}'

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Parse the file as JSON."""
        return await parse_file(f"{self.name} {target}", target, parse_json, context)


async def parse_file(
    label: str, path: str, parser: Callable[[bytes], None], context: CheckContext
) -> Evidence:
    """The evidence of parsing one workspace file."""
    if not await asyncio.to_thread(context.workspace.is_file, path):
        return failed(label, f"expected the file {path}, and there is none")
    data = await asyncio.to_thread(context.workspace.read, path, max_bytes=MAX_PARSED_BYTES)
    if not data.strip():
        return failed(label, "the file is empty")
    try:
        await asyncio.to_thread(parser, data)
    except SyntaxProblem as problem:
        return failed(label, f"does not parse: {seen_in(path, str(problem))}")
    except NotParsable as problem:
        return unverified(label, str(problem))
    return passed(label, "parses")
