"""Which system calls a command may not make, and why."""

import errno
from collections.abc import Iterator

from loom_core.confinement.filter_program import ASK, Rule, refuse

_NEVER = (
    # of other processes
    *("kcmp", "pidfd_getfd", "process_madvise", "process_vm_readv", "process_vm_writev", "ptrace"),
    # mounts and namespaces
    *("chroot", "fsconfig", "fsmount", "fsopen", "fspick", "mount", "mount_setattr", "move_mount"),
    *("open_tree", "pivot_root", "setns", "umount2", "unshare"),
    # files by another name than their path
    *("fanotify_init", "lookup_dcookie", "name_to_handle_at", "open_by_handle_at"),
    # the machine as a whole
    *("_sysctl", "acct", "adjtimex", "clock_adjtime", "clock_settime", "delete_module"),
    *("finit_module", "init_module", "ioperm", "iopl", "kexec_file_load", "kexec_load"),
    *("migrate_pages", "move_pages", "nfsservctl", "quotactl", "quotactl_fd", "reboot"),
    *("setdomainname", "sethostname", "settimeofday", "swapoff", "swapon", "syslog", "uselib"),
    "vhangup",
    # large parts of the kernel that were broken into before, and keys that the user's programs share
    *("add_key", "bpf", "io_uring_enter", "io_uring_register", "io_uring_setup", "keyctl"),
    *("perf_event_open", "request_key", "userfaultfd"),
)
_NEW_NAMESPACE = 0x7E020080
"""Every ``CLONE_NEW…`` flag."""
_TERMINAL_INPUT = (0x5412, 0x541C)
"""``TIOCSTI`` and ``TIOCLINUX``, which type into the user's terminal."""
_INODE_FLAGS = (0x40086602, 0x401C5820)
"""``FS_IOC_SETFLAGS`` and ``FS_IOC_FSSETXATTR``."""
_PRIO_PROCESS, _IOPRIO_WHO_PROCESS = 0, 1
_UNIX, _INET, _INET6, _NETLINK = 1, 2, 10, 16
_STREAM, _SEQPACKET = 1, 5
_AT_CREATION = (0, 0x800, 0x80000, 0x80800)
"""``SOCK_NONBLOCK`` and ``SOCK_CLOEXEC``, which go with the type of a socket."""
_PAIRS = tuple(kind | flags for kind in (_STREAM, _SEQPACKET) for flags in _AT_CREATION)
"""Pairs of sockets that stay with each other; one of datagrams can be sent from to any address."""

_OF_ALL_PROCESSES = (
    *("mq_open", "mq_unlink", "msgctl", "msgget", "msgrcv", "msgsnd", "semctl", "semget", "semop"),
    *("semtimedop", "shmat", "shmctl", "shmget"),
)
"""System V and POSIX objects that every process of the user shares."""
_OLD_WAYS = ("fchmodat2", "futimesat", "utime", "utimes")
_ATTRIBUTES = (
    *("setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
    *("getxattr", "lgetxattr", "fgetxattr", "listxattr", "llistxattr", "flistxattr"),
)
"""What Landlock does not judge, and what programs do without."""
ASKED = ("chmod", "chown", "fchmod", "fchmodat", "fchown", "fchownat", "lchown", "utimensat")
"""What Landlock does not judge, and programs need: the supervisor does it for them, in its bounds."""


def in_namespaces(*, network: bool) -> Iterator[Rule]:
    """Rules for a command that namespaces confine already: a smaller kernel to attack.

    With the network of the machine it would have the abstract sockets of the user's programs too,
    among them those by which a desktop starts programs.
    """
    yield from _everywhere(terminal=_TERMINAL_INPUT)
    # Other families, such as that of virtual machines, are not kept apart by network namespaces.
    families = (_INET, _INET6, _NETLINK) if network else (_INET, _INET6, _NETLINK, _UNIX)
    yield Rule("socket", refuse(errno.EAFNOSUPPORT), 0, allowed=families)
    if network:
        yield _pairs()


def beside_landlock(*, network: bool) -> Iterator[Rule]:
    """Rules for a command that Landlock confines: what Landlock does not judge is closed here."""
    yield from _everywhere(terminal=(*_TERMINAL_INPUT, *_INODE_FLAGS))
    if network:
        yield Rule("socket", refuse(errno.EAFNOSUPPORT), 0, allowed=(_INET, _INET6))
    else:
        yield Rule("socket", refuse(errno.EAFNOSUPPORT))
    yield _pairs()
    for name in (*_OF_ALL_PROCESSES, *_OLD_WAYS):
        yield Rule(name, refuse())
    for name in _ATTRIBUTES:
        yield Rule(name, refuse(errno.EOPNOTSUPP))  # as on a file system that has none
    # It would tell what happens in directories that cannot be listed; programs look themselves then.
    yield Rule("inotify_add_watch", refuse(errno.ENOSPC))
    for name in ASKED:
        yield Rule(name, ASK)
    # Of other processes than the caller, which is number 0 here.
    for name in ("prlimit64", "sched_setaffinity", "sched_setattr", "sched_setparam"):
        yield Rule(name, refuse(), 0, allowed=(0,))
    yield Rule("sched_setscheduler", refuse(), 0, allowed=(0,))
    for name, itself in (("setpriority", _PRIO_PROCESS), ("ioprio_set", _IOPRIO_WHO_PROCESS)):
        # Number 0 is the caller only among processes; among users it is all that the user runs.
        yield Rule(name, refuse(), 0, (itself,), then=Rule(name, refuse(), 1, (0,)))


def _pairs() -> Rule:
    """Only pairs of sockets that reach nobody else."""
    return Rule("socketpair", refuse(errno.EOPNOTSUPP), 1, allowed=_PAIRS)


def _everywhere(*, terminal: tuple[int, ...]) -> Iterator[Rule]:
    """Rules for every command."""
    for name in _NEVER:
        yield Rule(name, refuse())
    yield Rule("clone", refuse(), 0, bits=_NEW_NAMESPACE)
    # Its flags are in memory, where a filter cannot look; programs then use clone.
    yield Rule("clone3", refuse(errno.ENOSYS))
    yield Rule("ioctl", refuse(), 1, refused=terminal)
