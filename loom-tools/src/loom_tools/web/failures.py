"""What goes wrong on the web, in words that a model can act on."""

from collections.abc import Generator
from contextlib import contextmanager

from loom_core.errors import AddressRefused, ErrorCategory, ToolFailed

REACHES_OUT = "it sends this to another machine"
"""Why a human is asked about a call."""


@contextmanager
def web_failures_explained(what: str) -> Generator[None]:
    """Turn refusals and time limits inside this context into ``ToolFailed``.

    Args:
        what: what took too long, for the message.
    """
    try:
        yield
    except AddressRefused as error:
        raise ToolFailed(f"not fetched: {error}", ErrorCategory.SAFETY) from error
    except TimeoutError as error:
        raise ToolFailed(f"{what} took too long and was stopped", ErrorCategory.TIMEOUT) from error


def refuse_when_offline(*, is_offline: bool, tool: str) -> None:
    """Raise ``ToolFailed`` when nothing may leave this machine."""
    if is_offline:
        raise ToolFailed(
            f"{tool} was not run: Loom is offline; work with what is in the workspace",
            ErrorCategory.PERMISSION,
        )
