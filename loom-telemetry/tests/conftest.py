"""A home with a scripted model, and a collector."""

import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: the modules beside it are found by name

from telemetry_site import GOAL, REPLIES, Collector

from loom_core.app import Loom
from loom_core.cli.main import main
from loom_core.testing import Rule, Script, ScriptedModel
from loom_telemetry.plugin import plugin


@pytest.fixture
def collector():
    made = Collector()
    serving = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    serving.start()
    yield made
    made.server.shutdown()
    serving.join()
    made.server.server_close()


@pytest.fixture
def run_goal(tmp_path, monkeypatch):
    """Run the goal by ``loom run``, and end as its process would; the code and what stderr says."""
    rules = tuple(Rule(turn=turn, reply=reply) for turn, reply in enumerate(REPLIES))
    monkeypatch.setenv("LOOM_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(
        Loom,
        "load_provider",
        lambda _loom, _name: (
            lambda settings, environment: ScriptedModel(
                Script(rules=rules), settings=settings, environment=environment
            )
        ),
    )
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    def run(telemetry, *arguments):
        settings = tmp_path / "settings.toml"
        settings.write_text(f'[models.m]\nprovider = "scripted"\nmodel = "m-7b"\n{telemetry}')
        runner = CliRunner(env={"COLUMNS": "100"})
        with runner.isolation() as (_, stderr, _):
            with pytest.raises(SystemExit) as end:
                main(["run", GOAL, "--config", str(settings), *arguments])
            plugin.close()  # inside: what is lost may be said at any time until then
        return end.value.code, stderr.getvalue().decode()

    yield run
    plugin.close()
