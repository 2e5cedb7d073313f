"""``loom db``."""

from pathlib import Path

import click

from loom_core.cli.exit_code import ExitCode
from loom_core.cli.options import config_option, json_option, pass_looking_session
from loom_core.cli.session import Session

EPILOG = """\b
Examples:
  loom db check
  loom db backup loom-backup.db
"""


@click.group("db", epilog=EPILOG)
def command() -> None:
    """Look after the database: check it, back it up, bring it to this version of Loom."""


@command.command("check", epilog="\b\nExample:\n  loom db check")
@config_option
@json_option
@pass_looking_session
def check(session: Session, *, as_json: bool) -> ExitCode:
    """Look whether the file is sound, and whether every table is what the journal says.

    Reads all of the database and changes nothing. Exit code 1 when something is wrong.
    """
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.sanitize import sanitize_line
    from loom_core.store.maintenance import check

    problems = check(_address(session))
    if as_json:
        echo_json({"is_sound": not problems, "problems": problems})
    elif problems:
        click.echo("\n".join(sanitize_line(problem) for problem in problems))
    else:
        click.echo("the database is sound, and its tables are what its journal says")
    return ExitCode.FAILED if problems else ExitCode.COMPLETED


@command.command("backup", epilog="\b\nExample:\n  loom db backup loom-backup.db")
@click.argument("file", type=click.Path(path_type=Path))
@config_option
@json_option
@pass_looking_session
def backup(session: Session, *, file: Path, as_json: bool) -> None:
    """Copy the database to a new FILE, also while tasks run; PostgreSQL has pg_dump for that."""
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.store.maintenance import back_up

    target = file.expanduser().absolute()
    back_up(_address(session), target)
    size_bytes = target.stat().st_size
    if as_json:
        echo_json({"path": str(target), "size_bytes": size_bytes})
    else:
        click.echo(f"backed up to {target} ({size_bytes:,} bytes)")


@command.command("upgrade", epilog="\b\nExample:\n  loom db upgrade")
@config_option
@json_option
@pass_looking_session
def upgrade(session: Session, *, as_json: bool) -> None:
    """Bring the tables to this version of Loom, after a backup beside the file."""
    from loom_core.cli.terminal.json_output import echo_json
    from loom_core.store.maintenance import upgrade_database

    before, after = upgrade_database(_address(session))
    if as_json:
        echo_json({"before": before, "after": after})
    elif before == after:
        click.echo(f"the database has the newest tables already (revision {after})")
    else:
        click.echo(f"the database went from revision {before or 'none'} to {after}")


def _address(session: Session) -> str | Path:
    """Where the database of the settings is."""
    memory = session.settings.memory
    return memory.database_url or memory.database_path
