"""A check that names and words stand in a file with the capitals that the job gives them."""

import asyncio
import re

from loom_core.contracts.check import Check, CheckContext
from loom_core.types import Evidence
from loom_verifiers.checks.evidence import failed, passed, seen_in, unverified
from loom_verifiers.checks.files import MAX_READ_BYTES
from loom_verifiers.checks.written_words import words_of

_MAX_WORDS = 3
"""A longer text is a sentence, which may begin with a capital of its own."""
_LEAST_CHARACTERS = 2
_OTHER_CASE = re.compile(
    r"\b(?:capital\w*|(?:upper|lower|title|sentence|camel|snake)[- ]?case\w*|caps)\b", re.IGNORECASE
)
"""Words of a job that wants other letters than its own."""


class WordsAsTold(Check):
    """Passes unless a word of the job in small letters has capitals in the file: ``Lamp`` for *a lamp*."""

    name = "words_as_told"
    purpose = (
        "target: a file of data or a list; expected: the words of the job, to compare its capitals"
    )
    demand = "{target} has small and capital letters as in the job"

    async def run(self, target: str, expected: str, context: CheckContext) -> Evidence:
        """Compare each short value of the file with the job's words."""
        label = f"{self.name} {target}"
        if not await asyncio.to_thread(context.workspace.is_file, target):
            return failed(
                label, f"expected the file {target}, and there is none", shows_content=False
            )
        data = await asyncio.to_thread(context.workspace.read, target, max_bytes=MAX_READ_BYTES)
        try:
            found = await asyncio.to_thread(_first_other, target, data, expected)
        except (ValueError, RecursionError):
            return unverified(label, "it cannot be read in its format")
        if found is None:
            return passed(label, "no word of the job has capitals of its own")
        value, told = found
        seen = seen_in(target, f'"{value}"')
        return failed(label, f'the job says "{told}", and the file {seen}: write "{told}"')


def _first_other(path: str, data: bytes, job: str) -> tuple[str, str] | None:
    """The first value of a file in other capitals than the job's, with the job's words for it."""
    for value in dict.fromkeys(words_of(path, data.decode("utf-8-sig"))):
        if told := told_otherwise(value, job):
            return value, told
    return None


def told_otherwise(value: str, job: str) -> str:
    """The words of a job that a value has in other capitals; empty when there are none.

    Only small letters of a job are kept to: a name with a capital may rightly become a key, a package
    or a service in small ones. A job that speaks of capitals is not compared.
    """
    words = value.strip().strip("\"'.,:;!?*_`")
    if len(words) < _LEAST_CHARACTERS or len(words.split()) > _MAX_WORDS:
        return ""
    if _OTHER_CASE.search(job) or re.search(rf"(?<!\w){re.escape(words)}(?!\w)", job):
        return ""
    for found in re.finditer(rf"(?<![\w./-]){re.escape(words)}(?![\w/-]|\.\w)", job, re.IGNORECASE):
        if found[0].islower():
            return found[0]
    return ""
