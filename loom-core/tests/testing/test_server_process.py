"""The scripted server as its own process."""

import json
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from loom_core.testing import Reply, Script
from loom_core.testing.server import main


@pytest.fixture
def process(tmp_path):
    script = tmp_path / "script.json"
    script.write_text(Script.always(Reply(text="from afar")).model_dump_json())
    command = [sys.executable, "-m", "loom_core.testing.server", "--script", script]
    command += ["--port-file", tmp_path / "port", "--log", tmp_path / "log"]
    with subprocess.Popen(command) as started:
        yield started
        started.kill()


def port_in(file, limit_seconds=20):
    end = time.monotonic() + limit_seconds
    while time.monotonic() < end:
        if file.exists():
            return int(file.read_text())
        time.sleep(0.01)
    raise TimeoutError(f"no {file} within {limit_seconds} s")


def test_process_answers_logs_and_ends_on_sigterm(process, tmp_path):
    port = port_in(tmp_path / "port")
    body = {"model": "scripted", "messages": [{"role": "user", "content": "hi"}], "stream": False}
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    with urllib.request.urlopen(url, json.dumps(body).encode(), timeout=5) as response:
        answer = json.loads(response.read())

    process.send_signal(signal.SIGTERM)

    assert process.wait(10) == 0
    assert answer["choices"][0]["message"]["content"] == "from afar"
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [line["event"] for line in lines] == ["arrived", "ended"]


@pytest.mark.parametrize("text", ["{", '{"rules": 3}', '{"unknown": 1}'])
def test_bad_script_is_one_error_and_code_2(tmp_path, capsys, text):
    script = tmp_path / "script.json"
    script.write_text(text)

    assert main(["--script", str(script)]) == 2
    assert "scripted server:" in capsys.readouterr().err


def test_missing_script_is_named(tmp_path, capsys):
    assert main(["--script", str(tmp_path / "none.json")]) == 2
    assert "none.json" in capsys.readouterr().err
