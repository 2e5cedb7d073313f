"""Which paths of a workspace no tool may write, because a person's programs obey what is in them."""

PROTECTED_NAMES = (".git", ".loom", "loom.toml", ".envrc")
"""Names that run code or change settings outside the sandbox when somebody works in the workspace."""

EDITOR_NAMES = (
    ".claude",
    ".codex",
    ".cursor",
    ".devcontainer",
    ".exrc",
    ".gemini",
    ".idea",
    ".mcp.json",
    ".nvim.lua",
    ".vscode",
    ".windsurf",
)
"""Names that editors and agents obey when somebody opens the workspace, and only there."""

_FOLDED = frozenset(name.casefold() for name in PROTECTED_NAMES)
_FOLDED_EDITOR = frozenset(name.casefold() for name in EDITOR_NAMES)


def is_protected(relative: str) -> bool:
    """Whether a path in the workspace is protected, or lies in a protected directory.

    Letter case is ignored: on some file systems ``.GIT`` is ``.git``.
    """
    parts = [part.casefold() for part in relative.split("/")]
    return parts[0] in _FOLDED_EDITOR or any(part in _FOLDED for part in parts)
