"""Tools that sources make of the settings."""

import sys
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: the modules beside it are found by name

from extension_site import Site, error_of


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


_SOURCES = """
from loom_core.contracts.tool import Risk, Tool
from loom_core.contracts.tool_source import ToolSource
from loom_core.errors import SettingsError
from pydantic import BaseModel

class Nothing(BaseModel): pass

class Made(Tool[Nothing]):
    purpose = "x"
    arguments_model = Nothing
    risk = Risk.READ
    def __init__(self, name): self.name = name
    async def run(self, arguments, context): ...

class Good(ToolSource):
    def tools(self): return [Made(f"made_in_{self.environment.home.name}"), Made("twice")]
    async def close(self): print("closed")

class Other(ToolSource):
    def tools(self): return [Made("twice"), Made("other")]

class Broken(ToolSource):
    def tools(self): raise RuntimeError("no luck")

class Strict(ToolSource):
    def tools(self): raise SettingsError("mcp.servers.x needs a command")
"""
_TABLE = """
import asyncio, sys
from pathlib import Path
from loom_core.contracts.provider import ProviderEnvironment
from loom_core.extensions.tool_table import ToolTable
from loom_core.settings.shape import PluginSettings, Settings
said = []
disabled = tuple(sys.argv[1:]) or ("strict",)
table = ToolTable(
    Settings(plugins=PluginSettings(disabled=("mcp", *disabled))),
    ProviderEnvironment(home=Path("/my/home")),
    lambda errors: said.extend(map(str, errors)),
)
"""
_ENTRIES = (
    "[loom.tool_sources]\ngood = fake_s:Good\nother = fake_s:Other\nbroken = fake_s:Broken\n"
    "strict = fake_s:Strict\n"
)


def test_sources_make_tools_of_the_settings_and_a_broken_one_harms_no_other(site):
    site.add("fake-s", _ENTRIES, fake_s=_SOURCES)

    names, said = site.run(
        f"{_TABLE}\nanswer = [[name for name in table.tools() if name in "
        "('made_in_home', 'twice', 'other')], [text for text in said if 'fake-s' in text]]"
    )

    assert names == ["made_in_home", "twice", "other"]
    assert len(said) == 2
    assert "'broken' of fake-s gives no tools: RuntimeError: no luck" in said[0]
    assert "'other' of fake-s brings a tool 'twice', and there is one already" in said[1]


def test_settings_that_a_source_cannot_use_stop_the_start(site):
    site.add("fake-s", _ENTRIES, fake_s=_SOURCES)
    code = _TABLE.replace('or ("strict",)', 'or ("broken",)')

    name, text = site.run(f"{code}\n{error_of('table.tools()')}")

    assert (name, text) == ("SettingsError", "mcp.servers.x needs a command")
