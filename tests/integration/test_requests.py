"""What is sent to which server, and what is counted of the answers."""

import itertools
import json

import pytest
from scenario import (
    ACTION_GOAL,
    BIG_GOAL,
    GOAL,
    NO_REVIEW,
    done,
    model,
    part,
    planned,
    prompts,
    says_hi,
    subtask,
    texts_of,
    turns,
    write,
)

from loom_core.prompts.worker import CONSTRAINTS, ROLE
from loom_core.testing import Fault, FaultKind, Reply, Rule, Script, ServerFacts


@pytest.mark.parametrize(
    ("provider", "kind"),
    [
        ("openai_compatible", FaultKind.USAGE_ONLY),
        ("openai_compatible", FaultKind.EMPTY_CHOICES),
        ("openai_compatible", FaultKind.NO_DONE),
        ("ollama", FaultKind.USAGE_ONLY),
        ("ollama", FaultKind.EMPTY_CHOICES),
    ],
)
def test_a_piece_with_only_token_counts_or_nothing_does_no_harm(place, provider, kind):
    strange = [reply.model_copy(update={"fault": Fault(kind=kind)}) for reply in says_hi()]
    place.serve(*turns(*strange), provider=provider)

    finished = place.work()

    assert finished.code == 0
    assert finished.types.count("ModelCallFinished") == 2


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
def test_tokens_are_counted_and_agree_everywhere(place, provider):
    server = place.serve(*turns(*says_hi()), provider=provider)

    finished = place.work()

    usage = finished.result["usage"]
    assert usage["calls"] == 2
    assert usage["prompt_tokens"] == sum(r.prompt_tokens for r in server.requests) > 0
    assert usage["completion_tokens"] > 0
    if provider == "openai_compatible":
        assert usage["cached_tokens"] == sum(r.cached_tokens for r in server.requests) > 0
    told = [data["response"]["usage"] for data in finished.of("ModelCallFinished")]
    assert sum(one["prompt_tokens"] for one in told) == usage["prompt_tokens"]
    assert json.loads(place.run("status", "last", "--json").stdout)["usage"] == usage


def test_the_tier_of_a_subtask_decides_which_model_is_asked(place):
    easy, hard = (
        place.listen(
            Script(
                rules=(
                    *planned(subtask("easy"), subtask("hard", model_tier=3)),
                    *part("easy", write("easy.txt", "x\n"), done()),
                    *part("hard", write("hard.txt", "x\n"), done()),
                )
            )
        )
        for _ in range(2)
    )
    place.configure(NO_REVIEW, weak=model(easy.url, tier=1), strong=model(hard.url, tier=3))

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    assert len(prompts(easy, having="part easy into")) == 2
    assert len(prompts(hard, having="part hard into")) == 2
    assert len(hard.requests) == 2


def test_the_role_of_a_model_decides_what_it_is_asked(place):
    planner = place.listen(Script(rules=planned(subtask("only"))))
    worker = place.listen(Script(rules=part("only", write("only.txt", "x\n"), done())))
    place.configure(
        NO_REVIEW,
        thinker=model(planner.url, roles=["planner"]),
        doer=model(worker.url, roles=["executor", "extractor", "verifier"]),
    )

    assert place.work(BIG_GOAL).code == 0

    assert (len(planner.requests), len(worker.requests)) == (1, 2)


def test_a_key_reaches_its_own_server_and_no_other(place):
    own = ServerFacts(api_key="key-of-own-8d1f")
    first, second = (
        place.listen(Script(rules=planned(subtask("only"))), own),
        place.listen(Script(rules=part("only", write("only.txt", "x\n"), done()))),
    )
    place.extra_environment = {"OPENAI_API_KEY": "key-of-openai-77c2"}
    place.configure(
        NO_REVIEW,
        planner=model(first.url, roles=["planner"], api_key="key-of-own-8d1f"),
        worker=model(second.url, roles=["executor", "extractor", "verifier"]),
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    assert {r.headers.get("authorization") for r in first.requests} == {"Bearer key-of-own-8d1f"}
    assert {r.headers.get("authorization") for r in second.requests} == {None}
    told = finished.stdout + finished.stderr + place.run("config", "--json").stdout
    assert "8d1f" not in told
    assert "77c2" not in told
    assert b"8d1f" not in b"".join(f.read_bytes() for f in place.home.glob("loom.db*"))


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama", "anthropic"])
@pytest.mark.parametrize("is_right", [True, False])
def test_a_key_in_a_file_goes_to_its_server_and_is_shown_nowhere(place, provider, is_right):
    key = "key-of-own-8d1f"
    (place.home / "key").write_text(key)
    (place.home / "key").chmod(0o600)
    server = place.listen(
        Script(rules=turns(*says_hi())), ServerFacts(api_key=key if is_right else "another")
    )
    how = {"provider": provider, "api_key_file": "key"}  # beside the settings that name it
    place.configure('[logging]\nlevel = "debug"\n', own=model(server.url, **how))

    finished = place.work()
    told = finished.stdout + finished.stderr + place.run("config", "--json").stdout
    told += place.run("models").stdout + place.run("doctor").stdout

    assert (finished.code == 0) is is_right
    assert all(r.headers["authorization"] == f"Bearer {key}" for r in server.requests)
    assert "8d1f" not in told
    assert b"8d1f" not in b"".join(f.read_bytes() for f in place.home.glob("loom.db*"))


def test_wishes_of_the_settings_are_sent(place):
    server = place.serve(*turns(*says_hi()), max_tokens=321, temperature=0.25)

    assert place.work().code == 0

    body = server.requests[0].body
    assert body["temperature"] == 0.25
    assert 321 in {body.get("max_tokens"), body.get("max_completion_tokens")}


@pytest.mark.parametrize("provider", ["openai_compatible", "ollama"])
@pytest.mark.parametrize("dialect", ["native", "json_action"])
def test_a_conversation_only_grows(place, provider, dialect):
    actions = [
        {"tool": "list_directory"},
        {"tool": "write_file", "path": "hello.txt", "content": "hi\n"},
        {"tool": "complete", "summary": "x"},
    ]
    server = place.serve(
        *turns(Reply(text="let me think"), *map(Reply.answering, actions)),
        provider=provider,
        dialect=dialect,
    )

    assert place.work("Create hello.txt in this directory that says hi").code == 0

    bodies = [request.body for request in server.requests][:4]  # then others are asked, to compare
    for before, after in itertools.pairwise(bodies):
        shared = len(before["messages"])
        assert json.dumps(after["messages"][:shared]) == json.dumps(before["messages"])
        assert json.dumps(after.get("tools")) == json.dumps(before.get("tools"))
        assert after.get("options") == before.get("options")
    assert len(bodies) == 4


def test_siblings_share_the_beginning_of_their_prompts(place):
    server = place.serve(
        *planned(subtask("one"), subtask("two")),
        *part("one", write("one.txt", "x\n"), done()),
        *part("two", write("two.txt", "x\n"), done()),
    )

    assert place.work(BIG_GOAL).code == 0

    systems = {texts_of(r.body, "system")[0] for r in server.requests[1:]}
    assert len(systems) == 1


def test_trimming_never_cuts_role_constraints_or_goal(place):
    goal = (
        "Build the three parts, the last of them red. Then join them into one, but not on Sundays."
    )
    server = place.serve(
        *planned(subtask("only")),
        *part("only", write("only.txt", "x\n"), done()),
        facts=ServerFacts(window=4096),
    )

    finished = place.work(goal, "--context", "Much is to be said of this.\n" * 1500)

    assert finished.code == 0, finished.stdout
    body = next(r.body for r in server.requests if "part only into" in str(r.body))
    system, user = texts_of(body)[:2]
    assert ROLE in system
    assert CONSTRAINTS in system
    assert goal in user
    assert "Write part only into only.txt" in user
    assert "left out to fit" in user
    assert user.count("Much is to be said") < 600


def test_the_reminder_is_at_the_tail_of_the_last_tool_result_only(place):
    server = place.serve(*turns(Reply.calling("list_directory"), *says_hi()))

    assert place.work().code == 0

    results = texts_of(server.requests[2].body, "tool")
    for result in results:
        body, _, tail = result.rpartition("\n\n")
        assert GOAL in tail
        assert GOAL not in body


def test_json_actions_are_constrained_by_a_schema(place):
    server = place.serve(
        Rule(
            turn=0,
            reply=Reply.answering({"tool": "write_file", "path": "hello.txt", "content": "hi\n"}),
        ),
        Rule(turn=1, reply=Reply.answering({"tool": "complete", "summary": "x"})),
        dialect="json_action",
    )

    assert place.work(ACTION_GOAL).code == 0

    offered = [_offered(request.body) for request in server.requests[:2]]
    assert "write_file" in offered[0]
    assert {"complete", "blocked"} <= set(offered[1])
    assert "tools" not in server.requests[0].body


def _offered(body):
    """The tools that the schema of a request lets the model choose from."""
    schema = body["response_format"]["json_schema"]["schema"]
    return [branch["properties"]["tool"]["const"] for branch in schema["anyOf"]]
