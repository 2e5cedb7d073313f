"""Checks of Loom itself: settings, database, plugins."""

from loom_core.cli.doctor.finding import Finding, Level
from loom_core.cli.session import Session
from loom_core.errors import LoomError
from loom_core.extensions import Group, listing, names


def check_settings(session: Session) -> Finding:
    """Whether the settings can be read."""
    try:
        loaded = session.loaded
    except LoomError as error:
        return Finding("settings", Level.FAIL, str(error), "correct what it names")
    if session.left_out is not None:
        detail = f"{session.left_out} is not trusted, so that loom run refuses to start here"
        fix = f"loom trust, or remove {session.left_out}"
        return Finding("settings", Level.FAIL, detail, fix, ("trust",))
    files = sorted({origin.where for origin in loaded.origins.values() if origin.where})
    return Finding("settings", Level.OK, ", ".join(files) or "built-in defaults")


async def check_database(session: Session) -> Finding:
    """Whether the database can be opened, migrated and read."""
    try:
        async with session.open_store() as store:
            tasks = await store.tasks(limit=1)
    except (LoomError, OSError) as error:
        fix = "free the disk or give yourself the right to write, or set memory.database_path"
        return Finding("database", Level.FAIL, str(error), fix)
    newest = f"newest task {tasks[0].id}" if tasks else "no tasks yet"
    where = session.settings.memory.database_path
    return Finding("database", Level.OK, f"{where}, {newest}")


def check_plugins() -> list[Finding]:
    """One finding for each broken part, or one that all are well."""
    found = listing()
    broken = [
        Finding(
            "plugins",
            Level.WARN,
            f"{info.group} {info.name} of {info.distribution}: {info.problem}",
            f"repair or uninstall {info.distribution}",
        )
        for info in found
        if info.problem
    ]
    return broken or [Finding("plugins", Level.OK, f"{len(found)} parts are installed")]


def check_telemetry(session: Session) -> list[Finding]:
    """One finding where the settings want spans sent and nothing is installed that does."""
    endpoint = session.settings.telemetry.endpoint
    if not endpoint or "telemetry" in names(Group.PLUGINS):
        return []
    detail = "telemetry.endpoint is set, and loom-telemetry, which sends spans, is not installed"
    return [Finding("telemetry", Level.WARN, detail, "pip install ./loom-telemetry")]
