"""What every registered tool must keep, whoever wrote it."""

import json
import socket
from importlib.metadata import entry_points
from pathlib import Path

import pytest
from pydantic import ValidationError

from loom_core.contracts.tool import Happened, RecoveryClass, Risk, ToolContext
from loom_core.errors import ToolFailed
from loom_core.sandbox import choose
from loom_core.settings.shape import SandboxSettings
from loom_core.workspace import BlobStore, Workspace
from loom_core.workspace.undo import directories_made

TOOLS = {point.name: point.load() for point in entry_points(group="loom.tools")}
EXAMPLES = {
    "analyze_code": {"path": "old.py"},
    "ask_user": {"question": "Which colour?", "options": ["red", "blue"]},
    "delete_file": {"path": "old.txt"},
    "edit_file": {"path": "old.txt", "old_str": "two", "new_str": "2"},
    "git_command": {"args": "status"},
    "glob_find": {"pattern": "*.txt"},
    "list_directory": {"path": "."},
    "move_file": {"source": "old.txt", "destination": "new/name.txt"},
    "read_file": {"path": "old.txt"},
    "ripgrep_search": {"pattern": "t[wh]"},
    "search_files": {"pattern": "two"},
    "shell_execute": {"command": "cat old.txt"},
    "task_tracker": {"action": "add", "content": "look"},
    "web_fetch": {"url": "https://example.com/"},
    "web_search": {"query": "loom"},
    "write_file": {"path": "new/made.txt", "content": "made\n"},
}
NETWORK = sorted(name for name, tool in TOOLS.items() if tool.risk is Risk.NETWORK)
LOCAL = sorted(EXAMPLES.keys() - set(NETWORK))
BY_RECOVERY = {
    recovery: sorted(name for name in LOCAL if TOOLS[name].recovery is recovery)
    for recovery in RecoveryClass
}


async def somebody(question):
    """Somebody who takes the last of the options."""
    return question.options[-1]


@pytest.fixture
def context(tmp_path: Path) -> ToolContext:
    root = tmp_path / "work"
    root.mkdir()
    (root / "old.txt").write_text("one\ntwo\nthree\n")
    (root / "old.py").write_text("def two(): ...\n")
    return ToolContext(
        task_id="t",
        subtask_id="s",
        workspace=Workspace(root, blobs=BlobStore(tmp_path / "blobs")),
        sandbox=choose(SandboxSettings()),
        seen_files={},
        ask=somebody,
    )


@pytest.fixture
def no_network(monkeypatch):
    """Fails on any connection and any look-up of a name."""
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("connected"))
    monkeypatch.setattr("socket.getaddrinfo", lambda *_, **__: pytest.fail("looked a name up"))


def example(name: str):
    tool = TOOLS[name]()
    return tool, tool.arguments_model.model_validate(EXAMPLES[name])


def contents(context: ToolContext) -> dict[str, bytes]:
    root = context.workspace.root
    return {str(path): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_the_tools_of_this_repository_are_registered_and_have_an_example():
    assert EXAMPLES.keys() <= TOOLS.keys()


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_it_declares_what_it_is(name):
    tool = TOOLS[name]()

    assert tool.name == name
    assert isinstance(tool.risk, Risk)
    assert isinstance(tool.recovery, RecoveryClass)
    assert 0 < tool.timeout_seconds <= 300
    assert tool.purpose.strip() == tool.purpose
    assert "\n" not in tool.purpose
    assert 10 <= len(tool.purpose) <= 120


SHOW_NOTHING_OF_OTHERS = {"ask_user", "task_tracker"}
"""Reading tools whose results hold only what the user or the model itself said."""


@pytest.mark.parametrize("name", sorted(EXAMPLES.keys() - SHOW_NOTHING_OF_OTHERS))
def test_what_shows_the_work_of_others_says_so(name):
    tool = TOOLS[name]

    assert tool.untrusted_input or tool.risk is Risk.WRITE


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_its_schema_is_plain_and_complete(name):
    spec = TOOLS[name]().spec()
    text = json.dumps(spec.parameters)

    assert spec.parameters["type"] == "object"
    properties = spec.parameters["properties"]
    assert properties.keys() == TOOLS[name].arguments_model.model_fields.keys()
    assert all("type" in schema for schema in properties.values())
    assert not any(noise in text for noise in ("$ref", "$defs", '"title"', "anyOf", '"default"'))


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_what_a_small_model_is_shown_are_arguments_of_it(name):
    spec = TOOLS[name]().spec()
    shown = [*spec.essential, *spec.optional]

    assert len(shown) == len(set(shown))
    assert {*shown, *spec.existing} <= spec.parameters["properties"].keys()
    assert spec.essential or not spec.optional


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_an_unknown_argument_is_refused(name):
    arguments = {**EXAMPLES.get(name, {}), "no_such_argument": 1}

    with pytest.raises(ValidationError):
        TOOLS[name].arguments_model.model_validate(arguments)


def test_all_specs_together_cost_at_most_1500_tokens():
    sent = [
        TOOLS[name]().spec().model_dump(include={"name", "description", "parameters"})
        for name in sorted(TOOLS)
    ]
    text = json.dumps(sent, separators=(",", ":"))

    # The tokenizer of the embedded model makes 4.2 characters of them a token (benchmarks/tool_specs.py).
    assert len(text) / 4 <= 1500


@pytest.mark.parametrize("name", LOCAL)
async def test_to_intend_changes_nothing(name, context):
    tool, arguments = example(name)
    before = contents(context)

    intent = await tool.intend(arguments, context)

    assert contents(context) == before
    assert intent.preview
    assert not intent.is_gated or intent.reason
    json.dumps(intent.facts)


@pytest.mark.parametrize("name", LOCAL)
async def test_what_it_reports_as_changed_is_what_changed(name, context):
    tool, arguments = example(name)
    onlooker = Workspace(context.workspace.root)
    before = onlooker.snapshot()

    result = await tool.run(arguments, context)

    key = {(change.path, change.kind, change.after) for change in result.changes}
    made = directories_made(result.changes)
    seen = [one for one in onlooker.changes_since(before) if one.path not in made]
    assert key == {(change.path, change.kind, change.after) for change in seen}
    assert result.is_error is (result.category is not None)
    assert context.seen_files == {}
    result.model_dump_json()


@pytest.mark.parametrize("name", NETWORK)
async def test_a_network_tool_says_what_it_sends_and_sends_nothing_yet(name, context, no_network):
    tool, arguments = example(name)

    intent = await tool.intend(arguments, context)

    assert all(str(value) in intent.preview for value in EXAMPLES[name].values())
    assert intent.reason
    assert tool.egress
    assert tool.untrusted_input


@pytest.mark.parametrize("name", NETWORK)
async def test_a_network_tool_refuses_offline_without_connecting(name, context, no_network):
    tool, arguments = example(name)
    context.is_offline = True

    for act in (tool.intend, tool.run):
        with pytest.raises(ToolFailed, match="Loom is offline"):
            await act(arguments, context)


@pytest.mark.parametrize("name", NETWORK)
async def test_without_a_network_a_network_tool_fails_clearly(name, context, monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("socket.getaddrinfo", unknown)
    tool, arguments = example(name)

    with pytest.raises(ToolFailed, match=r"no host is called|cannot be reached"):
        await tool.run(arguments, context)
    assert (await tool.probe(arguments, {}, context)).happened is Happened.NOT_YET


@pytest.mark.parametrize("name", BY_RECOVERY[RecoveryClass.PURE])
async def test_a_pure_tool_changes_nothing_and_may_run_again(name, context):
    tool, arguments = example(name)
    before = contents(context)

    first = await tool.run(arguments, context)
    second = await tool.run(arguments, context)

    assert contents(context) == before
    assert first == second
    assert (await tool.probe(arguments, {}, context)).happened is Happened.NOT_YET


@pytest.mark.parametrize("name", BY_RECOVERY[RecoveryClass.CONTENT])
async def test_a_crash_before_the_effect_is_found_and_the_call_runs_again(name, context):
    tool, arguments = example(name)
    facts = json.loads(json.dumps((await tool.intend(arguments, context)).facts))

    probe = await tool.probe(arguments, facts, context)

    assert probe.happened is Happened.NOT_YET
    assert (await tool.run(arguments, context)).changes


@pytest.mark.parametrize("name", BY_RECOVERY[RecoveryClass.CONTENT])
async def test_a_crash_after_the_effect_is_found_with_the_result_it_would_have_had(name, context):
    tool, arguments = example(name)
    facts = json.loads(json.dumps((await tool.intend(arguments, context)).facts))
    result = await tool.run(arguments, context)

    probe = await tool.probe(arguments, facts, context)

    assert probe.happened is Happened.DONE
    assert probe.result == result


@pytest.mark.parametrize("name", BY_RECOVERY[RecoveryClass.CONTENT])
async def test_what_somebody_else_changed_since_is_in_doubt(name, context):
    tool, arguments = example(name)
    intent = await tool.intend(arguments, context)
    path = context.workspace.root / str(intent.facts["path"])
    path.parent.mkdir(exist_ok=True)
    path.write_text("somebody else")

    probe = await tool.probe(arguments, intent.facts, context)

    assert probe.happened is Happened.IN_DOUBT


@pytest.mark.parametrize("name", BY_RECOVERY[RecoveryClass.UNKNOWN])
async def test_a_command_cut_off_by_a_crash_is_in_doubt(name, context):
    tool, arguments = example(name)

    assert (await tool.probe(arguments, {}, context)).happened is Happened.IN_DOUBT
