"""The command line that runs git so that a repository's own settings decide as little as possible.

They cannot be kept out altogether: filters and merge drivers run programs, whatever is given here.
That is why git runs in the sandbox; this makes what it does the same everywhere.
"""

import shlex
from collections.abc import Mapping

from loom_tools.git.command_line import GitCommandLine

_SETTINGS = {
    "advice.detachedHead": "false",
    "branch.autoSetupMerge": "false",  # it would write settings
    "color.ui": "never",
    "commit.gpgSign": "false",
    "core.alternateRefsCommand": "",
    "core.attributesFile": "/dev/null",
    "core.editor": "true",
    "core.excludesFile": "/dev/null",
    "core.fsmonitor": "false",
    "core.hooksPath": "/dev/null",
    "core.pager": "cat",
    "core.quotePath": "false",
    "core.sshCommand": "ssh",
    "credential.helper": "",
    "fetch.recurseSubmodules": "false",
    "gc.auto": "0",
    "init.defaultBranch": "main",
    "log.showSignature": "false",
    "maintenance.auto": "false",
    "merge.verifySignatures": "false",
    "protocol.allow": "never",
    "protocol.file.allow": "always",
    "protocol.git.allow": "always",
    "protocol.http.allow": "always",
    "protocol.https.allow": "always",
    "protocol.ssh.allow": "always",
    "push.gpgSign": "false",
    "safe.directory": "*",  # whose files they are decides nothing inside of the sandbox
    "submodule.recurse": "false",
    "tag.gpgSign": "false",
}
_ENVIRONMENT = {
    "GIT_ASKPASS": "true",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_EDITOR": "true",
    "GIT_MERGE_AUTOEDIT": "no",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_PAGER": "cat",
    "GIT_PROTOCOL_FROM_USER": "0",
    "GIT_SEQUENCE_EDITOR": "true",
    "GIT_TERMINAL_PROMPT": "0",
    "SSH_ASKPASS": "true",
}
_OF_SUBCOMMAND: Mapping[str, tuple[str, ...]] = {
    "blame": ("--no-textconv",),
    "diff": ("--no-ext-diff", "--no-textconv"),
    "diff-tree": ("--no-ext-diff", "--no-textconv"),
    "grep": ("--no-textconv",),
    "init": ("--template=",),
    "log": ("--no-ext-diff", "--no-textconv"),
    "show": ("--no-ext-diff", "--no-textconv"),
}


def hardened(line: GitCommandLine, *, ceiling: str, extra: tuple[str, ...] = ()) -> str:
    """The shell command that runs a git command.

    Args:
        line: a command that may be given.
        ceiling: the directory above the workspace, where no repository is looked for.
        extra: further options of the subcommand.
    """
    environment = {**_ENVIRONMENT, "GIT_CEILING_DIRECTORIES": ceiling}
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    subcommand, *rest = line.words
    return shlex.join(
        [
            "env",
            *(f"{name}={value}" for name, value in environment.items()),
            "git",
            "--no-pager",
            "--no-optional-locks",
            *settings,
            subcommand,
            *_OF_SUBCOMMAND.get(subcommand, ()),
            *extra,
            *rest,
        ]
    )


def with_identity(command: str, name: str, email: str) -> str:
    """The command with an author for the case that the repository's settings name none."""
    values = {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", name), ("EMAIL", email))
    }
    given = shlex.join(f"{variable}={value}" for variable, value in values.items())
    ask = "env GIT_CONFIG_GLOBAL=/dev/null git -c safe.directory=* config --get user.email"
    return f"{ask} >/dev/null 2>&1 || export {given}\n{command}"
