"""The scripted server, asked by the standard library's own client."""

import http.client
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from loom_core.testing import (
    FaultKind,
    Reply,
    Rule,
    Script,
    ScriptedCall,
    ScriptedServer,
    ServerFacts,
    ServerKind,
)

PATHS = ["/v1/chat/completions", "/api/chat", "/v1/messages"]
REPLY = Reply(
    text="Hello there, world, how are you?",
    reasoning="Greet.",
    tool_calls=(ScriptedCall(name="f", arguments={"a": [1, "é"]}),),
)


def ask(server, path, stream=True, messages=None, **body):
    body = {"model": "scripted", "stream": stream, **body}
    if path == "/v1/messages":
        body |= {"max_tokens": 100}
    body["messages"] = messages or [{"role": "user", "content": "hi"}]
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)) as connection:
        connection.request("POST", path, json.dumps(body))
        with connection.getresponse() as response:
            return response, response.read()


def get(server, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
    connection.request("GET", path)
    response = connection.getresponse()
    value = json.loads(response.read())
    connection.close()
    return response.status, value


def events(data):
    return [json.loads(line[6:]) for line in data.split(b"\n") if line.startswith(b"data: {")]


def test_openai_stream():
    with ScriptedServer(Script.always(REPLY)) as server:
        options = {"include_usage": True}
        response, data = ask(server, PATHS[0], stream_options=options)

    chunks = events(data)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]
    assert response.getheader("Content-Type") == "text/event-stream"
    assert data.endswith(b"data: [DONE]\n\n")
    assert "".join(delta.get("content", "") for delta in deltas) == REPLY.text
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == REPLY.reasoning
    calls = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert calls[0]["function"]["name"] == "f"
    arguments = "".join(call["function"]["arguments"] for call in calls)
    assert json.loads(arguments) == {"a": [1, "é"]}
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["prompt_tokens"] > 0


def test_ollama_stream():
    with ScriptedServer(Script.always(REPLY)) as server:
        _, data = ask(server, PATHS[1])

    lines = [json.loads(line) for line in data.splitlines()]
    assert "".join(line["message"].get("content", "") for line in lines) == REPLY.text
    assert "".join(line["message"].get("thinking", "") for line in lines) == REPLY.reasoning
    calls = [call for line in lines for call in line["message"].get("tool_calls", [])]
    assert calls == [{"function": {"name": "f", "arguments": {"a": [1, "é"]}}}]
    assert [line["done"] for line in lines].count(True) == 1
    assert lines[-1]["prompt_eval_count"] > 0


def test_anthropic_stream():
    with ScriptedServer(Script.always(REPLY)) as server:
        _, data = ask(server, PATHS[2], max_tokens=100)

    seen = events(data)
    deltas = [event["delta"] for event in seen if event["type"] == "content_block_delta"]
    assert seen[0]["type"] == "message_start"
    assert seen[-1]["type"] == "message_stop"
    assert "".join(delta.get("text", "") for delta in deltas) == REPLY.text
    assert "".join(delta.get("thinking", "") for delta in deltas) == REPLY.reasoning
    partial = "".join(delta.get("partial_json", "") for delta in deltas)
    assert json.loads(partial) == {"a": [1, "é"]}
    assert seen[-2]["delta"]["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("path", "text_in"),
    [
        (PATHS[0], lambda value: value["choices"][0]["message"]["content"]),
        (PATHS[1], lambda value: value["message"]["content"]),
        (PATHS[2], lambda value: next(b for b in value["content"] if b["type"] == "text")["text"]),
    ],
)
def test_whole_answers(path, text_in):
    with ScriptedServer(Script.always(REPLY)) as server:
        _, data = ask(server, path, stream=False)

    assert text_in(json.loads(data)) == REPLY.text


@pytest.mark.parametrize("path", PATHS)
def test_rules_see_the_conversation_of_each_api(path):
    rules = (Rule(first_user="hi", turn=1, last="thanks", reply=Reply(text="found it")),)
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "hi"}]},
        {"role": "assistant", "content": "yes?"},
        {"role": "user", "content": "thanks"},
    ]
    with ScriptedServer(Script(rules=rules)) as server:
        _, data = ask(server, path, messages=messages)
        refused, why = ask(server, path)

    assert b"found it" in data
    assert refused.status == 400
    assert b"no rule" in why


@pytest.mark.parametrize("path", PATHS)
def test_http_errors_keep_status_body_and_headers(path):
    script = Script.always(Reply.status(429, '{"error": "slow"}', Retry_After="3"))
    with ScriptedServer(script) as server:
        response, data = ask(server, path)

    assert response.status == 429
    assert response.getheader("Retry-After") == "3"
    assert data == b'{"error": "slow"}'


@pytest.mark.parametrize("path", PATHS)
def test_cut_connection_ends_early(path):
    script = Script.always(Reply.failing(FaultKind.CUT, after_frames=2, text="word " * 20))
    with ScriptedServer(script) as server, pytest.raises(http.client.IncompleteRead):
        ask(server, path)


@pytest.mark.parametrize("path", PATHS)
def test_client_that_leaves_is_recorded(path):
    with ScriptedServer(Script.always(Reply.failing(FaultKind.STALL))) as server:
        with pytest.raises(TimeoutError):
            impatient(server, path)

        assert server.wait_for_cancelled()
        assert server.requests[0].ended >= server.requests[0].arrived


def impatient(server, path):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=0.1)
    turn = {"role": "user", "content": "hi"}
    body = {"model": "scripted", "stream": True, "messages": [turn], "max_tokens": 9}
    connection.request("POST", path, json.dumps(body))
    try:
        connection.getresponse().read()
    finally:
        connection.close()


def test_simulated_cache_counts_the_shared_prefix():
    with ScriptedServer(Script.always("x")) as server:
        first = [{"role": "user", "content": "a long prompt " * 50}]
        ask(server, PATHS[0], messages=first)
        ask(server, PATHS[0], messages=[*first, {"role": "assistant", "content": "x"}])

        cold, warm = server.requests
    assert cold.cached_tokens == 0
    assert warm.cached_tokens >= 0.9 * cold.prompt_tokens


def test_a_changed_byte_at_the_front_empties_the_cache():
    with ScriptedServer(Script.always("x")) as server:
        for clock in ("12:01", "12:02"):
            messages = [{"role": "system", "content": clock + " long prompt" * 50}]
            ask(server, PATHS[0], messages=messages)

        assert server.requests[1].cached_tokens < 0.1 * server.requests[1].prompt_tokens


def test_connection_is_kept_alive():
    with ScriptedServer(Script.always("x")) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        for _ in range(3):
            body = {"model": "scripted", "stream": True, "messages": []}
            connection.request("POST", PATHS[0], json.dumps(body))
            assert connection.getresponse().read().endswith(b"[DONE]\n\n")
            assert connection.sock is not None
        connection.close()


def test_many_connections_at_once():
    together = threading.Barrier(40)
    with ScriptedServer(Script.always(Reply(text="x", delay_seconds=0.1))) as server:

        def one(_):
            together.wait()
            return ask(server, PATHS[0])[0].status

        started = time.monotonic()
        with ThreadPoolExecutor(40) as pool:
            assert list(pool.map(one, range(40))) == [200] * 40
        assert time.monotonic() - started < 2  # one after the other they would take 4 s


def test_key_is_asked_for():
    with ScriptedServer(Script.always("x"), facts=ServerFacts(api_key="k")) as server:
        assert ask(server, PATHS[0])[0].status == 401


@pytest.mark.parametrize("body", ["", "{", "[]", '"x"'])
def test_bodies_that_are_no_object_are_refused(body):
    with ScriptedServer(Script.always("x")) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=5)
        connection.request("POST", PATHS[0], body)
        assert connection.getresponse().status == 400
        connection.close()


def test_unknown_model_and_page_are_not_found():
    with ScriptedServer(Script.always("x")) as server:
        assert ask(server, PATHS[0], model="other")[0].status == 404
        assert get(server, "/nowhere")[0] == 404


@pytest.mark.parametrize(
    ("kind", "path", "has_it"),
    [
        (ServerKind.LLAMA_SERVER, "/props", True),
        (ServerKind.VLLM, "/props", False),
        (ServerKind.LM_STUDIO, "/api/v0/models", True),
        (ServerKind.PLAIN, "/api/v0/models", False),
    ],
)
def test_kinds_of_server_differ_in_their_pages(kind, path, has_it):
    with ScriptedServer(Script.always("x"), facts=ServerFacts(kind=kind, window=4096)) as server:
        status, value = get(server, path)

    assert (status == 200) is has_it
    assert ("4096" in json.dumps(value)) is has_it


def test_log_has_a_line_for_arrival_and_end(tmp_path):
    log = tmp_path / "log.jsonl"
    with ScriptedServer(Script.always("x"), log=log) as server:
        ask(server, PATHS[1])

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["arrived", "ended"]
    assert lines[1]["api"] == "ollama"
    assert lines[1]["arrived"] <= lines[1]["ended"]
    assert "headers" not in lines[1]


def test_taken_port_is_an_error():
    with ScriptedServer(Script.always("x")) as server, pytest.raises(OSError, match="in use"):
        ScriptedServer(Script.always("x"), port=server.port).start()
