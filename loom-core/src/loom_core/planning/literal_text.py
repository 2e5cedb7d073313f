"""Literal text that a goal asks for: what a file must contain, and what a program must print.

A small grammar on purpose. A literal counts only in these shapes, where every word between the parts
belongs to a short list, so that ``prints the length of "abc"`` or ``prints "abc" reversed`` is none:

====================================================  =================================
``prints [the text] "LITERAL"`` and its synonyms      output; English, French, Spanish,
                                                      Italian, Portuguese, Russian, Chinese
``"LITERAL" ausgibt`` / ``druckt "LITERAL"``          output; German
``prints Hello, World!`` (unquoted, see below)        output; English
``FILE with the header a,b,c``                        content of FILE; English
``FILE containing [the line] "A" and "B"``            content of FILE; English
``add [the line] "LITERAL" to [the end of] FILE``     content of FILE; English
``replace "OLD" with "LITERAL" in FILE``              content of FILE; English
====================================================  =================================

Unquoted output must start with a capital and end in an exclamation mark, and either be *said* or hold a
comma or consist of capitalised words; or be a whole number that ends its clause, or *the word* so-and-so, or
a line of numbers shown as a sample (``sample_lines``). Conditions (``if``,
``otherwise``, ``for each``), negations, placeholders, escapes and quoted code make a literal no literal.
"""

import re
from itertools import pairwise

from loom_core.planning.named_paths import Mention
from loom_core.planning.quotation import Quotation
from loom_core.planning.sample_lines import sample_line
from loom_core.planning.sentence import Sentence, own_words

_OUTPUT_VERB = re.compile(
    r"""(?:\b(?:print|output|display|say|echo|show|greet)(?:s|es|ing|ting|ed)?(?:\s+out)?
    |\b(?:druckt|zeigt|affiche|imprime|muestra|stampa|mostra|exibe|escribe)r?
    |\u0432\u044b\u0432\u043e\u0434\u0438\u0442|\u043f\u0435\u0447\u0430\u0442\u0430\u0435\u0442
    |\u6253\u5370|\u8f93\u51fa|\u986f\u793a)""",
    re.VERBOSE | re.IGNORECASE,
)
_SAYS_PRINT = re.compile(r"\b(?:prints?|printing|outputs?|displays?|says)\b", re.IGNORECASE)
_SAYS_RUN = re.compile(r"\b(?:runs?|running)\b", re.IGNORECASE)
_OUTPUT_VERB_AFTER = re.compile(r"\s*(?:ausgibt|aus\s*geben|druckt|anzeigt)\b", re.IGNORECASE)
_TEXT_WORDS = (
    r"(?:\b(?:the|a|an|only|just|exactly|simply|text|message|string|line|word|words|phrase"
    r"|greeting|number|value|le|la|el|il|o|texte?o?|testo)\b|[\s:,])*"
)
_OUTPUT_LEAD = re.compile(rf"{_OUTPUT_VERB.pattern}{_TEXT_WORDS}$", re.VERBOSE | re.IGNORECASE)
_OUTPUT_TAIL = re.compile(
    r"""\s*(?:$|[.,;!)\u3002\uff0c]|and\b|when\s+(?:it\s+is\s+|it's\s+|I\s+|you\s+)?(?:run|executed?|started?)\b
    |to\s+(?:the\s+)?(?:screen|console|terminal|standard\s+output|stdout)\b
    |on\s+(?:the\s+)?(?:screen|console|terminal|stdout)\b|once\b|\d+\s+times\b|exactly\b
    |und\b|et\b|y\b|e\b)""",
    re.VERBOSE | re.IGNORECASE,
)
_DEPENDS = re.compile(
    r"""\b(?:if|else|otherwise|unless|depending|each|every|multiples?|divisible|whether|either
    |instead|where|replac\w+|random(?:ly)?|wenn|sonst|falls|si|sinon|sino|se|\u0435\u0441\u043b\u0438)\b
    |\u5982\u679c|\u5426\u5219""",
    re.VERBOSE | re.IGNORECASE,
)
_NEGATED = re.compile(
    r"(?:\b(?:not|never|without|stop|nicht|pas|no)\b|n[\u2019']t\b)[^,]{0,30}$", re.IGNORECASE
)
_UNQUOTED = re.compile(
    rf"{_OUTPUT_VERB.pattern}\s+(?P<text>[A-Z][^\n\"'`.;:!?(){{}}<>]{{0,59}}!)",
    re.VERBOSE,
)
_SAYS = re.compile(r"say", re.IGNORECASE)
"""What a program *says* is speech; what it prints may be described."""
_NUMBER = re.compile(
    rf"{_OUTPUT_VERB.pattern}\s+(?:(?:the|number)\s+)*(?P<text>-?\d+)(?=\s*(?:$|[.;!)]|,\s|and\b))",
    re.VERBOSE | re.IGNORECASE,
)
_WORD = re.compile(
    rf"{_OUTPUT_VERB.pattern}\s+(?:only\s+|just\s+)?the\s+word\s+(?P<text>[^\W\d_]+)(?=\s*(?:$|[.,;!)]|and\b))",
    re.VERBOSE | re.IGNORECASE,
)
"""``prints the word ready``."""
_PLACEHOLDER = re.compile(
    r"[{}<>\\%$\[\]]|\.\.\.|\u2026|_{2,}|\bx{2,}\b|\b(?:your|my)[ _]?name\b", re.IGNORECASE
)
_CODE = re.compile(r"\w+|.*[()=].*")

_CONTENT_WORDS = (
    r"(?:\b(?:the|a|an|only|just|exactly|one|single|two|three|following|text|line|lines|word|words"
    r"|content|contents|string|sentence|message|phrase|title|heading|headings|header|section|sections"
    r"|item|items|entry|entries|key|keys|field|fields|column|columns|row|rows|value|values|function"
    r"|class|setting|called|named|in|it|inside|as|its|first)\b|[\s:,(])*"
)
_CONTAINING = re.compile(
    r"(?:\b(?:file|which|that|and|should|must|it)\b|[\s,\"'`])*"
    r"\b(?:contain(?:s|ing)?|with|includ(?:es?|ing)|ha(?:s|ve|ving)|say(?:s|ing)|read(?:s|ing))\b"
    rf"{_CONTENT_WORDS}",
    re.IGNORECASE,
)
_PUT_LEAD = re.compile(
    rf"\b(?:add|append|insert|prepend|write|put|place|save|include|store|with|containing)\b"
    rf"{_CONTENT_WORDS}$",
    re.IGNORECASE,
)
_PUT_TAIL = re.compile(
    r"(?:\bas\s+(?:an?|the|its)\s+(?:new\s+|very\s+)*(?:first|last|final)\s+line\b"
    r"|\b(?:as|a|an|the|new|line|at|end|of|top|beginning|start|bottom|to|into|in|file|existing|on"
    r"|very|front|its|own|and\s+(?:save|store|put)\s+it|under|called|named)\b|[\s,\"'`])*",
    re.IGNORECASE,
)
_REPLACE_LEAD = re.compile(
    r"\b(?:replace|change|rename)\b[^.;]{0,60}?[\"'`]\s+(?:with|by|to|into)\s+(?:the\s+word\s+)?$",
    re.IGNORECASE,
)
_ADD_LEAD = re.compile(
    rf"\b(?:add|append|insert|prepend|put|place){_CONTENT_WORDS}$", re.IGNORECASE
)
_EVERYWHERE = re.compile(
    r"\b(?:everywhere|throughout|wherever\s+it\s+occurs|all\s+over)\b", re.IGNORECASE
)
_REPLACE = re.compile(
    r"\breplace\s+(?:(?:the|all|every|each|any|word|words|text|string|occurrences?|of)\s+)*$",
    re.IGNORECASE,
)
_REPLACED_BY = re.compile(r"\s+(?:with|by)\s+(?:the\s+)?(?:word\s+|text\s+)?", re.IGNORECASE)
_PARTIAL = re.compile(r"\b(?:first|second|last|one|only|once|some|if|when|unless)\b", re.IGNORECASE)
_HEADER = re.compile(
    r"[\s\"'`]*(?:with|having)\s+(?:the\s+|a\s+)?(?:header|columns)(?:\s+(?:row|line))?:?\s+"
    r"(?P<header>\w+(?:,\w+)+)(?![\w,])",
    re.IGNORECASE,
)
_CONTENT_TAIL = re.compile(
    r"\s*(?:$|[.,;!)]|and\b|as\b|in\b|into\b|to\b|at\b|on\b|followed\b|set\b|named\b|called\b)",
    re.IGNORECASE,
)
_LIST_GAP = re.compile(r"\s*(?:,\s*(?:and\s+)?|and\s+)(?:the\s+|a\s+)?", re.IGNORECASE)


def output_literals(sentence: Sentence) -> list[str]:
    """What a program must print, as far as the sentence says it without conditions."""
    sample = sample_line(sentence)
    if sample:
        return [sample]
    if _DEPENDS.search(own_words(sentence.text)):
        return []
    quoted = [
        quotation.text
        for quotation in sentence.quotations
        if _is_literal(quotation) and _is_printed(sentence.text, quotation)
    ]
    return quoted or _unquoted_literals(sentence.text)


def says_it_prints(sentence: Sentence) -> bool:
    """Whether a sentence says, in English, that something is printed."""
    return _says(_SAYS_PRINT, sentence)


def says_it_runs(sentence: Sentence) -> bool:
    """Whether a sentence says, in English, that something is run."""
    return _says(_SAYS_RUN, sentence)


def content_literals(sentence: Sentence, mention: Mention) -> list[str]:
    """What this file must contain, as far as the sentence says it in plain words."""
    if _NEGATED.search(sentence.text[: mention.start]):
        return []
    return [
        *_containing(sentence, mention),
        *_put_into(sentence, mention),
        *_header(sentence.text[mention.end :]),
    ]


def added_literals(sentence: Sentence, mention: Mention) -> list[str]:
    """What is to be added to this file, so that what was in it must stay."""
    return _put_into(sentence, mention, _ADD_LEAD)


def replaced_literals(sentence: Sentence, mention: Mention) -> list[str]:
    """What must not be in this file any more: ``replace "OLD" with "NEW" in FILE``."""
    if _PARTIAL.search(own_words(sentence.text)) or _NEGATED.search(sentence.text[: mention.start]):
        return []
    return [
        old.text
        for old, new in pairwise(sentence.quotations)
        if _REPLACE.search(sentence.text[: old.start])
        and _REPLACED_BY.fullmatch(sentence.text[old.end : new.start])
        and _PUT_TAIL.fullmatch(_EVERYWHERE.sub(" ", sentence.text[new.end : mention.start]))
        and old.text not in new.text
    ]


def _says(words: re.Pattern[str], sentence: Sentence) -> bool:
    """Whether a sentence says one of the words, without a *not* before it."""
    said = words.search(own_words(sentence.text))
    return said is not None and not _NEGATED.search(sentence.text[: said.start()])


def _is_printed(text: str, quotation: Quotation) -> bool:
    """Whether an output verb governs the quotation and nothing transforms it."""
    before, after = text[: quotation.start], text[quotation.end :]
    if _OUTPUT_VERB_AFTER.match(after):
        return not _NEGATED.search(before)
    lead = _OUTPUT_LEAD.search(before)
    if lead is None or _NEGATED.search(before[: lead.start()]):
        return False
    return bool(_OUTPUT_TAIL.match(after))


def _unquoted_literals(text: str) -> list[str]:
    """An unquoted greeting or number after an output verb."""
    match = _NUMBER.search(text) or _WORD.search(text)
    if match is None:
        match = _UNQUOTED.search(text)
        if match is None or not (_SAYS.match(match.group()) or _reads_as_speech(match["text"])):
            return []
    return [] if _NEGATED.search(text[: match.start()]) else [match["text"].rstrip("!")]


def _reads_as_speech(text: str) -> bool:
    """Whether words that end in an exclamation mark are said rather than described."""
    words = text.rstrip("!").split()
    return "," in text or all(word[:1].isupper() for word in words)


def _is_literal(quotation: Quotation) -> bool:
    """Whether a quotation stands for itself: no placeholder, no escape, no code."""
    if _PLACEHOLDER.search(quotation.text) or not quotation.text.strip():
        return False
    return not (quotation.is_code and _CODE.fullmatch(quotation.text))


def _containing(sentence: Sentence, mention: Mention) -> list[str]:
    """The literals in ``FILE containing "A", "B" and "C"``."""
    found: list[str] = []
    at = mention.end
    link = _CONTAINING
    for quotation in sentence.quotations:
        if quotation.start < at or not link.fullmatch(sentence.text[at : quotation.start]):
            continue
        if _PLACEHOLDER.search(quotation.text) or not _ends_well(sentence.text, quotation):
            return found
        found.append(quotation.text)
        at, link = quotation.end, _LIST_GAP
    return found


def _header(after: str) -> list[str]:
    """The literal in ``FILE with the header a,b,c``: names and commas without spaces."""
    match = _HEADER.match(after)
    return [match["header"]] if match else []


def _put_into(
    sentence: Sentence, mention: Mention, lead: re.Pattern[str] | None = None
) -> list[str]:
    """The literal in ``add "A" to FILE`` and ``replace "OLD" with "A" in FILE``."""
    earlier = [one for one in sentence.quotations if one.end <= mention.start]
    if not earlier:
        return []
    quotation = earlier[-1]
    before = sentence.text[: quotation.start]
    if not any(one.search(before) for one in ([lead] if lead else [_PUT_LEAD, _REPLACE_LEAD])):
        return []
    tail = _EVERYWHERE.sub(" ", sentence.text[quotation.end : mention.start])
    if not _PUT_TAIL.fullmatch(tail):
        return []
    return [] if _PLACEHOLDER.search(quotation.text) else [quotation.text]


def _ends_well(text: str, quotation: Quotation) -> bool:
    """Whether what follows a quotation takes nothing back, as in ``with "a" removed``."""
    return bool(_CONTENT_TAIL.match(text[quotation.end :]))
