"""A git command line read as git reads it: subcommand, options and operands, each of them known."""

import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from loom_core.did_you_mean import did_you_mean
from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.git.subcommands import known_subcommands, options_of

_WHY_NOT = {
    "clone": "it would fetch from elsewhere; ask for the files another way",
    "credential": "it handles passwords",
    "difftool": "it starts other programs",
    "filter-branch": "it runs commands and rewrites all commits",
    "mergetool": "it starts other programs",
    "submodule": "it makes repositories that run programs",
    "update-ref": "it changes branches behind git's back",
}
_REASONS = {
    "-c": "settings given on the command line can run programs",
    "--exec-path": "it chooses which programs git runs",
    "--git-dir": "only the workspace's own repository is used",
    "--work-tree": "only the workspace itself is used",
    "-C": "it always runs in the workspace; give the path as an operand",
    "--upload-pack": "it runs a program",
    "--receive-pack": "it runs a program",
    "--exec": "it runs a program",
    "-x": "it runs a program",
    "--ext-diff": "it runs a program",
    "--textconv": "it runs a program",
    "--output": "it writes a file; read the result instead",
    "--open-files-in-pager": "it runs a program",
    "-i": "nobody can answer an editor here",
    "--interactive": "nobody can answer an editor here",
    "--force": "what others pushed would be lost",
    "--force-with-lease": "what others pushed would be lost",
    "-f": "what others pushed would be lost",
    "--mirror": "what others pushed would be lost",
    "--delete": "what others pushed would be lost",
    "-d": "what others pushed would be lost",
}
_OPERATORS = frozenset({"&&", "||", "|", ";", ">", ">>", "<", "&"})


@dataclass(frozen=True, slots=True)
class GitCommandLine:
    """One git command that may be given."""

    words: tuple[str, ...]
    """Subcommand and arguments as they were written."""
    subcommand: str
    options: frozenset[str]
    """Names without dashes, such as ``hard`` or ``D``."""
    operands: tuple[str, ...]
    """What is no option, also after ``--``."""
    has_separator: bool
    """Whether ``--`` was given, so that paths follow."""

    def has(self, *names: str) -> bool:
        """Whether one of these options was given."""
        return not self.options.isdisjoint(names)

    @property
    def first(self) -> str:
        """The first operand, such as the ``pop`` of ``stash pop``; empty when there is none."""
        return self.operands[0] if self.operands else ""


def parse(args: str) -> GitCommandLine:
    """The command that a line gives, with or without ``git`` in front.

    Raises:
        ToolFailed: it cannot be read, or holds what is not allowed; nothing of it is then run.
    """
    words = _words(args)
    subcommand = words[0]
    known = options_of(subcommand)
    if known is None:
        raise _refused_subcommand(subcommand)
    options: set[str] = set()
    operands: list[str] = []
    rest = words[1:]
    while rest:
        word = rest.pop(0)
        if word == "--":
            return GitCommandLine(
                tuple(words), subcommand, frozenset(options), (*operands, *rest), has_separator=True
            )
        if word.startswith("--"):
            options.add(_long(word, rest, known, subcommand))
        elif len(word) > 1 and word.startswith("-"):
            options |= _short(word, rest, known, subcommand)
        else:
            operands.append(word)
    return GitCommandLine(
        tuple(words), subcommand, frozenset(options), tuple(operands), has_separator=False
    )


def _words(args: str) -> list[str]:
    """The words of the line, without ``git`` and what is always given anyway."""
    try:
        words = shlex.split(args)
    except ValueError as error:
        raise _refused(f"the arguments cannot be read ({error}); close every quote") from error
    if words[:1] == ["git"]:
        words = words[1:]
    while words[:1] in (["--no-pager"], ["-P"]):
        words = words[1:]
    if words == ["--version"]:
        return ["version"]
    if not words:
        raise _refused("no git command was given; give one such as: status")
    if any(word in _OPERATORS for word in words):
        raise _refused("one git command at a time; there is no shell here")
    if words[0].startswith("-"):
        name = words[0].partition("=")[0]
        raise _refused(
            f"git {name} is not allowed: {_REASONS.get(name, 'begin with a subcommand')}"
        )
    return words


def _long(word: str, rest: list[str], known: Mapping[str, str], subcommand: str) -> str:
    """The name of a long option; takes its value off the rest.

    Git also takes the beginning of a name; here only the whole name counts.
    """
    name, equals, _ = word[2:].partition("=")
    kind = known.get(name) if len(name) > 1 else None
    if kind is None or (equals and not kind):
        raise _refused_option(f"--{name}", known, subcommand)
    if kind == "=" and not equals:
        _take_value(f"--{name}", rest)
    return name


def _short(word: str, rest: list[str], known: Mapping[str, str], subcommand: str) -> set[str]:
    """The names of a word of short options; takes a value off the rest."""
    letters = word[1:]
    if letters.isdigit() and "n" in known:
        return {"n"}
    found: set[str] = set()
    while letters:
        letter, letters = letters[0], letters[1:]
        kind = known.get(letter)
        if kind is None:
            raise _refused_option(f"-{letter}", known, subcommand)
        found.add(letter)
        if kind:
            if kind == "=" and not letters:
                _take_value(f"-{letter}", rest)
            return found
    return found


def _take_value(option: str, rest: list[str]) -> None:
    """Pass over the value of an option."""
    if not rest:
        raise _refused(f"{option} needs a value")
    rest.pop(0)


def _refused_subcommand(name: str) -> ToolFailed:
    """What is said of a subcommand that is not in the table."""
    if name in _WHY_NOT:
        return _refused(f"git {name} is not allowed: {_WHY_NOT[name]}")
    known = known_subcommands()
    instead = did_you_mean(name, known) or f"; allowed are: {', '.join(known)}"
    return _refused(f"git {name} is not allowed{instead}")


_SHELL_SIGNS = frozenset(";|&<>")


def _refused_option(option: str, known: Mapping[str, str], subcommand: str) -> ToolFailed:
    """What is said of an option that its subcommand does not have here."""
    reason = _REASONS.get(option)
    if reason is None and _SHELL_SIGNS.intersection(option):
        return _refused("one git command at a time; there is no shell here")
    if reason is None:
        names = [f"--{name}" if len(name) > 1 else f"-{name}" for name in known]
        reason = f"it is not known here{did_you_mean(option, names) or '; leave it out'}"
    return _refused(f"git {subcommand} {option} is not allowed: {reason}")


def _refused(reason: str) -> ToolFailed:
    """A command that is not run."""
    return ToolFailed(reason, ErrorCategory.SAFETY)
