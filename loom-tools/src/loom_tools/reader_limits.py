"""What a program that reads what strangers wrote may use. Imports nothing else of Loom: it starts fast."""

import contextlib

MEMORY_BYTES = 1024 * 1024 * 1024
OUTPUT_BYTES = 16 * 1024 * 1024


def limit_this_process(*, cpu_seconds: int) -> None:
    """Bound time, memory and output, as far as the system can; a hostile input then ends only it."""
    try:
        import resource
    except ImportError:  # there is no such thing on Windows
        return
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: OUTPUT_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        with contextlib.suppress(ValueError, OSError):  # macOS has no limit of addresses
            _, hard = resource.getrlimit(kind)
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            resource.setrlimit(kind, (bound, bound))
