"""Checks of a file's presence and content."""

import asyncio

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.comments import is_in_comments_only
from loom_verifiers.checks.evidence import failed, passed, quote_seen, seen_in, unverified
from loom_verifiers.checks.text_match import advice_on_case, contains_text, equals_text

MAX_READ_BYTES = 4 * 1024 * 1024
"""A larger file is not looked into."""


class FileExists(Check):
    """Passes when a file is there; a target that ends in a slash is a directory."""

    name = "file_exists"
    purpose = "target: a path that must exist afterwards"
    demand = "the file {target} is there"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look whether it is there."""
        label = f"{self.name} {target}"
        if target.endswith("/"):
            is_there = await asyncio.to_thread(context.workspace.is_directory, target)
            return (
                passed(label, "is there")
                if is_there
                else failed(label, "no such directory", shows_content=False)
            )
        if await asyncio.to_thread(context.workspace.is_file, target):
            return passed(label, "is there")
        if await asyncio.to_thread(context.workspace.is_directory, target):
            return failed(label, "expected a file, and it is a directory", shows_content=False)
        return failed(label, f"expected the file {target}, and there is none", shows_content=False)


class FileMissing(Check):
    """Passes when nothing is at a path."""

    name = "file_missing"
    purpose = "target: a path that must not exist afterwards"
    demand = "{target} is not there any more"
    settles = True

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look whether it is gone."""
        label = f"{self.name} {target}"
        if await asyncio.to_thread(context.workspace.exists, target):
            return failed(
                label, f"expected {target} to be gone, and it is still there", shows_content=False
            )
        return passed(label, "is not there")


class FileContains(Check):
    """Passes when a text file holds the expected words."""

    name = "file_contains"
    purpose = "target: a path; expected: text that the file must contain"
    demand = "{target} contains: {expected}"
    settles = True

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look for the words."""
        label = f"{self.name} {target}"
        text, problem = await _read(label, target, expected, context)
        if problem is not None:
            return problem
        if not contains_text(text, expected):
            held = seen_in(target, quote_seen(text))
            advice = advice_on_case(text, expected)
            return failed(
                label, f'expected the text "{expected}", and the file holds {held}{advice}'
            )
        if is_in_comments_only(target, text, expected):
            return failed(label, f'expected the text "{expected}"; it stands in a comment only')
        return passed(label, f'contains "{expected}"')


class FileEquals(Check):
    """Passes when a text file holds the words and nothing else."""

    name = "file_equals"
    purpose = "target: a path; expected: all that the file must hold"
    demand = "{target} holds this and nothing else: {expected}"
    settles = True

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Compare, but for white space around it and at the ends of lines."""
        label = f"{self.name} {target}"
        text, problem = await _read(label, target, expected, context)
        if problem is not None:
            return problem
        if equals_text(text, expected):
            return passed(label, f'holds "{expected}" and nothing else')
        return failed(
            label,
            f'expected "{expected}" and nothing else, not even a full stop that is not in it; '
            f"the file holds {seen_in(target, quote_seen(text))}{advice_on_case(text, expected)}",
        )


class FileLacks(Check):
    """Passes when a text file is there and does not hold the words."""

    name = "file_lacks"
    purpose = "target: a path; expected: text that must not be in the file any more"
    demand = "{target} does not contain: {expected}"
    settles = True

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Look for the words."""
        label = f"{self.name} {target}"
        text, problem = await _read(label, target, expected, context)
        if problem is not None:
            return problem
        if contains_text(text, expected):
            return failed(
                label,
                f'expected "{expected}" to be gone; the file holds {seen_in(target, quote_seen(text))}',
            )
        return passed(label, f'does not contain "{expected}"')


async def _read(
    label: str, path: str, expected: str, context: CheckContext
) -> tuple[str, Evidence | None]:
    """The text of a file, or evidence of why there is none to look into."""
    if not expected.strip():
        return "", unverified(label, "no expected text was given")
    if not await asyncio.to_thread(context.workspace.is_file, path):
        return "", failed(
            label, f"expected the file {path}, and there is none", shows_content=False
        )
    data = await asyncio.to_thread(context.workspace.read, path, max_bytes=MAX_READ_BYTES)
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError:
        return "", failed(label, "expected text, and the file is not UTF-8 text")
