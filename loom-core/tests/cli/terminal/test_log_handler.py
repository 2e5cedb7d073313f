import logging

from loom_core.cli.session import Session
from loom_core.cli.terminal.log_handler import StderrHandler


def test_a_record_is_shown_without_control_characters(capsys):
    record = logging.LogRecord(
        "loom_core.x", logging.WARNING, "", 1, "bad \x1b[2J text", None, None
    )

    StderrHandler().emit(record)

    shown = capsys.readouterr().err
    assert shown.startswith("WARNING loom_core.x: bad ")
    assert "\x1b" not in shown


def test_the_level_of_the_settings_decides_what_is_logged(tmp_path, monkeypatch):
    monkeypatch.setenv("LOOM_HOME", str(tmp_path))
    monkeypatch.setenv("LOOM_LOGGING__LEVEL", "error")
    monkeypatch.chdir(tmp_path)

    Session()._log_to_stderr()

    logger = logging.getLogger("loom_core")
    assert logger.level == logging.ERROR
    assert sum(isinstance(handler, StderrHandler) for handler in logger.handlers) == 1
    logger.handlers.clear()
    logger.setLevel(logging.NOTSET)
