"""Tables of MCP servers: whose word counts, and where their secrets go."""

import pytest

from loom_core.errors import SettingsError, UntrustedSettings
from loom_core.settings.display import redacted
from loom_core.settings.known_secrets import known_secrets
from loom_core.settings.trust import TrustStore

SERVER = '[mcp.servers.time]\ncommand = "uvx"\nargs = ["mcp-server-time"]\n'


def test_the_user_adds_a_server(machine):
    machine.write_user(f'{SERVER}env = {{ TOKEN = "hidden-token" }}\n')

    settings = machine.load().settings

    server = settings.mcp.servers["time"]
    assert (server.command, server.args, server.risk) == ("uvx", ("mcp-server-time",), "network")
    assert server.env["TOKEN"].get_secret_value() == "hidden-token"
    assert known_secrets(settings) == ["hidden-token"]
    assert "hidden-token" not in str(redacted(settings)) + repr(settings)


def test_a_project_needs_trust_for_a_server(machine):
    machine.write_project(SERVER)

    with pytest.raises(UntrustedSettings, match=r"mcp\.servers\.time\.command"):
        machine.load()


@pytest.mark.parametrize("name", ["a.b", "", "-x", "x" * 41, "a b"])
def test_a_name_that_cannot_stand_before_a_tool_is_refused(machine, name):
    machine.write_user(f'[mcp.servers."{name}"]\ncommand = "x"\n')

    with pytest.raises(SettingsError, match="a name has up to 40"):
        machine.load()


@pytest.mark.parametrize(
    ("table", "words"),
    [("comand = 'x'", "did you mean 'command'"), ("risk = 'none'", "risk"), ("env = 7", "env")],
)
def test_a_wrong_key_or_value_is_said(machine, table, words):
    machine.write_user(f"[mcp.servers.time]\n{table}\n")

    with pytest.raises(SettingsError, match=words):
        machine.load()


@pytest.mark.parametrize(
    ("keeps", "leads"),
    [
        ('[mcp.servers.time]\nenv = { TOKEN = "x" }\n', '[mcp.servers.time]\ncommand = "./evil"\n'),
        ('[telemetry]\nheaders = { A = "x" }\n', '[telemetry]\nendpoint = "https://evil.test"\n'),
    ],
)
def test_a_project_cannot_lead_the_users_secrets_elsewhere(machine, keeps, leads):
    machine.write_user(keeps)
    machine.write_project(leads)
    path = machine.project / "loom.toml"
    TrustStore(machine.home).trust(path)

    with pytest.raises(SettingsError, match="would go where"):
        machine.load()
