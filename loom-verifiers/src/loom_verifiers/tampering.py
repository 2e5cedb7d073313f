"""Changes that make checks pass without the work: tests that say less, modules in the place of others.

Whoever asks for a repair so that the tests pass does not ask for other tests. Nothing here fails a
result, since a test may be wrong and a name may be meant: it is unverified, and a human looks.
"""

import asyncio
import posixpath
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from loom_core.contracts.check import CheckContext
from loom_core.errors import PathRefused
from loom_core.types import Evidence, Subtask
from loom_verifiers.changed_files import NetChange
from loom_verifiers.checks.evidence import seen_in, unverified
from loom_verifiers.checks.parsing import MAX_PARSED_BYTES

_SHOWN = 3
_TEST_FILE = re.compile(
    r"(?:^|/)(?:tests?|__tests__|specs?)/.*\.\w+$|(?:^|/)(?:test_[^/]*|conftest)\.py$"
    r"|_(?:test|spec)\.\w+$|\.(?:test|spec)\.\w+$|(?:^|/)[^/]*Tests?\.(?:java|kt|cs)$"
)
_CLAIM = re.compile(
    r"\bassert|\bexpect\b|\.should\b|\braises\b|\brequire\.|\bt\.(?:Error|Fatal|Run)|\bdef test"
    r"|\bfunc Test|@Test\b|\b(?:it|test|describe)\(|#\[test\]",
    re.IGNORECASE,
)
"""A line that demands something of the program."""
_SKIP = re.compile(
    r"\bskip|\bxfail\b|@Disabled|@Ignore|\bx?(?:it|test|describe)\.only\(|\bxit\(", re.IGNORECASE
)
_TESTS = r"(?:unit\s+|all\s+|the\s+|its\s+|old\s+|existing\s+|failing\s+)*(?:tests?|specs?)\b"
_CHANGES_TESTS = re.compile(
    r"\b(?:updat|adapt|chang|rewrit|adjust|edit|renam|replac|refactor|migrat|convert|reformat|remov"
    rf"|delet|skip|clean|mov)\w*\s+(?:up\s+)?{_TESTS}"
    r"|\b(?:renam|refactor|reformat|migrat|replac|translat)\w*\b",
    re.IGNORECASE,
)
"""Words that ask for other tests, or for changes that reach into them."""


async def look_for_tampering(
    changes: Sequence[NetChange], subtask: Subtask, context: CheckContext
) -> list[Evidence]:
    """What of the changes takes a test's demand away, or takes the place of one of Python's modules."""
    return await asyncio.to_thread(lambda: list(_found(changes, subtask, context)))


def _found(
    changes: Sequence[NetChange], subtask: Subtask, context: CheckContext
) -> Iterator[Evidence]:
    """One piece of evidence for each."""
    words = subtask.description
    for change in changes:
        if _TEST_FILE.search(change.path) and not _CHANGES_TESTS.search(words):
            lost = _weakened(change, context)
            if lost:
                shown = seen_in(change.path, "; ".join(lost[:_SHOWN]))
                yield unverified(
                    f"tests in {change.path}",
                    f"they demand less than before, which nobody asked for: {shown}",
                )
        if _shadows(change) and posixpath.basename(change.path) not in words:
            yield unverified(
                f"changed {change.path}",
                "it takes the place of a module of Python's own; see whether that is meant",
            )


def _weakened(change: NetChange, context: CheckContext) -> list[str]:
    """The demands of a test file that are gone, and the marks that skip others."""
    old, new = _before(change, context), _now(change, context)
    lost = Counter(line for line in old if _CLAIM.search(line)) - Counter(new)
    skipped = Counter(line for line in new if _SKIP.search(line)) - Counter(old)
    return [*(f"- {line}" for line in lost), *(f"+ {line}" for line in skipped)] if old else []


def _shadows(change: NetChange) -> bool:
    """Whether a new file would be imported for a module of the standard library."""
    first, _, rest = change.path.partition("/")
    name = first.removesuffix(".py") if not rest else first
    is_module = (not rest and first.endswith(".py")) or rest == "__init__.py"
    return (
        not change.before and not change.is_gone and is_module and name in sys.stdlib_module_names
    )


def _before(change: NetChange, context: CheckContext) -> list[str]:
    """The lines of before; empty when there were none, or they were not kept."""
    blobs = context.workspace.blobs
    if not change.before or blobs is None or change.before not in blobs:
        return []
    return _lines(blobs.get(change.before))


def _now(change: NetChange, context: CheckContext) -> list[str]:
    """The lines of now; empty when there are none that can be read."""
    if change.is_gone:
        return []
    try:
        return _lines(context.workspace.read(change.path, max_bytes=MAX_PARSED_BYTES))
    except (PathRefused, OSError):
        return []


def _lines(data: bytes) -> list[str]:
    """The lines of a text without white space around them."""
    return [line.strip() for line in data.decode("utf-8", "replace").splitlines()]
