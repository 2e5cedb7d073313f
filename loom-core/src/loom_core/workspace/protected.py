"""Which paths of a workspace no tool may write, because a person's programs obey what is in them."""

PROTECTED_NAMES = (".git", ".loom", "loom.toml", ".envrc")
"""Names that run code or change settings outside the sandbox when somebody works in the workspace."""

OTHER_REPOSITORIES = {
    ".hg": ("hgrc", "hgrc-not-shared", "sharedpath"),
    ".jj": ("repo", "repo/config.toml", "workspace-config.toml"),
}
"""Repositories of other systems than git, with the files in them that make those run programs.

Protected like the names above. A command does not get stand-ins for them: other programs take an
empty one for a repository.
"""

EDITOR_NAMES = (
    ".aider.conf.yml",
    ".amazonq",
    ".claude",
    ".codex",
    ".continue",
    ".crush.json",
    ".cursor",
    ".devcontainer",
    ".exrc",
    ".factory",
    ".fleet",
    ".gemini",
    ".helix",
    ".idea",
    ".junie",
    ".kiro",
    ".mcp.json",
    ".nvim.lua",
    ".nvimrc",
    ".opencode",
    ".qwen",
    ".roo",
    ".trae",
    ".vimrc",
    ".vs",
    ".vscode",
    ".windsurf",
    ".zed",
    "crush.json",
    "opencode.json",
    "opencode.jsonc",
)
"""Names that editors and agents obey when somebody opens the workspace, and only there."""

_FOLDED = frozenset(name.casefold() for name in (*PROTECTED_NAMES, *OTHER_REPOSITORIES))
_FOLDED_EDITOR = frozenset(name.casefold() for name in EDITOR_NAMES)


def is_protected(relative: str) -> bool:
    """Whether a path in the workspace is protected, or lies in a protected directory.

    Letter case is ignored: on some file systems ``.GIT`` is ``.git``.
    """
    first, *inner = relative.split("/")
    return is_protected_name(first, is_top=True) or any(
        is_protected_name(part, is_top=False) for part in inner
    )


def is_protected_name(name: str, *, is_top: bool) -> bool:
    """Whether a name is protected, right below the workspace or deeper."""
    folded = name.casefold()
    return folded in _FOLDED or (is_top and folded in _FOLDED_EDITOR)
