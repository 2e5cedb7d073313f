"""Subtasks that are about the content of one file and nothing else."""

import re
from collections.abc import Sequence

from loom_core.planning.arrangement import DOCUMENT_HAS
from loom_core.planning.computed_files import FILE_COMPUTED
from loom_core.planning.named_paths import find_mentions
from loom_core.planning.sentence import own_words
from loom_core.planning.told_content import FILE_AS_TOLD, WORDS_AS_TOLD
from loom_core.types import CheckSpec

_ACTS = re.compile(
    r"""\b(?:runs?\s+(?:it|the|this|that)|execute\s+(?:it|the|this|that)|commit\w*
    |push\s+(?:it|to|the)|git|(?:rename|move|copy)\s+(?:it|the\s+file|["'`]?\s*$)|delete\s+(?:it|the\s+file)|install\s+(?:it|them|the|this|all|packages?|dependenc\w+)|chmod|executable|zip
    |director(?:y|ies)|folders?|search\s+the\s+web|look\s+up|download\w*|fetch\w*|ask\s+me|tell\s+me
    |answer\s+me|makefile|dockerfile|stylesheets?|archives?|unit\s+tests?|tests?\s+for|umbenenn\w*
    |verschieb\w*|l\u00f6sch\w*|supprim\w*|renomm\w*|d\u00e9plac\w*)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""Words for something that is done beside writing the file."""
_SECOND_PART = re.compile(
    r"""(?:\b(?:and|then|also|plus|und|dann|et|puis)\b|[,;])\s+(?:(?:also|then|now|please|to)\s+)*
    (?:another\b|answer|build|check|convert|create|document|generate|make\s+an?\b|produce|report|save|send
    |start|tell|test\s+(?:it|the|that)|use\s+(?:it|the)|verify|write|erstelle?|schreibe?|cr\u00e9e[rz]?)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""What begins another demand; a path of its own may come of it, or nothing that a check sees."""
_OF_CONTENT = frozenset(
    {
        "file_exists",
        "file_contains",
        "file_lacks",
        "file_equals",
        "setting_equals",
        "json_valid",
        "syntax_valid",
        "python_defines",
        "file_keeps",
        DOCUMENT_HAS,
        FILE_AS_TOLD,
        WORDS_AS_TOLD,
    }
)
_OF_COMMANDS = frozenset({"command_prints", "command_output_matches", "command_succeeds"})
_KEPT_WHOLE = "everything"


def sole_file(text: str, checks: Sequence[CheckSpec]) -> str | None:
    """The one file whose content is wanted; None when there are several, or more may be to be done.

    In doubt it is None: then the model has turns in which to do the rest.

    Args:
        text: the subtask's description.
        checks: its checks, which say which files it is about.
    """
    changed = [check for check in checks if not _only_reads(check)]
    kinds = {check.kind for check in changed}
    if (
        _ACTS.search(own_words(text))
        or FILE_COMPUTED in kinds
        or kinds - _OF_CONTENT - _OF_COMMANDS
    ):
        return None
    if _SECOND_PART.search(own_words(text)):
        return None
    targets = {check.target for check in changed if check.kind in _OF_CONTENT}
    only_read = {check.target for check in checks if _only_reads(check)}
    others = {mention.path for mention in find_mentions(text)} - targets - only_read
    return targets.pop() if len(targets) == 1 and not others else None


def run_command(target: str, checks: Sequence[CheckSpec]) -> str:
    """The command by which checks run a program; empty when none does.

    A small model that is not told writes functions that nobody calls.
    """
    commands = (check.target for check in checks if check.kind in _OF_COMMANDS)
    return next((command for command in commands if command.split()[1:] == [target]), "")


def _only_reads(check: CheckSpec) -> bool:
    """Whether a check is about a file that must stay as it is."""
    return check.kind == "file_keeps" and check.expected == _KEPT_WHOLE
