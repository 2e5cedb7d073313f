"""Which paths of a workspace no tool may write, because a person's programs obey what is in them."""

PROTECTED_NAMES = (".git", ".loom", "loom.toml", ".envrc")
"""Names that run code or change settings outside the sandbox when somebody works in the workspace."""

_FOLDED = frozenset(name.casefold() for name in PROTECTED_NAMES)


def is_protected(relative: str) -> bool:
    """Whether a path in the workspace is protected, or lies in a protected directory.

    Letter case is ignored: on some file systems ``.GIT`` is ``.git``.
    """
    return any(part.casefold() in _FOLDED for part in relative.split("/"))
