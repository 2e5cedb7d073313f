"""``loom run`` with a collector: from the command line over the engine to what the collector gets."""

import json
import socket

from telemetry_site import GOAL, attributes


def test_a_run_is_a_tree_of_spans_without_a_text(run_goal, collector):
    code, _ = run_goal(f'[telemetry]\nendpoint = "{collector.url}"\n')

    spans = {span["name"]: span for span in collector.spans}
    task, subtask = (spans[name] for name in ("invoke_workflow loom", "invoke_agent goal"))
    answer, tool = spans["chat m-7b"], spans["execute_tool write_file"]
    assert code == 0
    assert "parentSpanId" not in task
    assert subtask["parentSpanId"] == task["spanId"]
    assert {answer["parentSpanId"], tool["parentSpanId"]} == {subtask["spanId"]}
    assert {span["traceId"] for span in spans.values()} == {task["traceId"]}
    assert (attributes(task)["loom.state"], attributes(subtask)["loom.state"]) == ("completed",) * 2
    assert all(
        int(span["startTimeUnixNano"]) <= int(span["endTimeUnixNano"]) for span in collector.spans
    )
    said = attributes(answer)
    assert (said["gen_ai.operation.name"], said["gen_ai.provider.name"]) == ("chat", "scripted")
    assert int(said["gen_ai.usage.input_tokens"]) > 0
    assert answer["kind"] == 3
    assert attributes(tool)["gen_ai.tool.name"] == "write_file"
    assert [event["name"] for event in subtask["events"]] == ["gen_ai.evaluation.result"]
    sent = b"".join(body for _, _, body in collector.requests)
    assert b"secret" not in sent
    assert b"hello.txt" not in sent


def test_texts_and_headers_go_along_when_asked_for(run_goal, collector):
    run_goal(
        f'[telemetry]\nendpoint = "{collector.url}"\ncontent = true\n'
        'headers = { Authorization = "Bearer of-the-collector" }\n'
    )

    spans = {span["name"]: attributes(span) for span in collector.spans}
    assert GOAL in spans["invoke_agent goal"]["gen_ai.input.messages"]
    assert "the secret word" in spans["execute_tool write_file"]["gen_ai.tool.call.arguments"]
    assert spans["execute_tool write_file"]["gen_ai.tool.call.result"]
    path, headers, _ = collector.requests[0]
    assert (path, headers["Authorization"]) == ("/v1/traces", "Bearer of-the-collector")


def test_a_collector_that_refuses_is_said_once_and_costs_nothing_else(run_goal, collector):
    collector.status = 503

    code, stderr = run_goal(
        f'[telemetry]\nendpoint = "{collector.url}"\n[logging]\nformat = "json"\n'
    )

    logged = [json.loads(line) for line in stderr.splitlines() if line.startswith("{")]
    assert code == 0
    assert [(line["level"], line["message"]) for line in logged] == [
        ("warning", f"spans are lost: {collector.url}/v1/traces takes none: it answers 503")
    ]


def test_a_collector_that_is_not_there_costs_nothing_else(run_goal):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        code, _ = run_goal(
            f'[telemetry]\nendpoint = "http://127.0.0.1:{nobody.getsockname()[1]}"\n'
        )

    assert code == 0


def test_an_endpoint_that_others_can_listen_to_stops_the_run(run_goal):
    code, stderr = run_goal('[telemetry]\nendpoint = "http://collector.lan:4318"\n')

    assert code == 2
    assert "without encryption" in stderr
