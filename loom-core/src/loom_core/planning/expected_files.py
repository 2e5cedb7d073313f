"""Which of the files that a goal names must be there, or be gone, once the goal is reached.

A wrong expectation makes a right result fail for ever, a missing one only checks less. So a file
counts as expected only where the wording leaves no doubt; everything else is left open:

- it is something to read, to compare with or to avoid (``from a.csv``, ``without setup.py``);
- it is an alternative (``a.json or a.yaml``), a condition, or part of a relative clause;
- a program makes it when it runs (``a script that writes out.txt``, ``gen.py, das out.txt …``);
- the text speaks of a directory, so that a bare name may belong in there.
"""

import posixpath
import re
from collections.abc import Collection, Sequence

from loom_core.planning.named_paths import Mention
from loom_core.planning.sentence import Sentence, own_words

_MAKE_SURE = re.compile(r"\b(?:make sure|ensure|check|see to it)(?: that)?\b", re.IGNORECASE)
_CLAUSE_OPENER = re.compile(
    r"""\b(?:(?<!only\ )(?<!just\ )(?<!write\ )(?<!save\ )(?<!store\ )
    that(?!\ (?:number|result|value|sum|total|count|average|text|line|list|name|word|date|day|answer)\b)
    |which|who|whose|why|whether|when|whenever|while|if|unless|where|once|because|so|either
    |optionally|maybe|for\ example|for\ instance|such\ as|e\.g\.)\b""",
    re.VERBOSE | re.IGNORECASE,
)
_NEXT_COMMAND = re.compile(
    r"""\b(?:and|then)\s+(?:then\s+)?(?:put|save|write|store|record|place)\s+(?:only\s+|just\s+)?
    (?:the|that|this|it|its|them|their|those)\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""The end of a relative clause: ``lines that contain X and put the number into ...``."""
_PROGRAM_NOUN = re.compile(
    r"""\b(?:script|program|programme|function|method|class|tool|app|application|command|code
    |skript|programm|funktion|fonction|programa|funci\w+|fun\w+o|funzione|programma)s?\b
    |\u0441\u043a\u0440\u0438\u043f\u0442|\u043f\u0440\u043e\u0433\u0440\u0430\u043c\u043c
    |\u0444\u0443\u043d\u043a\u0446\u0438|\u811a\u672c|\u7a0b\u5e8f|\u51fd\u6570
    |\u30b9\u30af\u30ea\u30d7\u30c8|\u30d7\u30ed\u30b0\u30e9\u30e0|\u95a2\u6570""",
    re.VERBOSE | re.IGNORECASE,
)
"""The last lines are Russian, Chinese and Japanese for script, program and function."""

_FILLER = r"(?:\b(?:the|a|an|my|our|your|file|files|existing|new|named|called)\b|[\s\"'`*:(])*"
_READ_FROM = re.compile(
    r"""(?:\b(?:from|using|uses?|with|(?<!end\ )(?<!top\ )(?<!start\ )(?<!bottom\ )of|reads?
    |reading|loads?|loading|opens?|opening|parses?|parsing|imports?|importing|like|unlike|than
    |without|not|no|except|excluding|ignor\w+|keep|against|see|per|via|by|given|runs?|running
    |execut\w+|calls?|calling)|[+=])"""
    rf"{_FILLER}$",
    re.VERBOSE | re.IGNORECASE,
)
_PLACED_IN = re.compile(
    r"""\b(?:as|at|to|on)\s+(?:the|an?)\s+(?:(?:new|very|first|second|third|last|final|top|bottom)\s+)*
    (?:line|row|heading|title|beginning|front|head|start|end|top|bottom)\s+of"""
    rf"{_FILLER}$",
    re.VERBOSE | re.IGNORECASE,
)
"""Before a file into which something goes, at some place in it."""
_REMOVED_BEFORE = re.compile(
    r"""(?:\b(?:delete|remove|erase|supprim\w*|l\u00f6sch\w*|borra\w*|elimin\w*|rimuov\w*)\b
    |\u0443\u0434\u0430\u043b\u0438|\u5220\u9664)
    (?!.*\b(?:create|write|make|add|save|to|into)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_NEGATED = re.compile(
    r"(?:\b(?:not|never|without|avoid|instead of|rather than)\b|n[\u2019']t\b)[^,]{0,40}$",
    re.IGNORECASE,
)
_SAVED_AS = re.compile(
    r"""\b(?:(?:save|store|write|put|call|name)\s+(?:it|this|the\s+(?:script|program|code|file))
    (?:\s+(?:as|in|to|into|under))?|named|called)[\s"'`]*$""",
    re.VERBOSE | re.IGNORECASE,
)
"""Before a program's name: it is the name of what was described, however long that took."""
_GOES_INTO = re.compile(
    r"^\W*(?:please\s+)?(?:copy|put|write|save|store|extract|collect|export|filter|select|list|take|find)\b.*"
    rf"\binto{_FILLER}$",
    re.IGNORECASE | re.DOTALL,
)
"""Before where something goes, whatever clause tells what: ``Copy everybody who is 18 into ...``."""
_ACTS = re.compile(
    r"\b(?:goes|go|writes?|saves?|puts?|cop(?:y|ies)|stores?|exports?|logs?|reads?|loads?|imports?)\b",
    re.IGNORECASE,
)
_LIST_CONNECTOR = re.compile(
    r"""[\s,"'`&+]*(?:(?:and|then|also|plus|und|et|y|e|\u0438|\u548c|\u3001|a|an|the|file|files
    |named|called|test|module|script|another|second|new|create|write|add|make|python)[\s,"'`:]*)*""",
    re.VERBOSE | re.IGNORECASE,
)
_ALTERNATIVE = re.compile(
    r"""["'`\s]*(?:,\s*)?(?:or|oder|ou|o|\u0438\u043b\u0438|\u6216|/)["'`\s]*(?:a|an|the)?["'`\s]*""",
    re.VERBOSE | re.IGNORECASE,
)
_DIRECTORY = re.compile(
    r"""\b(?:director(?:y|ies)|(?:sub)?folders?|dirs?|package|verzeichnis\w*|ordner\w*|dossier\w*
    |r\u00e9pertoires?|carpetas?|directorios?|cartell\w+|pastas?|diret\u00f3rios?|katalog\w*)\b
    |\u043f\u0430\u043f\u043a|\u043a\u0430\u0442\u0430\u043b\u043e\u0433
    |\u0434\u0438\u0440\u0435\u043a\u0442\u043e\u0440|\u76ee\u5f55|\u6587\u4ef6\u5939
    |\u30d5\u30a9\u30eb\u30c0|\u30c7\u30a3\u30ec\u30af\u30c8\u30ea
    |\b[\w.-]+/(?=[\s,;:)"'`]|$)""",
    re.VERBOSE | re.IGNORECASE,
)
_THIS_DIRECTORY = re.compile(
    r"\b(?:this|current|root|working|workspace|project|same|top)\s+(?:director(?:y|ies)|folder|dir)\b"
    r"|\b(?:in|of|from)\s+the\s+(?:directory|folder)(?=\s*(?:[.,;!]|$|(?:and|then)\b))",
    re.IGNORECASE,
)
"""The workspace itself; a directory of which the goal spoke before is known by that."""
_REMOVE = re.compile(rf"\b(?:delete|remove|erase){_FILLER}$", re.IGNORECASE)
_RENAME = re.compile(rf"\b(?:rename|move){_FILLER}$", re.IGNORECASE)
_AFTER_REMOVED = re.compile(
    r"""["'`)]*\s*(?:$|[.,!]\s|[.!]$|(?:and|then)\b
    |from\s+(?:the|this)\s+(?:workspace|project|repo(?:sitory)?|directory|folder)\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_LIST_OF_REMOVED = re.compile(
    r"[\s,\"'`&]*(?:and\b)?[\s\"'`]*(?:the\s+|file\s+)*[\"'`]?", re.IGNORECASE
)
_AFTER_RENAMED = re.compile(r"[\"'`)]*\s*(?:to|into|as)\b", re.IGNORECASE)


_IS_WANTED = re.compile(
    r"""\b(?:write|create|make|prepare|generate)\s+(?:that|this|the|such\s+a|it|one)(?:\s+(?:new\s+)?file)?\s*[.?!,;:]""",
    re.VERBOSE | re.IGNORECASE,
)
_IS_MISSING = re.compile(
    r"""["'`]?\s*(?:,?\s*(?:that|which)\s+(?:\w+\s+)?(?:do(?:es)?(?:n['\u2019]t|\s+not)\s+(?:have|exist)|is\s+missing)
    |is\s+missing|does(?:n['\u2019]t|\s+not)\s+exist)""",
    re.VERBOSE | re.IGNORECASE,
)
"""Behind a file's name: it is not there yet."""
_IS_DOUBTFUL = re.compile(
    rf"""{_PROGRAM_NOUN.pattern}|\b(?:how\s+many|count|summari[sz]e|translate|why|explain\w*|whether|if|unless|without|instead|delet\w+|remov\w+|eras\w+
    |renam\w+|never|no|not\s+(?:create|write|make)|n['\u2019]t\s+(?:create|write|make))\b""",
    re.VERBOSE | re.IGNORECASE,
)


def expected_files(sentences: Sequence[Sentence], existing: Collection[str]) -> list[str]:
    """Files that are not there yet and must be there in the end, in order of mention."""
    names_directory = any(_names_directory(sentence) for sentence in sentences)
    expected = list(
        dict.fromkeys(
            mention.path
            for sentence in sentences
            for mention in sentence.mentions
            if not is_there(mention.path, existing)
            and not (names_directory and "/" not in mention.path)
            and is_direct_object(sentence, mention)
        )
    )
    return expected or ([] if names_directory else _only_file(sentences, existing))


def removed_files(sentences: Sequence[Sentence], existing: Collection[str]) -> list[str]:
    """Files that are there and must be gone in the end: the plain objects of delete and rename."""
    return list(
        dict.fromkeys(
            mention.path
            for sentence in sentences
            for mention in sentence.mentions
            if mention.path in existing and _is_removed(sentence, mention)
        )
    )


def _only_file(sentences: Sequence[Sentence], existing: Collection[str]) -> list[str]:
    """The one file that is named at all, if it is missing and the text says that it is wanted.

    ``The machine reads a file a.json that we don't have yet`` asks for it, whatever its clauses say.
    """
    named = {mention.path for sentence in sentences for mention in sentence.mentions}
    said = " ".join(own_words(sentence.text) for sentence in sentences)
    is_missing = any(
        _IS_MISSING.match(sentence.text[mention.end :])
        for sentence in sentences
        for mention in sentence.mentions
    )
    is_wanted = (is_missing or _IS_WANTED.search(said)) and not _IS_DOUBTFUL.search(said)
    if len(named) != 1 or not is_wanted or is_there(next(iter(named)), existing):
        return []
    return list(named)


def is_there(path: str, existing: Collection[str]) -> bool:
    """Whether a name may mean a file that exists: its path, or a bare name found deeper down."""
    wanted = path.lower()
    return any(
        wanted == one.lower() or ("/" not in path and posixpath.basename(one).lower() == wanted)
        for one in existing
    )


def is_direct_object(sentence: Sentence, mention: Mention) -> bool:
    """Whether the sentence asks for this file itself, as far as its wording tells."""
    before = _MAKE_SURE.sub(" ", sentence.text[: mention.start])
    if _NEGATED.search(before) or _is_alternative(sentence, mention):
        return False
    if mention.is_program and _SAVED_AS.search(before) and sentence.mentions[0] == mention:
        return True
    return not (
        _is_in_a_clause(before)
        or _is_read(before)
        or _REMOVED_BEFORE.search(before)
        or (not mention.is_program and _speaks_of_a_program(sentence, mention))
        or _follows_a_program(sentence, mention)
    )


def is_only_read(sentence: Sentence, mention: Mention) -> bool:
    """Whether the wording says that a file is a source, an exception, or not to be touched."""
    before = sentence.text[: mention.start]
    return _is_read(before) or bool(_NEGATED.search(before))


def _is_read(before: str) -> bool:
    """Whether what stands before a file says that it is a source."""
    return bool(_READ_FROM.search(before)) and not _PLACED_IN.search(before)


def _speaks_of_a_program(sentence: Sentence, mention: Mention) -> bool:
    """Whether a program is spoken of before it; ``app.log`` speaks of none."""
    return bool(_PROGRAM_NOUN.search(own_words(sentence.text)[: mention.start]))


def _is_in_a_clause(before: str) -> bool:
    """Whether what stands before opens a relative clause that it does not end."""
    said = _since_next_command(before)
    opener = _CLAUSE_OPENER.search(said)
    if opener is None:
        return False
    return _GOES_INTO.search(said) is None or _ACTS.search(said[opener.end() :]) is not None


def _since_next_command(before: str) -> str:
    """What stands after the last command that is joined to the ones before it."""
    starts = [match.start() for match in _NEXT_COMMAND.finditer(before)]
    return before[starts[-1] :] if starts else before


def _names_directory(sentence: Sentence) -> bool:
    """Whether a sentence speaks of a directory other than the workspace itself."""
    return bool(_DIRECTORY.search(_THIS_DIRECTORY.sub(" ", sentence.text)))


def _is_alternative(sentence: Sentence, mention: Mention) -> bool:
    """Whether nothing but an *or* stands between this file and a neighbour."""
    mentions = sentence.mentions
    index = mentions.index(mention)
    pairs = [(index - 1, index), (index, index + 1)]
    return any(
        _ALTERNATIVE.fullmatch(sentence.text[mentions[left].end : mentions[right].start])
        for left, right in pairs
        if left >= 0 and right < len(mentions)
    )


def _follows_a_program(sentence: Sentence, mention: Mention) -> bool:
    """Whether a program is named before it with more than a list's *and* in between."""
    index = sentence.mentions.index(mention)
    if not any(earlier.is_program for earlier in sentence.mentions[:index]):
        return False
    between = sentence.text[sentence.mentions[index - 1].end : mention.start]
    return _LIST_CONNECTOR.fullmatch(between) is None


def _is_removed(sentence: Sentence, mention: Mention) -> bool:
    """Whether it is the plain object of a request to delete or rename it."""
    before, after = sentence.text[: mention.start], sentence.text[mention.end :]
    if _NEGATED.search(before) or _CLAUSE_OPENER.search(sentence.text):
        return False
    if _REMOVE.search(before) or _follows_a_removed(sentence, mention):
        return bool(_AFTER_REMOVED.match(after))
    return bool(_RENAME.search(before) and _AFTER_RENAMED.match(after))


def _follows_a_removed(sentence: Sentence, mention: Mention) -> bool:
    """Whether a list of what to delete goes on with it: ``delete a.txt, b.txt and c.txt``."""
    index = sentence.mentions.index(mention)
    if index == 0:
        return False
    earlier = sentence.mentions[index - 1]
    between = sentence.text[earlier.end : mention.start]
    if not _LIST_OF_REMOVED.fullmatch(between):
        return False
    is_deleted = _REMOVE.search(sentence.text[: earlier.start])
    return bool(is_deleted) or _follows_a_removed(sentence, earlier)
