"""How many connections the process may hold: what a login allows is often less than the streams need."""

import contextlib
import resource

WANTED = 8_192
"""Descriptors, of which each client holds one."""


def allow_connections() -> None:
    """Take as many descriptors as are wanted, as far as the system lets this user have them."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if most == resource.RLIM_INFINITY else min(WANTED, most)
    if now != resource.RLIM_INFINITY and now < wanted:
        with contextlib.suppress(OSError, ValueError):  # then it stays as it is
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
