"""What a model reads of a git command that ended."""

from loom_core.errors import ErrorCategory
from loom_core.sandbox import CommandResult
from loom_tools.planted import told_of
from loom_tools.refused import told_of_refused

_NO_NETWORK = "the sandbox has no network there; a person can set sandbox.allowed_hosts"
_ONLY_HTTPS = "use an https remote; ssh and git:// do not go through the proxy of the sandbox"
_HINTS = (
    ("not a git repository", "make one with: init"),
    ("ssh: ", _ONLY_HTTPS),
    ("cannot run ssh", _ONLY_HTTPS),
    ("unable to look up", _ONLY_HTTPS),  # of git://, as the next
    ("unable to connect", _ONLY_HTTPS),
    ("Could not resolve host", _NO_NETWORK),
    ("empty commit message", "give a message with -m"),
    ("could not lock config file", "settings of the repository are changed by a person"),
    ("could not write config file", "settings of the repository are changed by a person"),
)
_CATEGORIES = (
    ("did not match any file", ErrorCategory.NOT_FOUND),
    ("unknown revision", ErrorCategory.NOT_FOUND),
    ("not a git repository", ErrorCategory.NOT_FOUND),
    ("ermission denied", ErrorCategory.PERMISSION),
)


def category_of(done: CommandResult) -> ErrorCategory | None:
    """What kind of failure it was; None for success."""
    if done.timed_out:
        return ErrorCategory.TIMEOUT
    if done.exit_code == 0:
        return None
    by_output = (category for words, category in _CATEGORIES if words in done.output)
    return next(by_output, ErrorCategory.RUNTIME)


def said(done: CommandResult, seconds: float) -> str:
    """Exit code, output, a hint, and what was taken back."""
    lines = [f"exit code {done.exit_code}"]
    if done.timed_out:
        lines = [f"killed after {seconds:g} s: git did not end in time"]
    if done.exceeded:
        lines = [f"killed: {done.exceeded}"]
    lines.append(done.output.rstrip("\n") or "(no output)")
    if done.exit_code:
        lines += [f"[{hint}]" for words, hint in _HINTS if words in done.output][:1]
    if done.left_out_bytes:
        lines.append("[to see the rest, ask for less, such as a path or -n]")
    return "\n".join([*lines, *told_of_refused(done.refused), *told_of(done.planted)])
