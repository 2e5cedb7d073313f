"""The files that a text names: tokens that look like a relative path with a known extension."""

import posixpath
import re
from dataclasses import dataclass

from loom_core.planning.quotation import find_quotations, hide_phrases


def _words(text: str) -> frozenset[str]:
    """The words of a text as a set; long lists read better so."""
    return frozenset(text.split())


PROGRAM_EXTENSIONS = _words(
    "py pyw sh bash js mjs cjs ts tsx jsx go rs java c cc cpp h hpp cs rb php pl lua r swift kt"
)
"""Extensions of files that are run or compiled."""

_DATA_EXTENSIONS = _words(
    "txt md rst json jsonl json5 yaml yml toml ini cfg conf csv tsv xml html htm css scss sql log "
    "env lock properties svg png jpg jpeg gif pdf docx xlsx ipynb tex bib diff patch bak tmp dat "
    "gz zip tar proto graphql tf bat ps1 vue svelte pyi adoc org po srt"
)
_DOTFILES = frozenset(
    {".gitignore", ".gitattributes", ".dockerignore", ".editorconfig", ".env", ".npmrc"}
)

_PRODUCTS = _words(
    "node next nuxt vue react express three d3 angular ember backbone chart discord moment p5 "
    "alpine deck plotly"
)
"""Names that end in ``.js`` and are no files when nothing quotes them."""

# Letters of scripts written without spaces end a name: "创建hello.py文件" names hello.py.
_CHARACTER = r"[^\W\u2e80-\u9fff\uac00-\ud7af\uff00-\uffef]"
_TOKEN = re.compile(rf"(?:{_CHARACTER}|[./\\@+~%-])+")
_DOT_INSIDE = re.compile(r"\.\w")
_NOT_A_PATH = re.compile(
    r"""
      \b[a-z][a-z0-9+.-]*://\S+            # addresses
    | \bwww\.\S+
    | \b[\w.-]+:\d+\S*                     # host:port/path
    | [\w.+-]+@[\w-]+\.[\w.-]+             # mail
    """,
    re.VERBOSE | re.IGNORECASE,
)
_PLACEHOLDER_BEFORE = frozenset("*?>}])$%=\\")
_OPENING_MARKS = tuple("\"'`“‘„«「")  # noqa: RUF001  # the marks themselves are meant
_DOMAIN = re.compile(r"\.(?:com|org|net|io|dev|edu|gov|ai|co)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a text names a file."""

    path: str
    """Normalised: relative, with forward slashes, without ``./``."""
    start: int
    end: int

    @property
    def extension(self) -> str:
        """The extension in lower case without its dot; empty for a dotfile."""
        return posixpath.splitext(self.path)[1][1:].lower()

    @property
    def is_program(self) -> bool:
        """Whether it names something to be run or compiled."""
        return self.extension in PROGRAM_EXTENSIONS


def named_paths(text: str) -> tuple[str, ...]:
    """The relative paths that a text names, each once, in the order of first mention.

    Not counted: addresses, absolute paths and paths with ``..``, patterns and placeholders,
    versions, dotted module names, and names inside quoted phrases of several words.
    """
    return tuple(dict.fromkeys(mention.path for mention in find_mentions(text)))


def find_mentions(text: str) -> list[Mention]:
    """Every place where a text names a file, in order."""
    if _DOT_INSIDE.search(text) is None:
        return []  # every name of a file has one; most texts have none, and this is asked often
    visible = _NOT_A_PATH.sub(_blank, hide_phrases(text, find_quotations(text)))
    mentions = (_read_token(visible, match) for match in _TOKEN.finditer(visible))
    return [mention for mention in mentions if mention is not None]


def _blank(match: re.Match[str]) -> str:
    """As many spaces as were matched, so that offsets stay."""
    return " " * len(match.group())


def _read_token(text: str, match: re.Match[str]) -> Mention | None:
    """The mention that a token is, or None when it names no file."""
    token = match.group().rstrip(".-+~")
    end = match.start() + len(token)
    if _is_part_of_something_else(text, match.start(), end):
        return None
    path = _normalise(token)
    if path is None or not _looks_like_a_file(path):
        return None
    is_quoted = text[match.start() - 1 : match.start()] in _OPENING_MARKS
    if not is_quoted and _is_product_name(path):
        return None
    return Mention(path=path, start=match.start(), end=end)


def _is_part_of_something_else(text: str, start: int, end: int) -> bool:
    """Whether the token is the rest of a pattern or placeholder, or a call."""
    return text[start - 1 : start] in _PLACEHOLDER_BEFORE or text[end : end + 1] in {"(", "*", "{"}


def _normalise(token: str) -> str | None:
    """The token as a relative path, or None when it is absolute, climbs or is no path at all."""
    if token.startswith(("/", "~", "-", "@")) or set(token) & set("\\%"):
        return None
    path = posixpath.normpath(token)
    if path.startswith("..") or "~" in path:
        return None
    return path


def _looks_like_a_file(path: str) -> bool:
    """Whether the last part has a stem and a known extension and no other part has one."""
    *directories, name = path.split("/")
    if any(_DOMAIN.search(part) or _has_known_extension(part) for part in directories):
        return False
    return name in _DOTFILES or _has_known_extension(name)


def _has_known_extension(name: str) -> bool:
    """Whether a name is a stem, a dot and an extension of a kind of file that people write."""
    stem, extension = posixpath.splitext(name)
    has_stem = any(character.isalnum() or character == "_" for character in stem)
    known = extension[1:].lower()
    return has_stem and (known in PROGRAM_EXTENSIONS or known in _DATA_EXTENSIONS)


def _is_product_name(path: str) -> bool:
    """Whether it is the name of a well-known product such as Node.js."""
    stem, extension = posixpath.splitext(path)
    return extension.lower() == ".js" and stem.lower() in _PRODUCTS
