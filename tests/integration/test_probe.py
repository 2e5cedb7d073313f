"""``loom models --probe`` on servers: what it finds, keeps, and what a run makes of it."""

import asyncio
import json
import signal

import pytest
from scenario import wait_until

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.routing.route import open_route
from loom_core.settings.shape import ModelSettings
from loom_core.testing import Reply, Rule, Script, ServerFacts, ServerKind
from loom_providers_ollama.provider import OllamaProvider
from loom_providers_openai.provider import OpenAIProvider

PROVIDERS = {"openai_compatible": OpenAIProvider, "ollama": OllamaProvider}
CODE = Rule(schema_text="kestrel", reply=Reply.answering({"code": "osprey"}))
SUM = Rule(first_user="347 + 586", reply=Reply.answering({"answer": "933"}))
NOTES = Rule(
    first_user="notes.txt",
    offers_tool="read_file",
    reply=Reply.calling("read_file", path="notes.txt"),
)
ACTIONS = (
    Rule(
        first_user="notes.txt",
        schema_text="shell_execute",
        reply=Reply.answering({"tool": "read_file", "path": "notes.txt"}),
    ),
    Rule(
        first_user="git status",
        schema_text="shell_execute",
        reply=Reply.answering({"tool": "shell_execute", "command": "git status --short"}),
    ),
)
COUNTING = Reply(text="1 2 3 4 5 6 7 8 9 10", chunk_characters=4, chunk_delay_seconds=0.01)
GOOD = Script(rules=(CODE, SUM, NOTES, *ACTIONS), default=COUNTING)
CARELESS = Script(rules=(SUM, NOTES), default=COUNTING)


@pytest.fixture
def serve(place):
    """Start a scripted server and make it the only model, through one of the providers."""

    def start(kind, script, facts=None):
        server = place.listen(script, facts)
        url = f"{server.url}/v1" if kind == "openai_compatible" else server.url
        lines = f'provider = "{kind}"\nmodel = "scripted"\nbase_url = "{url}"\n'
        place.configure(m=lines)
        settings = ModelSettings(provider=kind, model="scripted", base_url=url)
        return server, PROVIDERS[kind](settings, ProviderEnvironment(home=place.home))

    return start


def facts_of(provider):
    """What the router says of a model when it opens it."""

    async def ask():
        try:
            return (await open_route("m", provider.settings, provider)).facts
        finally:
            await provider.close()

    return asyncio.run(ask())


def stored(place):
    return sorted((place.home / "profiles").glob("*"))


@pytest.mark.parametrize("kind", PROVIDERS)
def test_a_probe_finds_what_works_and_a_run_uses_it(place, serve, kind):
    _, provider = serve(kind, GOOD, ServerFacts(window=16_384, slots=4))

    finished = place.run("models", "--probe", "--json")

    assert finished.code == 0, finished.stderr
    (profile,) = json.loads(finished.stdout)
    assert profile["window"] == 16_384
    assert profile["schema_support"] == "enforced"
    assert profile["dialect"] == "json_action"
    assert {one["dialect"]: one["right"] for one in profile["dialects"]} == {
        "native": 1,
        "json_action": 2,
        "two_stage": 2,
        "text_blocks": 0,
    }
    assert (profile["tasks_passed"], profile["tasks_asked"]) == (1, 12)
    assert profile["decode_tokens_per_second"] > 0
    assert len(stored(place)) == 1
    assert facts_of(provider).dialect == "json_action"


@pytest.mark.parametrize("kind", PROVIDERS)
def test_a_server_that_takes_a_schema_and_ignores_it_is_caught(place, serve, kind):
    _, provider = serve(kind, CARELESS)

    (profile,) = json.loads(place.run("models", "--probe", "m", "--json").stdout)

    assert profile["schema_support"] == "ignored"
    assert profile["dialect"] == "native"
    assert not facts_of(provider).enforces_schema


BLOCK = "<function=read_file>\n<parameter=path>\nnotes.txt\n</parameter>\n</function>"
NAME = Reply.answering({"next": "read_file"})
CALL = Reply.answering({"tool": "read_file", "path": "notes.txt"})


@pytest.mark.parametrize(
    ("dialect", "rules"),
    [
        ("text_blocks", (Rule(system="<function=NAME>", reply=Reply(text=BLOCK)),)),
        (
            "two_stage",
            (
                Rule(system='{"next": NAME}', turn=0, first_user="notes.txt", reply=NAME),
                Rule(system='{"next": NAME}', last="Write the call", turn=1, reply=CALL),
            ),
        ),
    ],
)
def test_a_run_writes_actions_as_the_model_does_best(place, serve, dialect, rules):
    _, provider = serve("openai_compatible", Script(rules=rules, default=COUNTING))

    (profile,) = json.loads(place.run("models", "--probe", "--json").stdout)

    assert profile["dialect"] == dialect
    assert facts_of(provider).dialect == dialect


def test_a_server_that_refuses_schemas_is_told_apart(place, serve):
    refused = Reply.status(400, '{"error": {"message": "response_format is unavailable"}}')
    serve(
        "openai_compatible", Script(rules=(Rule(schema_text="{", reply=refused),), default=COUNTING)
    )

    (profile,) = json.loads(place.run("models", "--probe", "--json").stdout)

    assert profile["schema_support"] == "refused"


def test_reasoning_and_sight_are_tried(place, serve):
    sees = Rule(first_user="Which colour", reply=Reply(text="It is red, not blue.", reasoning="hm"))
    facts = ServerFacts(kind=ServerKind.LLAMA_SERVER, sees_images=True)
    server, _ = serve("openai_compatible", Script(rules=(sees,), default=COUNTING), facts)

    (profile,) = json.loads(place.run("models", "--probe", "--json").stdout)

    assert (profile["reasons"], profile["sees_images"]) == (True, True)
    assert "image/png" in json.dumps([record.body for record in server.requests])


def test_people_see_progress_a_table_and_where_it_is_kept(place, serve):
    serve("ollama", GOOD)

    finished = place.run("models", "--probe")
    listed = place.run("models").stdout

    assert "m: trying the dialects" in finished.stderr
    assert (
        "json_action (native 1 of 4, json_action 2 of 4, text_blocks 0 of 4, two_stage 2 of 4)"
        in finished.stdout
    )
    assert str(stored(place)[0]) in finished.stdout
    assert "json_action, schema enforced" in listed
    assert json.loads(place.run("models", "--json").stdout)[0]["measured"]["tasks_passed"] == 1


def test_a_server_that_is_gone_leaves_nothing_and_keeps_what_there_was(place, serve):
    serve("openai_compatible", GOOD)
    place.run("models", "--probe")
    before = stored(place)[0].read_bytes()
    broken = Script(default=Reply.status(401, "no such key"))
    other = place.listen(broken)
    lines = f'provider = "openai_compatible"\nmodel = "scripted"\nbase_url = "{other.url}/v1"\n'
    place.configure(m=lines)

    finished = place.run("models", "--probe")

    assert finished.code == 1
    assert [path.read_bytes() for path in stored(place)] == [before]


def test_ctrl_c_leaves_nothing_half_written(place, serve):
    server, _ = serve("openai_compatible", Script(default=Reply(text="1 2", delay_seconds=1.0)))
    child = place.start("models", "--probe")
    wait_until(lambda: server.requests, "the probe asks")

    child.send_signal(signal.SIGINT)

    assert child.wait(30) == 130
    assert stored(place) == []


def test_an_unknown_model_is_refused_with_what_there_is(place, serve):
    serve("openai_compatible", GOOD)

    finished = place.run("models", "--probe", "nope")

    assert finished.code == 2
    assert "no model 'nope' is configured or found" in finished.stderr
