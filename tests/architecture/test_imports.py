"""Who may import what, beyond the layers that import-linter enforces, and when."""

import json
import subprocess
import sys

import pytest

HEAVY = {
    *("aiohttp", "alembic", "httpx", "pip", "sqlalchemy", "stevedore", "textual", "xllamacpp"),
    *("bs4", "ddgs", "httpcore", "lxml", "markdownify", "primp", "protego", "trafilatura"),
    *("acp", "textual_serve", "fastapi", "mcp", "mcp_types", "starlette", "uvicorn"),
    "opentelemetry",
}
"""Libraries that take long to import."""

HEAVY_FOR_HELP = HEAVY | {"asyncio", "json_repair", "pathspec", "pydantic", "sqlite3"}
"""What the list of commands can do without."""

PUBLIC_FOR_MEMBERS = {
    "loom_core.contracts",
    "loom_core.dialects",
    "loom_core.did_you_mean",
    "loom_core.errors",
    "loom_core.events",
    "loom_core.hookimpl",
    "loom_core.json_schema",
    "loom_core.line_matching",
    "loom_core.network",
    "loom_core.prompts",
    "loom_core.quiet_parsing",
    "loom_core.sandbox",
    "loom_core.sanitize",
    "loom_core.settings.shape",
    "loom_core.testing",
    "loom_core.types",
    "loom_core.wire",
    "loom_core.workspace",
}
"""What distributions may use of loom_core; the rest may change from one version to the next."""

PUBLIC_FOR_INTERFACES = PUBLIC_FOR_MEMBERS | {
    "loom_core.app",
    "loom_core.calling",
    "loom_core.changes",
    "loom_core.cli",
    "loom_core.cowork",
    "loom_core.dialects",
    "loom_core.desk",
    "loom_core.engine.human",
    "loom_core.engine.outside",
    "loom_core.engine.owner",
    "loom_core.extensions",
    "loom_core.inventory",
    "loom_core.settings",
    "loom_core.store",
}
"""What the distributions may use by which people and programs reach Loom: they stand above the engine."""

INTERFACES = {"loom_acp", "loom_cowork", "loom_mcp", "loom_server", "loom_tui"}


def public_for(source):
    """What a module of a member may use of loom_core."""
    is_interface = source.module.partition(".")[0] in INTERFACES
    return PUBLIC_FOR_INTERFACES if is_interface else PUBLIC_FOR_MEMBERS


def modules_after(code):
    """The names of all modules that are loaded once a fresh process has run some code."""
    shown = f"{code}\nimport json, sys; print(json.dumps(sorted(sys.modules)), file=sys.__stdout__)"
    done = subprocess.run(
        [sys.executable, "-c", shown], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_importing_loom_core_is_light():
    loaded = modules_after("import loom_core")

    assert loaded & (HEAVY_FOR_HELP | {"click"}) == set()


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_are_light(argument):
    code = f"""
from loom_core.cli.main import main
try:
    main(["{argument}"])
except SystemExit as ended:
    assert ended.code == 0
"""
    loaded = modules_after(code)

    assert "click" in loaded
    assert loaded & HEAVY_FOR_HELP == set()


def test_help_of_every_command_is_light():
    code = """
import sys
from loom_core.cli.command_table import COMMANDS
from loom_core.cli.main import main
for name in COMMANDS:
    try:
        main([name, "--help"])
    except SystemExit as ended:
        assert ended.code == 0, name
"""
    assert modules_after(code) & HEAVY == set()


def test_loading_every_installed_part_imports_no_heavy_library():
    code = """
from loom_core.extensions import Group
from loom_core.extensions.index import index
for part in index().parts:
    part.entry_point.load()
"""
    loaded = modules_after(code)

    assert "loom_tools" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize("package", ["cowork.face", "tui.app"])
def test_what_draws_the_first_prompt_is_light(package):
    loaded = modules_after(f"import loom_{package}")

    assert loaded & ((HEAVY - {"textual"}) | {"pydantic", "sqlite3"}) == set()


def test_members_use_only_what_is_public_of_core(members):
    private = {
        f"{source.where}: {name}"
        for source in members
        for name in source.imports()
        if name.startswith("loom_core.")
        and not any(f"{name}.".startswith(f"{public}.") for public in public_for(source))
    }

    assert private == set()


def test_few_modules_read_the_environment(core):
    """Settings are read once, frozen and passed in; nothing else depends on where it runs."""
    allowed = {
        "loom_core.cli.completing.glance": "LOOM_HOME, without importing the settings for a Tab",
        "loom_core.cli.session": "NO_COLOR, without importing the settings for --help",
        "loom_core.sandbox.choice": "what commands inherit of this process, scrubbed",
        "loom_core.settings.environment": "the one reader of LOOM_ variables",
        "loom_core.wire.credentials": "a service's key, in the variable that its users set for it",
    }
    readers = {s.module for s in core if "os.environ" in s.text or "os.getenv" in s.text}

    assert readers == set(allowed)


def test_only_store_imports_what_reads_databases(core):
    readers = {s.module for s in core if "sqlite3" in set(s.imports())}
    a_tab = "loom_core.cli.completing.recent_tasks"  # the store takes a second to import

    assert all(module.startswith("loom_core.store.") for module in readers - {a_tab})
