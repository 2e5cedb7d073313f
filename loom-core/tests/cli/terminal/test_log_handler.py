import io
import json
import logging
import sys

import pytest

from loom_core.cli.terminal.log_handler import StderrHandler, log_to_stderr
from loom_core.settings.shape import LoggingSettings


@pytest.fixture(autouse=True)
def _root_as_before():
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    root.setLevel(level)
    root.handlers = handlers


def test_a_record_is_shown_without_control_characters(capsys):
    record = logging.LogRecord(
        "loom_core.x", logging.WARNING, "", 1, "bad \x1b[2J text", None, None
    )

    StderrHandler().emit(record)

    shown = capsys.readouterr().err
    assert shown.startswith("WARNING loom_core.x: bad ")
    assert "\x1b" not in shown


def test_what_cannot_be_written_does_not_hurt_whoever_logs(monkeypatch, capsys):
    unformed = logging.LogRecord("loom_core.x", logging.WARNING, "", 1, "%d", ("no number",), None)
    record = logging.LogRecord("loom_core.x", logging.WARNING, "", 1, "fine", None, None)

    StderrHandler().emit(unformed)

    assert "no number" in capsys.readouterr().err

    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    StderrHandler().emit(record)


def test_the_level_of_the_settings_decides_what_is_logged(capsys):
    log_to_stderr(LoggingSettings(level="error"))
    log_to_stderr(LoggingSettings(level="info"))

    logging.getLogger("loom_somewhere").info("a member's")
    logging.getLogger("loom_core.x").debug("too small")
    logging.getLogger("library").info("small talk")
    logging.getLogger("library").warning("serious")

    assert capsys.readouterr().err == (
        "INFO loom_somewhere: a member's\nWARNING library: serious\n"
    )


@pytest.mark.parametrize(
    ("wanted", "is_service", "is_json"),
    [("auto", False, False), ("auto", True, True), ("json", False, True), ("text", True, False)],
)
def test_the_form_of_the_settings_decides_how(capsys, wanted, is_service, is_json):
    log_to_stderr(LoggingSettings(format=wanted), is_service=is_service)

    logging.getLogger("loom_core.x").warning("so\nit is", extra={"path": "/a"})

    shown = capsys.readouterr().err
    if is_json:
        line = json.loads(shown)
        assert (line["level"], line["message"], line["path"]) == ("warning", "so\nit is", "/a")
        assert shown.count("\n") == 1
    else:
        assert shown == "WARNING loom_core.x: so\nit is\n"
