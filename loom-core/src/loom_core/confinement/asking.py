"""Changing permissions and times for a confined process, which may not do it itself.

Landlock does not judge these calls, so the filter hands them to the process that watches over the
command. It finds the file anew below the directories that may be written, by a descriptor that
cannot leave them: whatever the command changes meanwhile, nothing outside is touched.

Source: ``seccomp_unotify(2)``, ``openat2(2)``.
"""

import errno
import fcntl
import os
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from loom_core.confinement.architecture import Architecture
from loom_core.confinement.kernel import call

_RECEIVE, _SEND, _IS_VALID = 0xC0502100, 0xC0182101, 0x40082102
_REQUEST_BYTES = 80
_CURRENT_DIRECTORY = -100
_NO_FOLLOW = 0x100
_MAX_PATH = 4096
_OPENAT2 = 437
_BENEATH_WITHOUT_MAGIC = 0x08 | 0x02
_UTIMENSAT = {0xC000003E: 280, 0xC00000B7: 88}
_MODE = 0o1777
"""Permission bits that may be set: none by which a program runs as somebody else."""
_OWNER_AT = {"chown": 1, "fchown": 1, "fchownat": 2, "lchown": 1}
"""Which argument is the new owner; the next is the new group."""
_UNCHANGED = 0xFFFFFFFF
_OWN_DESCRIPTOR = re.compile(r"/(?:proc/(?:self|thread-self)|dev)/fd/(\d+)")


@dataclass(frozen=True, slots=True)
class _Request:
    """One call that was stopped."""

    identity: int
    pid: int
    name: str
    arguments: tuple[int, ...]


class Answerer:
    """Answers the calls of one command."""

    def __init__(self, listener: int, architecture: Architecture, roots: Sequence[str]) -> None:
        """Listen on a descriptor of the filter; what lies below the roots may be changed."""
        self.listener = listener
        """Readable when there is something to answer."""
        self._architecture = architecture
        self._names = {number: name for name, number in architecture.numbers.items()}
        self._roots = [
            (root, os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)) for root in roots
        ]

    def answer(self) -> None:
        """Take one request and answer it; a request whose caller is gone is forgotten."""
        buffer = bytearray(_REQUEST_BYTES)
        try:
            fcntl.ioctl(self.listener, _RECEIVE, buffer)
        except OSError:
            return
        identity, pid, _, number = struct.unpack_from("=QIIi", buffer)
        arguments = struct.unpack_from("=6Q", buffer, 32)
        request = _Request(identity, pid, self._names.get(number, ""), arguments)
        try:
            self._do(request)
        except OSError as error:
            self._reply(identity, -(error.errno or errno.EPERM))
        else:
            self._reply(identity, 0)

    def _reply(self, identity: int, error: int) -> None:
        """Let the caller go on."""
        try:
            fcntl.ioctl(
                self.listener, _SEND, bytearray(struct.pack("=QqiI", identity, 0, error, 0))
            )
        except OSError:
            return  # the caller is gone

    def _do(self, request: _Request) -> None:
        """Do what was asked. Raises ``OSError`` with what the caller gets."""
        name, arguments = request.name, request.arguments
        if name == "fchmod":
            self._chmod(self._of_descriptor(request, arguments[0]), arguments[1])
        elif name == "chmod":
            self._chmod(self._of_path(request, _CURRENT_DIRECTORY, arguments[0]), arguments[1])
        elif name == "fchmodat":
            self._chmod(self._of_path(request, _signed(arguments[0]), arguments[1]), arguments[2])
        elif name == "utimensat":
            self._utime(request)
        elif name in _OWNER_AT:
            _refuse_strangers(*arguments[_OWNER_AT[name] : _OWNER_AT[name] + 2])
        else:
            raise PermissionError(errno.EPERM, name)

    def _chmod(self, descriptor: int, mode: int) -> None:
        """Change the permission bits of an open file, and close it."""
        try:
            if mode & 0o7777 & ~_MODE:
                raise PermissionError(errno.EPERM, "set-user-id")
            os.chmod(f"/proc/self/fd/{descriptor}", mode & _MODE)  # noqa: PTH101  # it is a descriptor
        finally:
            os.close(descriptor)

    def _utime(self, request: _Request) -> None:
        """Change the times of a file."""
        directory, path, times, flags = request.arguments[:4]
        if path:
            descriptor = self._of_path(
                request, _signed(directory), path, follow=not flags & _NO_FOLLOW
            )
        else:
            descriptor = self._of_descriptor(request, directory)
        try:
            values = self._memory(request, times, 32) if times else None
            own = f"/proc/self/fd/{descriptor}".encode()
            call(_UTIMENSAT[self._architecture.audit], _CURRENT_DIRECTORY, own, values, 0)
        finally:
            os.close(descriptor)

    def _of_descriptor(self, request: _Request, descriptor: int) -> int:
        """The file behind a descriptor of the caller, found anew."""
        return self._open(request, _link(request.pid, f"fd/{_signed(descriptor)}"))

    def _of_path(
        self, request: _Request, directory: int, address: int, *, follow: bool = True
    ) -> int:
        """The file that a path of the caller means, found anew."""
        path = os.fsdecode(self._memory(request, address, _MAX_PATH).split(b"\0")[0])
        own = _OWN_DESCRIPTOR.fullmatch(path)
        if own:
            return self._of_descriptor(request, int(own.group(1)))
        if not path.startswith("/"):
            place = "cwd" if directory == _CURRENT_DIRECTORY else f"fd/{directory}"
            path = f"{_link(request.pid, place)}/{path}"
        return self._open(request, path, follow=follow)

    def _memory(self, request: _Request, address: int, size_bytes: int) -> bytes:
        """What is in the caller's memory, up to the end of a page where it ends there."""
        with open(f"/proc/{request.pid}/mem", "rb", buffering=0) as memory:  # noqa: PTH123 - pathlib is slow to load
            page_end = 4096 - address % 4096
            data = os.pread(memory.fileno(), min(size_bytes, page_end), address)
            if b"\0" in data or len(data) == size_bytes:
                return data
            return data + os.pread(memory.fileno(), size_bytes - len(data), address + len(data))

    def _open(self, request: _Request, path: str, *, follow: bool = True) -> int:
        """A descriptor of a file below one of the roots, which is all that may be changed."""
        # Only now is it sure that the process that was looked at is still the one that asked.
        fcntl.ioctl(self.listener, _IS_VALID, bytearray(struct.pack("=Q", request.identity)))
        for root, held in self._roots:
            if path == root or path.startswith(f"{root}/"):
                flags = os.O_PATH | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
                how = struct.pack("=QQQ", flags, 0, _BENEATH_WITHOUT_MAGIC)
                beneath = os.fsencode(path[len(root) :].lstrip("/") or ".")
                return call(_OPENAT2, held, beneath, how, len(how))
        raise PermissionError(errno.EPERM, path)


def _refuse_strangers(owner: int, group: int) -> None:
    """Let programs set the owner that their files have anyway, as ``tar`` does for root."""
    if owner & _UNCHANGED not in {_UNCHANGED, os.geteuid()}:
        raise PermissionError(errno.EPERM, "chown")
    if group & _UNCHANGED not in {_UNCHANGED, os.getegid()}:
        raise PermissionError(errno.EPERM, "chown")


def _link(pid: int, name: str) -> str:
    """Where a link of a process leads."""
    return os.readlink(f"/proc/{pid}/{name}")  # noqa: PTH115 - pathlib is slow to load


def _signed(value: int) -> int:
    """A descriptor as the caller gave it."""
    return struct.unpack("=i", struct.pack("=I", value & 0xFFFFFFFF))[0]
