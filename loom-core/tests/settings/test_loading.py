"""Sources, their precedence, and every wrong thing that can stand in them."""

import os

import pytest

from loom_core.errors import SettingsError
from loom_core.settings import Origin, Settings, Source, home_directory, redacted
from loom_core.types import ApprovalMode, ModelRole


def error_of(machine, **kwargs):
    with pytest.raises(SettingsError) as raised:
        machine.load(**kwargs)
    message = str(raised.value)
    assert "\n" not in message
    return message


# ---- precedence


def test_without_any_source_everything_is_the_default(machine):
    loaded = machine.load()

    assert loaded.settings.execution == Settings().execution
    assert loaded.origins == {}
    assert loaded.origin("server.port") == Origin(Source.DEFAULT)


def test_stronger_sources_win_and_every_origin_is_known(machine, tmp_path):
    everywhere = "max_subtask_retries = {n}\nmax_replans = {n}\nmax_loop_iterations = {n}\n"
    project = machine.write_project(
        "[execution]\nmax_parallel_subtasks = 1\n" + everywhere.format(n=1)
    )
    user = machine.write_user("[execution]\n" + everywhere.format(n=2))

    loaded = machine.load(
        flags={"execution.max_loop_iterations": 4, "execution.max_replans": None},
        LOOM_EXECUTION__MAX_REPLANS="3",
        LOOM_EXECUTION__MAX_LOOP_ITERATIONS="3",
    )

    execution = loaded.settings.execution
    assert execution.max_parallel_subtasks == 1
    assert execution.max_subtask_retries == 2
    assert execution.max_replans == 3
    assert execution.max_loop_iterations == 4
    assert str(loaded.origin("execution.max_parallel_subtasks")) == f"project {project}"
    assert str(loaded.origin("execution.max_subtask_retries")) == f"user {user}"
    assert str(loaded.origin("execution.max_replans")) == "environment LOOM_EXECUTION__MAX_REPLANS"
    assert str(loaded.origin("execution.max_loop_iterations")) == "flag"


def test_config_file_is_read_in_place_of_the_projects_and_wins_over_the_users(machine, tmp_path):
    machine.write_project("[execution]\nmax_replans = 1\n")
    machine.write_user("[logging]\nlevel = 'error'\n[execution]\nmax_subtask_retries = 2\n")
    config = tmp_path / "mine.toml"
    config.write_text("[logging]\nlevel = 'debug'\n")

    settings = machine.load(config_file=config).settings

    assert settings.logging.level == "debug"
    assert settings.execution.max_subtask_retries == 2
    assert settings.execution.max_replans == Settings().execution.max_replans


def test_tables_are_merged_key_by_key_and_lists_are_replaced(machine, tmp_path):
    machine.write_user(
        "[models.a]\nprovider = 'ollama'\nmodel = 'one'\nroles = ['planner', 'executor']\n"
        "[models.b]\nprovider = 'ollama'\n"
    )
    config = tmp_path / "mine.toml"
    config.write_text("[models.a]\nmodel = 'two'\nroles = ['verifier']\n")

    models = machine.load(config_file=config).settings.models

    assert list(models) == ["a", "b"]
    assert models["a"].provider == "ollama"
    assert models["a"].model == "two"
    assert models["a"].roles == (ModelRole.VERIFIER,)


def test_parents_of_the_current_directory_are_not_looked_at(machine):
    machine.write_project("this is not TOML")
    below = machine.project / "below"
    below.mkdir()

    assert machine.load(cwd=below).origins == {}


def test_in_loom_s_home_the_file_is_the_users(machine):
    machine.write_user("[approval]\nmode = 'manual'\n")

    loaded = machine.load(cwd=machine.home)

    assert loaded.settings.approval.mode is ApprovalMode.MANUAL
    assert loaded.origin("approval.mode").source is Source.USER


# ---- paths


def test_default_paths_follow_loom_s_home(machine, tmp_path):
    settings = machine.load(LOOM_HOME=str(tmp_path / "elsewhere")).settings

    assert settings.memory.database_path == tmp_path / "elsewhere" / "loom.db"
    assert settings.workspace.scratch_dir == tmp_path / "elsewhere" / "scratch"
    assert settings.workspace.default_path == machine.user / "projects"


def test_relative_paths_start_from_the_file_or_the_current_directory(machine):
    machine.write_user("[memory]\ndatabase_path = 'mine.db'\n")

    settings = machine.load(
        LOOM_WORKSPACE__SCRATCH_DIR="scratch", flags={"workspace.default_path": "~/work"}
    ).settings

    assert settings.memory.database_path == machine.home / "mine.db"
    assert settings.workspace.scratch_dir == machine.project / "scratch"
    assert settings.workspace.default_path == machine.user / "work"


def test_other_users_home_is_refused(machine):
    machine.write_user("[memory]\ndatabase_path = '~bob/loom.db'\n")

    assert "memory.database_path: ~bob/loom.db: only ~/ stands for" in error_of(machine)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"HOME": "/h"}, "/h/.loom"),
        ({"HOME": "/h", "LOOM_HOME": ""}, "/h/.loom"),
        ({"HOME": "/h", "LOOM_HOME": "/x/y"}, "/x/y"),
        ({"HOME": "/h", "LOOM_HOME": "~/z"}, "/h/z"),
    ],
)
def test_home_directory(environ, expected):
    assert str(home_directory(environ)) == expected


def test_relative_loom_home_is_made_absolute():
    assert home_directory({"HOME": "/h", "LOOM_HOME": "here"}).is_absolute()


# ---- files that are wrong


WRONG = {
    "unknown table": ("[exection]\nx = 1\n", "unknown key exection; did you mean 'execution'?"),
    "unknown key": (
        "[execution]\nmax_paralel_subtasks = 1\n",
        "unknown key execution.max_paralel_subtasks; did you mean 'max_parallel_subtasks'?",
    ),
    "dash for underscore": ("[logging]\nLevel = 'info'\n", "did you mean 'level'?"),
    "key in the wrong table": (
        "max_parallel_subtasks = 1\n",
        "unknown key max_parallel_subtasks; did you mean 'execution.max_parallel_subtasks'?",
    ),
    "unknown key of a model": (
        "[models.a]\nprovidr = 'x'\n",
        "unknown key models.a.providr; did you mean 'provider'?",
    ),
    "no suggestion": ("[execution]\nzzz = 1\n", "unknown key execution.zzz"),
    "text for a number": (
        "[execution]\nmax_replans = '3'\n",
        "execution.max_replans must be a valid integer, found a string",
    ),
    "number for text": ("[server]\nhost = 1\n", "server.host must be a valid string, found 1"),
    "truth value for a number": (
        "[server]\nport = true\n",
        "server.port must be a valid integer, found a truth value",
    ),
    "number for a truth value": (
        "[verification]\ntier1_enabled = 1\n",
        "verification.tier1_enabled must be a valid boolean, found 1",
    ),
    "fraction": ("[server]\nport = 9000.5\n", "server.port must be a valid integer"),
    "date": (
        "[server]\nhost = 2020-01-01\n",
        "server.host must be a valid string, found a table or a date",
    ),
    "out of range": (
        "[server]\nport = 99999\n",
        "server.port must be less than or equal to 65535, found 99999",
    ),
    "infinite": ("[execution]\nsubtask_timeout_seconds = inf\n", "must be a finite number"),
    "not a number": (
        "[execution]\nsubtask_timeout_seconds = nan\n",
        "subtask_timeout_seconds must be",
    ),
    "unknown choice": (
        "[approval]\nmode = 'autoo'\n",
        "approval.mode must be 'auto', 'manual' or 'confidence_threshold', found \"autoo\"",
    ),
    "text for a list": (
        "[plugins]\ndisabled = 'x'\n",
        "plugins.disabled must be a list, found a string",
    ),
    "wrong item of a list": (
        "[plugins]\ndisabled = [1]\n",
        "plugins.disabled must be a valid string",
    ),
    "value for a table": ("execution = 3\n", "execution must be a table, found a number"),
    "list for a table": ("[[models]]\nprovider = 'x'\n", "models must be a table, found a list"),
    "value for a model": ("[models]\na = 'x'\n", "models.a must be a table, found a string"),
    "model without a provider": ("[models.a]\ntier = 1\n", "models.a.provider is missing"),
    "empty model": ("[models.a]\n", "models.a.provider is missing"),
    "broken TOML": ("[server]\nport =\n", "broken TOML: Invalid value (at line 2, column 7)"),
    "unfinished TOML": ("[server]\n[models", "at line 2, column 8, the end of the file"),
    "key twice": ("[server]\nport = 1\nport = 2\n", "at line 3, column 9"),
    "deep nesting": ("x = " + "[" * 50_000, "nested too deeply"),
    "not UTF-8": (b"[server]\nhost = '\xff'\n", "not UTF-8 text (line 2)"),
    "too large": ("#" * 1_100_000, "larger than 1048576 bytes"),
    "control characters in a key": ('"a\\u001b]52;c;x" = 1\n', 'unknown key "a\\u001b]52;c;x"'),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_file_is_refused_with_one_line_that_names_it(machine, case):
    text, expected = WRONG[case]
    path = machine.write_user(text)

    message = error_of(machine)

    assert expected in message
    assert str(path) in message
    assert "\x1b" not in message


def test_byte_order_mark_and_windows_line_ends_are_fine(machine):
    machine.write_user(b"\xef\xbb\xbf[server]\r\nport = 9001\r\n")

    assert machine.load().settings.server.port == 9001


def test_wrong_value_is_refused_although_a_stronger_source_replaces_it(machine):
    machine.write_project("[logging]\nlevel = 3\n")
    machine.write_user("[logging]\nlevel = 'info'\n")

    assert "logging.level" in error_of(machine)


def test_directory_in_place_of_the_file_is_refused(machine):
    (machine.project / "loom.toml").mkdir()

    assert "loom.toml" in error_of(machine)


def test_pipe_in_place_of_the_file_is_refused_without_waiting(machine):
    os.mkfifo(machine.project / "loom.toml")

    assert "is not a plain file" in error_of(machine)


def test_missing_config_file_is_an_error(machine, tmp_path):
    message = error_of(machine, config_file=tmp_path / "none.toml")

    assert "none.toml: no such settings file; check the path of --config" in message


def test_secret_is_never_part_of_an_error(machine):
    machine.write_user("[models.a]\nprovider = 'x'\napi_key = ['s3cr3t']\nroles = 's3cr3t'\n")

    assert "s3cr3t" not in error_of(machine)


# ---- environment


def test_variable_of_a_model_finds_its_configured_name(machine):
    machine.write_user("[models.my-Claude]\nprovider = 'anthropic'\n")

    models = machine.load(
        LOOM_MODELS__MY_CLAUDE__API_KEY="s3cr3t",
        LOOM_MODELS__MY_CLAUDE__ROLES="planner, verifier",
        LOOM_MODELS__OTHER__PROVIDER="ollama",
    ).settings.models

    assert list(models) == ["my-Claude", "other"]
    assert models["my-Claude"].api_key.get_secret_value() == "s3cr3t"
    assert models["my-Claude"].roles == (ModelRole.PLANNER, ModelRole.VERIFIER)


def test_empty_variable_counts_as_not_set(machine):
    assert machine.load(LOOM_SERVER__PORT="").settings.server.port == 9000


def test_text_of_variables_becomes_the_type_of_the_setting(machine):
    settings = machine.load(
        LOOM_VERIFICATION__TIER3_ENABLED="true",
        LOOM_APPROVAL__MODE="manual",
        LOOM_EXECUTION__SUBTASK_TIMEOUT_SECONDS="2.5",
        LOOM_PLUGINS__DISABLED="a,b",
    ).settings

    assert settings.verification.tier3_enabled is True
    assert settings.approval.mode is ApprovalMode.MANUAL
    assert settings.execution.subtask_timeout_seconds == 2.5
    assert settings.plugins.disabled == ("a", "b")


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        ("LOOM_SERVER__PROT", "; did you mean 'LOOM_SERVER__PORT'?"),
        ("LOOM_SERVER__PORT__X", "LOOM_SERVER__PORT__X is no setting of Loom"),
        ("LOOM_SERVER__", "LOOM_SERVER__ is no setting of Loom"),
        ("LOOM_MODELS__", "LOOM_MODELS__ is no setting of Loom"),
        ("LOOM_MODELS__X", "LOOM_MODELS__X is no setting of Loom"),
        ("LOOM_MODELS__X__API_KYE", "; did you mean 'LOOM_MODELS__X__API_KEY'?"),
        (
            "LOOM_EXECUTION_MAX_PARALLEL_SUBTASKS",
            "; did you mean 'LOOM_EXECUTION__MAX_PARALLEL_SUBTASKS'?",
        ),
        ("LOOM_HOMEE", "; did you mean 'LOOM_HOME'?"),
    ],
)
def test_unknown_variable_is_refused(machine, variable, expected):
    assert expected in error_of(machine, **{variable: "1"})


@pytest.mark.parametrize("variable", ["LOOM_DEBUG", "LOOM_VIDEO_TOKEN", "LOOMIS_SERVER__PROT"])
def test_variables_of_others_are_left_alone(machine, variable):
    assert machine.load(**{variable: "1"}).origins == {}


def test_wrong_value_of_a_variable_names_the_variable(machine):
    message = error_of(machine, LOOM_SERVER__PORT="many")

    assert message.startswith("environment LOOM_SERVER__PORT: server.port must be")
    assert "many" not in message


@pytest.mark.parametrize("entry", ["https://pypi.org", "*.org", "10.0.0.1", "pypi.org:25"])
def test_an_allowed_host_that_is_none_is_refused_with_the_reason(machine, entry):
    machine.write_user(f"[sandbox]\nallowed_hosts = ['pypi.org', '{entry}']\n")

    message = error_of(machine)

    assert f"sandbox.allowed_hosts is wrong: '{entry}' " in message
    assert "Value error" not in message


def test_allowed_hosts_have_one_form_and_come_from_a_variable_too(machine):
    loaded = machine.load(LOOM_SANDBOX__ALLOWED_HOSTS="PyPI.org:443,*.a.org:8443")

    assert loaded.settings.sandbox.allowed_hosts == ("pypi.org", "*.a.org:8443")


# ---- flags


def test_flags_take_text_and_values(machine):
    settings = machine.load(
        flags={"server.port": "9009", "approval.mode": ApprovalMode.MANUAL}
    ).settings

    assert settings.server.port == 9009
    assert settings.approval.mode is ApprovalMode.MANUAL


@pytest.mark.parametrize("key", ["server.prot", "server", "server.port.x", ""])
def test_wrong_flag_is_refused(machine, key):
    assert error_of(machine, flags={key: "1"}).startswith("flag: ")


# ---- secrets


def test_nothing_that_shows_settings_shows_a_secret(machine):
    machine.write_user(
        "[models.a]\nprovider = 'x'\napi_key = 's3cr3t'\nbase_url = 'http://me:s3cr3t@h/v1?api_key=s3cr3t&x=1'\n"
        "[memory]\ndatabase_url = 'postgresql+psycopg://me:s3cr3t@host/db?password=s3cr3t'\n"
    )

    loaded = machine.load()
    shown = redacted(loaded.settings)

    for text in (repr(loaded), str(loaded.settings), str(shown), repr(loaded.settings.models)):
        assert "s3cr3t" not in text
    assert shown["models"]["a"]["api_key"] == "**********"
    assert shown["models"]["a"]["base_url"] == "http://me:**********@h/v1?api_key=**********&x=1"
    assert shown["server"]["port"] == 9000
    assert loaded.settings.memory.database_url.count("s3cr3t") == 2
