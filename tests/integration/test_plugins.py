"""Plugins through the real entry point: what they may break, and what they may not."""

import asyncio
import json

import pytest
from scenario import GOAL, done, says_hi, turns, wait_until

from loom_core.app import Loom
from loom_core.settings.shape import MemorySettings, PluginSettings, Settings
from loom_core.testing import Reply, Rule
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


@pytest.mark.parametrize("hook", ["loom_plan", "loom_replan"])
def test_a_plugin_whose_planning_never_ends_fails_the_task(place, site, hook):
    code = f"""
        import asyncio
        from loom_core import hookimpl

        class Thing:
            @hookimpl
            async def {hook}(self):
                await asyncio.Event().wait()

        thing = Thing()
    """
    site.add("endless", "loom.plugins", code)
    limit = "[execution]\nsubtask_timeout_seconds = 1.0"
    place.serve(Rule(reply=Reply.calling("blocked", reason="I cannot")), settings=limit)

    finished = place.work()

    assert (finished.code, finished.result["state"]) == (1, "failed")
    assert "no end within 1 s" in finished.result["reason"]
    assert "endless" in finished.result["reason"]


@pytest.mark.parametrize("group", ["loom.tools", "loom.checks"])
@pytest.mark.parametrize(
    "code",
    [
        "thing = 'not a class'",
        "class thing: pass",
        "from loom_core.contracts.tool import Tool as thing",
        """
        from loom_core.contracts.check import Check
        from loom_core.contracts.tool import Tool

        class thing(Tool, Check):
            name = "thing"
            intend = run = look = None

            def __init__(self):
                raise RuntimeError("I cannot be made")
        """,
    ],
)
def test_a_part_that_cannot_be_made_is_left_out_and_said(place, site, group, code):
    site.add("broken_part", group, code)
    place.serve(*turns(*says_hi()))

    finished = place.run("run", GOAL, "-w", place.workspace)

    assert finished.code == 0, finished.stderr
    assert "left out: 'broken_part' of broken_part" in finished.stderr
    assert "Traceback" not in finished.stderr


VERIFIER = """
    from loom_core.contracts.verifier import Verifier

    class thing(Verifier):
        name = "strict"
        tier = {tier}

        def __init__(self):
            raise RuntimeError("I cannot be made")

        async def verify(self, subtask, outcome, context): ...
"""


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("import nothing_of_that_name", "waiting_approval"),
        ("thing = 'not a class'", "waiting_approval"),
        (VERIFIER.format(tier=1), "waiting_approval"),
        (VERIFIER.format(tier=3), "completed"),
    ],
)
def test_a_broken_verifier_makes_no_pass_easier(place, site, code, state):
    site.add("broken_verifier", "loom.verifiers", code)
    place.serve(*turns(*says_hi()))

    finished = place.work()

    assert finished.result["state"] == state
    if state == "waiting_approval":
        (verdict,) = finished.of("VerdictReached")
        assert verdict["verdict"]["status"] == "unverified"
        assert "broken_verifier" in verdict["verdict"]["feedback"]


def settings_in(place):
    """The defaults, with the database in a test's home."""
    return Settings(memory=MemorySettings(database_path=place.home / "loom.db"))


def test_a_broken_provider_keeps_no_other_from_being_found(place, site):
    site.add("a_broken_provider", "loom.providers", "import nothing_of_that_name")
    working = """
        from loom_core.contracts.provider import FoundAs, FoundModel, Provider
        from loom_core.settings.shape import ModelSettings

        class thing(Provider):
            @classmethod
            async def discover(cls, environment):
                settings = ModelSettings(provider="working", model="found me")
                return [FoundModel(settings, FoundAs.RUNNING, "here")]
    """
    site.add("working", "loom.providers", working)
    said = []

    async def discovered():
        loom = Loom.build(settings_in(place), home=place.home, say=said.append)
        async with loom:
            return await loom.discover()

    found = asyncio.run(discovered())

    assert "found me" in [model.settings.model for model in found]
    assert any("a_broken_provider" in line and "nothing_of_that_name" in line for line in said)


def test_a_model_that_cannot_be_closed_does_not_keep_the_store_open(place):
    class Stuck:
        async def close(self):
            raise OSError("stuck")

    async def close():
        loom = Loom.build(settings_in(place), home=place.home)
        loom._router = Stuck()
        close_store, closed = loom.store.close, []

        async def noted():
            await close_store()
            closed.append(True)

        loom.store.close = noted
        with pytest.raises(OSError, match="stuck"):
            async with loom:
                pass
        return closed

    assert asyncio.run(close()) == [True]
