"""What the command of a server may do: little, unless its table says more."""

import socket
from pathlib import Path

import pytest
from mcp_site import McpSite
from server_tables import CONFINES
from test_using import results, run, use

from loom_core.errors import SandboxUnavailable
from loom_core.sandbox import bounds_of
from loom_core.settings.shape import McpServerSettings, SandboxSettings
from loom_mcp.client.starting import start_of
from loom_mcp.client.surroundings import Surroundings

NEAR = {"risk": "read", "is_local": True}
confining = pytest.mark.skipif(not CONFINES, reason="bubblewrap does not work here")


def texts(events):
    """What calls gave, without the frame around it."""
    return [one["text"].splitlines()[1] for one in results(events)]


@pytest.fixture
def listening():
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found.getsockname()[1]


@confining
def test_a_server_sees_neither_home_nor_workspace_nor_network(
    site: McpSite, server_table, listening
):
    (site.root / "mine.txt").write_text("secret")
    (site.workspace / "theirs.txt").write_text("private")
    own = site.home / "mcp" / "far" / "kept.txt"
    events = run(
        site,
        use("far.look", path=str(site.home / "loom.toml")),
        use("far.look", path=str(site.root / "mine.txt")),
        use("far.look", path=str(site.workspace / "theirs.txt")),
        use("far.save", path=str(site.workspace / "new.txt")),
        use("far.reach", port=listening),
        use("far.save", path=str(own)),
        settings=server_table("honest", **NEAR),
    )

    tried = texts(events)
    assert tried[:3] == ["FileNotFoundError"] * 3
    assert tried[3] in {"FileNotFoundError", "OSError"}
    assert tried[4] in {"ConnectionRefusedError", "OSError", "TimeoutError"}
    assert own.read_text() == "hi\n"
    assert not (site.workspace / "new.txt").exists()


@confining
def test_a_server_has_what_its_table_grants(site: McpSite, server_table, listening):
    (site.workspace / "theirs.txt").write_text("private")
    events = run(
        site,
        use("far.look", path=str(site.workspace / "theirs.txt")),
        use("far.save", path=str(site.workspace / "theirs.txt")),
        use("far.reach", port=listening),
        settings=server_table("honest", readable=[str(site.workspace)], network=True, **NEAR),
    )

    assert texts(events) == ["private", "OSError", "reached"]


def test_a_server_that_is_not_confined_is_a_program_of_the_user(site: McpSite, server_table):
    (site.root / "mine.txt").write_text("mine")
    events = run(
        site,
        use("far.look", path=str(site.root / "mine.txt")),
        settings=server_table("honest", confined=False, **NEAR),
    )

    assert texts(events) == ["mine"]


def test_where_nothing_confines_no_server_starts_unless_the_user_says_so(
    site: McpSite, server_table, monkeypatch
):
    def nothing():
        raise SandboxUnavailable("bubblewrap is not installed; install it")

    monkeypatch.setattr("loom_core.sandbox.standing.require_bubblewrap", nothing)
    events = run(site, use("far.pid"), settings=server_table("honest", confined=True, **NEAR))

    [result] = results(events)
    assert result["is_error"]
    assert "cannot be confined: bubblewrap is not installed" in result["text"]
    assert "confined in [mcp.servers.far]" in result["text"]


@pytest.mark.parametrize("is_confined", [True, False])
def test_nothing_of_a_server_is_left_at_the_end(site: McpSite, server_table, is_confined):
    table = server_table("honest", confined=is_confined and CONFINES, **NEAR)
    events = run(site, use("far.pid"), settings=table)

    own = str(site.home / "mcp" / "far")
    assert not results(events)[0]["is_error"]
    assert [path for path in Path("/proc").glob("[0-9]*/cwd") if leads_to(path) == own] == []


def leads_to(link):
    """Where a link leads; empty for one that is gone or not ours to read."""
    try:
        return str(link.readlink())
    except OSError:
        return ""


@confining
@pytest.mark.parametrize(
    ("table", "is_offline", "has_network"),
    [({}, False, False), ({"network": True}, False, True), ({"network": True}, True, False)],
)
def test_a_network_is_given_only_where_it_may_be_used(tmp_path, table, is_offline, has_network):
    around = Surroundings(tmp_path, {}, bounds_of(SandboxSettings()), is_offline)
    settings = McpServerSettings(command="/bin/true", **table)

    with start_of("far", settings, around) as launch:
        assert ("--share-net" in launch.argv) == has_network


@confining
def test_no_part_of_looms_home_is_granted(tmp_path):
    around = Surroundings(tmp_path, {}, bounds_of(SandboxSettings()))
    settings = McpServerSettings(command="/bin/true", readable=(tmp_path / "blobs",))

    with pytest.raises(SandboxUnavailable, match="part of Loom's home"):
        start_of("far", settings, around).__enter__()


def test_grants_of_a_server_that_is_not_confined_are_refused(site: McpSite):
    site.script(settings='[mcp.servers.far]\ncommand = "x"\nconfined = false\nnetwork = true\n')

    assert "for a confined command" in site.complaint("run", "Do it", "-w", str(site.workspace))
