"""The check that a settings file gives a key its value."""

import pytest

from loom_core.types import VerdictStatus
from loom_verifiers.checks.settings import SettingEquals

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", '{"port": 80}', "port = 80"),
        ("a.json", '[{"x": {"port": 80}}]', "port = 80"),
        ("a.json", '{"name": "x y"}', 'name = "x y"'),
        ("a.json", '{"debug": false}', "debug = false"),
        ("a.toml", "[log]\nlevel = 'info'\n", 'log.level = "info"'),
        ("a.toml", "[log]\nlevel = 'info'\n", 'level = "info"'),
        ("a.yaml", "log:\n  level: info\n", "level = info"),
        ("a.ini", "[http]\ntimeout = 90\n", "timeout = 90"),
        ("a.ini", "debug: True\n", "debug = true"),
        (".env", 'export KEY="v"\n', 'KEY = "v"'),
        ("a.toml", "ratio = 1.0\n", "ratio = 1"),
    ],
)
async def test_the_expected_value_passes(tmp_path, look, name, content, expected):
    (tmp_path / name).write_text(content)

    evidence = await SettingEquals().run(name, expected, look)

    assert evidence.status is PASSED, evidence


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.json", '{"port": "80"}', "port = 80"),
        ("a.json", '{"port": 8080}', "port = 80"),
        ("a.json", '{"debug": 0}', "debug = false"),
        ("a.json", '{"debug": true}', "debug = 1"),
        ("a.json", '{"other": 80}', "port = 80"),
        ("a.json", '{"port": 80', "port = 80"),
        ("a.toml", "port = ", "port = 80"),
        ("a.yaml", "port: [", "port = 80"),
        ("a.ini", "# timeout = 90\ntimeout = 30\n", "timeout = 90"),
        ("a.ini", "http_timeout = 90\n", "timeout = 90"),
    ],
)
async def test_another_value_fails_and_shows_what_is_there(tmp_path, look, name, content, expected):
    (tmp_path / name).write_text(content)

    evidence = await SettingEquals().run(name, expected, look)

    assert evidence.status is FAILED
    assert expected in evidence.detail


async def test_a_missing_file_fails_and_an_incomplete_wish_is_unverified(tmp_path, look):
    (tmp_path / "a.json").write_text('{"port": ""}')

    assert (await SettingEquals().run("b.json", "port = 80", look)).status is FAILED
    for expected in ("", "port", "port =", "= 80"):
        assert (await SettingEquals().run("a.json", expected, look)).status is UNVERIFIED


async def test_bottomless_nesting_is_unverified(tmp_path, look):
    (tmp_path / "a.json").write_text("[" * 200 + '{"port": 80}' + "]" * 200)

    assert (await SettingEquals().run("a.json", "port = 80", look)).status is UNVERIFIED
