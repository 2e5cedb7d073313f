"""How a command line becomes the arguments of a shell, with limits that it cannot raise."""

import shutil

_OPEN_FILES = 4096
_PROCESSES = 4096
_FILE_BLOCKS = 8 * 1024 * 1024
"""Of 512 or 1,024 bytes, as the shell counts: 4 or 8 GiB for one file."""
_DATA_KIBIBYTES = 8 * 1024 * 1024
"""What one process may have in memory of its own. Not the size of its addresses: many programs
reserve far more of those than they use."""
_CPU_SECONDS = 3600
"""Of all threads of one process together."""

_LIMITS = f"""{{
ulimit -c 0
ulimit -d {_DATA_KIBIBYTES}
ulimit -t {_CPU_SECONDS}
ulimit -n {_OPEN_FILES}
ulimit -f {_FILE_BLOCKS}
ulimit -u {_PROCESSES} || ulimit -p {_PROCESSES}
}} 2>/dev/null
exec "$0" -c "$1"
"""
"""Set by the shell itself: a limit set from outside could come too late."""


def shell_arguments(command: str, path: str) -> list[str]:
    """Arguments that run a command line: with bash where there is one, else with sh.

    Args:
        command: the command line.
        path: the search path for programs of the place where it runs.
    """
    shell = shutil.which("bash", path=path) or shutil.which("sh", path=path) or "/bin/sh"
    return [shell, "-c", _LIMITS, shell, command]
