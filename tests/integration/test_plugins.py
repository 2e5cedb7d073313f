"""Plugins through the real entry point: what they may break, and what they may not."""

import json

import pytest
from scenario import GOAL, done, says_hi, turns, wait_until

from loom_core.app import Loom
from loom_core.settings.shape import PluginSettings, Settings
from loom_core.testing import Rule
from loom_core.types import Task

COUNTS = """
    from loom_core import hookimpl

    class Thing:
        seen = []

        @hookimpl
        def loom_event(self, event):
            self.seen.append(event.type)

    thing = Thing()
"""


def test_listing_runs_no_code_of_a_plugin(place, site):
    site.add("nosy_plugin", "loom.plugins", COUNTS)
    site.add("nosy_tool", "loom.tools", "raise RuntimeError('I ran')")

    finished = place.run("plugins", "--json")
    place.run("--help")

    assert finished.code == 0
    assert "nosy_plugin" in finished.stdout
    assert "nosy_tool" in finished.stdout
    assert site.executed == []


def test_a_broken_tool_is_left_out_and_said(place, site):
    site.add("broken_tool", "loom.tools", "import nothing_of_that_name")
    server = place.serve(*turns(*says_hi()))

    finished = place.run("run", GOAL, "-w", place.workspace)

    assert finished.code == 0
    assert "broken_tool" in finished.stderr
    assert "nothing_of_that_name" in finished.stderr
    assert server.requests


def test_a_plugin_that_is_switched_off_is_never_imported(place, site):
    site.add("unwanted", "loom.plugins", "raise RuntimeError('I ran')")
    place.serve(*turns(*says_hi()), settings='[plugins]\ndisabled = ["unwanted"]')

    assert place.work().code == 0
    assert site.executed == []


@pytest.mark.parametrize(
    "code",
    [
        "import nothing_of_that_name",
        "from loom_core import hookimpl\n@hookimpl\ndef loom_plann(task): ...\nthing = None",
    ],
)
def test_a_broken_plugin_is_left_out_and_said(place, site, code):
    site.add("broken_hook", "loom.plugins", code)
    place.serve(*turns(*says_hi()))

    finished = place.run("run", GOAL, "-w", place.workspace)

    assert finished.code == 0
    assert "left out" in finished.stderr
    assert "broken_hook" in finished.stderr
    assert "Traceback" not in finished.stderr


FAILS = """
    from loom_core import hookimpl

    class Thing:
        @hookimpl
        def loom_event(self, event):
            if event.type == "SubtaskStarted":
                raise RuntimeError("I cannot look")

        @hookimpl
        def loom_extract(self, subtask, outcome):
            raise RuntimeError("I cannot remember")

    thing = Thing()
"""


def test_a_plugin_that_only_watches_cannot_break_a_run(place, site):
    site.add("clumsy", "loom.plugins", FAILS)
    place.serve(*turns(*says_hi()))

    finished = place.work()

    assert finished.code == 0
    (hook,) = finished.of("HookFailed")
    assert (hook["hook"], hook["plugin"]) == ("loom_event", "clumsy")
    assert "I cannot look" in hook["error"]
    (extraction,) = finished.of("ExtractionFailed")
    assert "I cannot remember" in extraction["error"]
    assert finished.of("MemoryExtracted")[0]["entries"]


@pytest.mark.parametrize(
    ("signature", "state"),
    [
        ("loom_verify(self, subtask, outcome)", "waiting_approval"),
        ("loom_approve(self, call)", "failed"),
        ("loom_execute(self, subtask)", "failed"),
        ("loom_plan(self, task)", "failed"),
    ],
)
def test_a_plugin_that_raises_never_lets_something_pass(place, site, signature, state):
    source = f"""
    from loom_core import hookimpl

    class Thing:
        @hookimpl
        def {signature}:
            raise RuntimeError("I broke")

    thing = Thing()
"""
    site.add("raising", "loom.plugins", source)
    place.serve(
        *turns(*says_hi()),
        Rule(reply=done()),
        settings="[execution]\nmax_subtask_retries = 0\nmax_replans = 0",
    )

    finished = place.work()

    assert finished.result["state"] == state
    assert finished.code == {"waiting_approval": 3, "failed": 1}[state]
    assert "I broke" in json.dumps(finished.lines)
    assert "TaskCompleted" not in finished.types
    if "loom_approve" in signature:
        assert place.files() == []


async def test_two_looms_in_one_process_do_not_share_plugins(place, site):
    site.add("counting", "loom.plugins", COUNTS)
    homes = [place.root / "one", place.root / "two"]

    def build(home, *disabled):
        memory = Settings().memory.model_copy(update={"database_path": home / "loom.db"})
        settings = Settings(memory=memory, plugins=PluginSettings(disabled=disabled))
        return Loom.build(settings, home=home)

    def names(loom):
        return {plugin.name for plugin in loom.hooks.plugins}

    for home in homes:
        home.mkdir()
    async with build(homes[0]) as with_plugin, build(homes[1], "counting") as without:
        import counting

        assert "counting" in names(with_plugin)
        assert "counting" not in names(without)
        task = _task(place.workspace)
        await without.store.create_task(task)
        assert counting.thing.seen == []
        await with_plugin.store.create_task(task)
        wait_until(lambda: counting.thing.seen, "the plugin sees nothing")
        assert counting.thing.seen == ["TaskCreated"]
        assert [record.id for record in await without.store.tasks()] == ["t1"]
        assert with_plugin.tools() is not without.tools()


def _task(workspace):
    return Task(id="t1", goal="look", workspace=str(workspace))
