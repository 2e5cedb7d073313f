"""Opens the one door of a command that may reach some hosts, and becomes the command.

Runs inside the sandbox, as the text of a program for whatever Python is there: it listens on the loopback of
the network namespace, hands the listening socket to Loom outside, which alone accepts from it, and goes
on only when Loom says that it does. So nothing of the network is needed inside, no helper stays, and
no socket has a name that somebody else could connect to.
"""

import os
import signal
import socket
import sys

PORT = 3128
"""Of the loopback of a namespace that is new, so that nobody else has it."""
BACKLOG = 64
_FAILED = 125


def main() -> None:
    """Listen, and run the arguments after the first, which names the descriptor that leads to Loom."""
    try:
        with socket.socket(fileno=int(sys.argv[1])) as channel, socket.socket() as listening:
            listening.bind(("127.0.0.1", PORT))
            listening.listen(BACKLOG)
            rights = listening.fileno().to_bytes(4, sys.byteorder)
            channel.sendmsg([b"."], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
            is_served = bool(channel.recv(1))
    except (OSError, ValueError) as error:
        os.write(2, f"the way to the allowed hosts could not be opened: {error}\n".encode())
        is_served = False
    if not is_served:
        sys.exit(_FAILED)
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)  # Python ignores them, and that is inherited
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606 - the shell itself, as Loom named it


if __name__ == "__main__":
    main()
