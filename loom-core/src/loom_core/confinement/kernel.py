"""Calls of the Linux kernel that Python has no function for."""

import ctypes
import os

_libc = ctypes.CDLL(None, use_errno=True)


def call(number: int, *arguments: "int | bytes | ctypes.Array[ctypes.c_char] | None") -> int:
    """Make a system call. Raises ``OSError`` for what the kernel refuses."""
    return _checked(_libc.syscall(ctypes.c_long(number), *map(_as_argument, arguments)))


def process_control(option: int, *arguments: int) -> int:
    """``prctl``. Raises ``OSError`` for what the kernel refuses."""
    padded = [*arguments, 0, 0, 0, 0][:4]
    return _checked(_libc.prctl(option, *(ctypes.c_ulong(value) for value in padded)))


def _as_argument(value: "int | bytes | ctypes.Array[ctypes.c_char] | None") -> object:
    """A whole number as wide as a register; everything else as it is."""
    return ctypes.c_long(value) if isinstance(value, int) else value


def _checked(answer: int) -> int:
    """The answer, or the error that it stands for."""
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
