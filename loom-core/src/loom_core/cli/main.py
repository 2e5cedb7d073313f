"""The entry point ``loom``, and the one place where an error becomes a line and an exit code."""

import io
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.root import root
from loom_core.cli.session import Session
from loom_core.errors import LoomError, UsageError
from loom_core.sanitize import sanitize_line, sanitize_text


def main(arguments: Sequence[str] | None = None, *, session: Session | None = None) -> NoReturn:
    """Run ``loom`` and leave the process with its exit code.

    Args:
        arguments: the command line without the program's name; None takes the process's own.
        session: how commands reach settings, store and engine; None is the real one.
    """
    session = session or Session()
    _accept_any_character()
    code = _invoke(arguments, session)
    _flush_or_drop()
    sys.exit(code)


def _invoke(arguments: Sequence[str] | None, session: Session) -> int:
    try:
        result = root.main(
            None if arguments is None else list(arguments),
            prog_name="loom",
            standalone_mode=False,
            obj=session,
        )
    except click.Abort:
        return _report("interrupted", ExitCode.INTERRUPTED)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()  # a group without a command: its help is the message
        return error.exit_code
    except click.ClickException as error:
        return _report(_describe_click_error(error), error.exit_code)
    except Exception as error:  # noqa: BLE001  # the last line of defence: everything is reported
        return _report_exception(error, session)
    return result if isinstance(result, int) else ExitCode.COMPLETED


def _report(message: str, code: int) -> int:
    click.echo(f"loom: {sanitize_line(message)}", err=True)
    return code


def _describe_click_error(error: click.ClickException) -> str:
    message = error.format_message().rstrip(".")
    parameter: click.Parameter | None = getattr(error, "param", None)
    if isinstance(error, click.MissingParameter) and parameter and parameter.name == "task":
        message += '; "last" stands for the newest task'
    if isinstance(error, click.UsageError):
        context = error.ctx
        return f"{message}; see {context.command_path if context else 'loom'} --help"
    return message


def _report_exception(error: Exception, session: Session) -> int:
    if session.is_debugging:
        from traceback import format_exception  # heavy, and only debugging needs it

        click.echo(sanitize_text("".join(format_exception(error))), err=True, nl=False)
    if isinstance(error, UsageError):
        return _report(str(error), ExitCode.USAGE)
    if isinstance(error, LoomError):
        return _report(str(error), ExitCode.FAILED)
    if isinstance(error, OSError):
        return _report(_describe_os_error(error), ExitCode.FAILED)
    advice = "" if session.is_debugging else "; loom --debug … shows the traceback"
    return _report(f"unexpected {type(error).__name__}: {error}{advice}", ExitCode.FAILED)


def _describe_os_error(error: OSError) -> str:
    reason = error.strerror or str(error)
    return f"{error.filename}: {reason}" if error.filename else reason


def _accept_any_character() -> None:
    """Show characters that the stream cannot encode as escapes instead of failing."""
    stream: object = sys.stdout  # tests and callers may put anything there
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")


def _flush_or_drop() -> None:
    """Flush, and where nobody can take the output any more, drop it quietly.

    The interpreter would flush again on its way out, and print the failure as its own.
    """
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
