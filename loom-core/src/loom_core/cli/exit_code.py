"""What the exit code of ``loom`` says."""

from enum import IntEnum


class ExitCode(IntEnum):
    """The outcome of a command, for scripts."""

    COMPLETED = 0
    FAILED = 1
    USAGE = 2
    """The command line, a setting or the workspace is wrong; nothing was started."""
    NEEDS_HUMAN = 3
    """The task waits for an approval."""
    NOBODY_READS = 141
    """Whoever read the output closed it, as ``head`` does; what a shell says of SIGPIPE."""
    INTERRUPTED = 130
    """Stopped by Ctrl-C; a task can be resumed."""
