import asyncio
import os
import stat
import sys
import time

import pytest

from loom_core.errors import ErrorCategory, ToolFailed
from loom_tools.ripgrep_search import RipgrepSearch
from loom_tools.search_files import SearchFiles
from loom_tools.searching import choice
from loom_tools.searching.ripgrep import ripgrep_program
from loom_tools.searching.searchable import MAX_LINE_BYTES


def put(root, path: str, content: str | bytes = "") -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_bytes(content if isinstance(content, bytes) else content.encode())


@pytest.fixture(params=["ripgrep", "re2"])
def engine(request, monkeypatch):
    if request.param == "re2":
        monkeypatch.setattr(choice, "ripgrep_program", lambda workspace: None)
    return request.param


async def test_matches_come_by_path_and_line(engine, session, root):
    put(root, "src/a.py", "import os\n\ndef parse(text):\n    return text\n")
    put(root, "b.md", "we parse\r\nand def\r\n")

    result = await session.call(RipgrepSearch, pattern=r"def\b|^we")

    assert result.text == "src/a.py:3: def parse(text):\nb.md:1: we parse\nb.md:2: and def"
    assert result.facts == {"engine": engine}


async def test_context_is_shown_once_and_gaps_are_marked(engine, session, root):
    put(root, "a", "1\n2 x\n3\n4 x\n5\n6\n7\n8\n9 x\n")

    result = await session.call(RipgrepSearch, pattern="x", context=1)

    assert result.text.splitlines() == [
        "a-1- 1", "a:2: 2 x", "a-3- 3", "a:4: 4 x", "a-5- 5", "--", "a-8- 8", "a:9: 9 x",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ({}, {"a.py", "s/b.py", "s/c.ts"}),
        ({"path": "s"}, {"s/b.py", "s/c.ts"}),
        ({"path": "./s/b.py", "glob": "*.ts"}, {"s/b.py"}),
        ({"glob": "*.py"}, {"a.py", "s/b.py"}),
        ({"glob": "!*.py"}, {"s/c.ts"}),
        ({"glob": "s/*.{py,js}"}, {"s/b.py"}),
        ({"path": "s", "glob": "s/*.ts"}, {"s/c.ts"}),
        ({"type": "ts"}, {"s/c.ts"}),
        ({"type": "python", "path": "s"}, {"s/b.py"}),
    ],
)
async def test_a_search_is_narrowed(engine, session, root, options, found):
    for path in ("a.py", "s/b.py", "s/c.ts"):
        put(root, path, "needle\n")

    result = await session.call(RipgrepSearch, pattern="needle", files_only=True, **options)

    assert set(result.text.splitlines()) == found


async def test_letter_case_counts_unless_it_is_told_otherwise(engine, session, root):
    put(root, "a", "Größe\n")

    assert "No line" in (await session.call(RipgrepSearch, pattern="GRÖSSE|GRÖßE")).text
    found = await session.call(RipgrepSearch, pattern="GRÖßE", case_insensitive=True)
    assert found.text == "a:1: Größe"


async def test_many_matches_are_cut_exactly(engine, session, root):
    put(root, "a", "x\n" * 3)
    put(root, "b", "x\n" * 3)

    cut = await session.call(RipgrepSearch, pattern="x", max_matches=5)
    whole = await session.call(RipgrepSearch, pattern="x", max_matches=6)

    assert cut.text.count(": x") == 5
    assert cut.text.splitlines()[-1].startswith("[there are more")
    assert whole.text.count(": x") == 6
    assert "[" not in whole.text


async def test_what_may_not_or_cannot_be_searched_is_left_out(engine, session, root, tmp_path):
    (tmp_path / "outside").write_text("needle\n")
    os.mkfifo(root / "pipe")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "dir").symlink_to(tmp_path)
    put(root, ".git/config", "needle\n")
    put(root, ".gitignore", "ignored\n")
    put(root, "ignored", "needle\n")
    put(root, ".env", "KEY=needle\n")
    put(root, "binary", b"needle\0")
    with (root / "huge").open("wb") as file:
        file.truncate(10 * 1024 * 1024 * 1024)
    put(root, "ok", "needle\n")

    result = await session.call(RipgrepSearch, pattern="needle")

    assert result.text == "ok:1: needle\n[2 files not searched: large, unreadable or secret]"


async def test_odd_names_and_bytes_are_shown_on_their_line(engine, session, root):
    put(root, "a\nb", b"needle \xff\n")
    put(root, "🐍 -x", b"\xef\xbb\xbfneedle\r\n")
    put(root, os.fsdecode(b"bad\xff"), "needle")
    put(root, "wide", "needle ä\n".encode("utf-16"))
    put(root, ".ignore", "nothing\n")

    result = await session.call(RipgrepSearch, pattern="^needle")

    assert result.text.splitlines() == [
        "a\\nb:1: needle \ufffd", "bad\\udcff:1: needle", "wide:1: needle ä", "🐍 -x:1: needle",
    ]  # fmt: skip


async def test_the_part_of_a_long_line_with_the_match_is_shown(engine, session, root):
    put(root, "min.js", "a" * 5000 + "needle" + "b" * 5000 + "\n")
    put(root, "too.long", "a" * MAX_LINE_BYTES + "needle\nneedle\n")

    result = await session.call(RipgrepSearch, pattern="ne+dle")

    assert "needle" in result.text.splitlines()[0]
    assert len(result.text.splitlines()[0]) < 300
    assert result.text.splitlines()[1] == "too.long:2: needle"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("foo(", "put a backslash before"),
        ("(?=x)", "no look-around"),
        (r"(a)\1", "no back-references"),
        (r"a\nb", "every line"),
        ("a\nb", "every line"),
        ("[a", "closing ]"),
        ("a\\", "backslash at its end"),
        (r"\Z", "means nothing"),
        ("a{2000}", "repetition"),
        ("(?x)a", "not supported"),
    ],
)
async def test_what_is_outside_of_the_dialect_is_explained(engine, session, pattern, said):
    with pytest.raises(ToolFailed, match=said) as failed:
        await session.call(RipgrepSearch, pattern=pattern)

    assert failed.value.category is ErrorCategory.VALIDATION
    assert "\n" not in str(failed.value)


async def test_braces_that_count_nothing_are_braces(engine, session, root):
    put(root, "a", "main() {\n")

    for pattern in (r"\) {", r"{$", "[{]", r"\{"):
        assert (await session.call(RipgrepSearch, pattern=pattern)).text == "a:1: main() {"


@pytest.mark.parametrize("pattern", ["(a+)+$b", "(a|aa)*c", "(?:a?){200}a{200}b", "(.*)*x"])
async def test_a_pattern_that_would_keep_others_busy_for_ever_ends(engine, session, root, pattern):
    put(root, "a", "a" * 60_000 + "\n")

    assert "No line matches" in (await session.call(RipgrepSearch, pattern=pattern)).text


async def test_a_missing_path_and_one_outside_are_explained(engine, session, root):
    put(root, "src/a.py")

    with pytest.raises(ToolFailed, match=r"does not exist.*did you mean src/a.py"):
        await session.call(RipgrepSearch, pattern="x", path="srcs/a.py")
    with pytest.raises(ToolFailed, match="outside"):
        await session.call(RipgrepSearch, pattern="x", path="../x")
    with pytest.raises(ToolFailed, match="did you mean 'python'"):
        await session.call(RipgrepSearch, pattern="x", type="pyhton")


async def test_a_configuration_of_ripgrep_is_not_read(session, root, tmp_path, monkeypatch):
    planted = tmp_path / "ripgreprc"
    planted.write_text(f"--pre={sys.executable}\n--ignore-case\n")
    monkeypatch.setenv("RIPGREP_CONFIG_PATH", str(planted))
    put(root, "a", "Needle\n")

    result = await session.call(RipgrepSearch, pattern="needle")

    assert result.text == "No line matches needle."
    assert result.facts == {"engine": "ripgrep"}


def test_a_program_in_the_workspace_is_not_run(root, monkeypatch):
    planted = root / "bin" / "rg"
    put(root, "bin/rg", "#!/bin/sh\ntouch ran\n")
    planted.chmod(0o755)
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(root / "nowhere"))
    monkeypatch.setenv("PATH", f"{planted.parent}{os.pathsep}bin")
    monkeypatch.chdir(root)

    assert ripgrep_program(root) is None


def fake_ripgrep(tmp_path, monkeypatch, text: str) -> None:
    """A program that is taken for ripgrep."""
    program = tmp_path / "rg"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setattr(choice, "ripgrep_program", lambda workspace: str(program))


@pytest.mark.parametrize("text", ["exit 2", "exit 127", "kill -9 $$"])
async def test_a_ripgrep_that_does_not_work_is_replaced(session, root, tmp_path, monkeypatch, text):
    fake_ripgrep(tmp_path, monkeypatch, text)
    put(root, "a", "needle\n")

    result = await session.call(RipgrepSearch, pattern="needle")

    assert result.text == "a:1: needle"
    assert result.facts == {"engine": "re2"}


async def test_a_ripgrep_that_hangs_is_killed_at_the_deadline(session, root, tmp_path, monkeypatch):
    pid = tmp_path / "pid"
    hang = f'case "$*" in *--files-with*) echo $$ > {pid}; exec /bin/sleep 600;; esac; exit 1'
    fake_ripgrep(tmp_path, monkeypatch, hang)
    monkeypatch.setattr("loom_tools.ripgrep_search._SECONDS", 0.5)
    put(root, "a", "needle\n")

    result = await session.call(RipgrepSearch, pattern="needle")

    assert "[stopped, it took too long" in result.text
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid.read_text()), 0)


async def test_a_link_put_in_the_way_of_ripgrep_leads_to_nothing(
    session, root, tmp_path, monkeypatch
):
    (tmp_path / "secret").write_text("needle outside\n")
    put(root, "a", "needle inside\n")
    real = ripgrep_program(root)
    swap = f'case "$*" in *--files-with*) ln -sf {tmp_path}/secret a;; esac; exec {real} "$@"'
    fake_ripgrep(tmp_path, monkeypatch, swap)
    monkeypatch.setattr("loom_tools.searching.rg_process._ENVIRONMENT", {"PATH": "/usr/bin:/bin"})

    result = await session.call(RipgrepSearch, pattern="needle")

    assert (root / "a").is_symlink()
    assert "outside" not in result.text


@pytest.mark.parametrize("search", [RipgrepSearch, SearchFiles])
async def test_a_ripgrep_that_dies_loses_no_answer(session, root, tmp_path, monkeypatch, search):
    dies = f'case "$*" in *--files-with*) kill -9 $$;; esac; exec {ripgrep_program(root)} "$@"'
    fake_ripgrep(tmp_path, monkeypatch, dies)
    put(root, "a", "needle\n")

    assert "a:1: needle" in (await session.call(search, pattern="needle")).text


async def test_a_device_put_in_the_way_of_ripgrep_takes_no_memory(
    session, root, tmp_path, monkeypatch
):
    put(root, "a", "needle\n")
    swap = 'case "$*" in *--files-with*) ln -sf /dev/zero a;; esac; exec "$0.real" "$@"'
    fake_ripgrep(tmp_path, monkeypatch, swap)
    (tmp_path / "rg.real").symlink_to(str(ripgrep_program(root)))
    monkeypatch.setattr("loom_tools.searching.rg_process._ENVIRONMENT", {"PATH": "/usr/bin:/bin"})
    monkeypatch.setattr("loom_tools.searching.rg_process._MAX_MEMORY_BYTES", 256 * 1024**2)

    result = await session.call(RipgrepSearch, pattern="needle")

    assert "a:" not in result.text
    assert result.facts == {"engine": "ripgrep"}


async def test_cancelling_ends_the_search(session, root, tmp_path, monkeypatch):
    pid = tmp_path / "pid"
    hang = f'case "$*" in *--files-with*) echo $$ > {pid}; exec /bin/sleep 600;; esac; exit 1'
    fake_ripgrep(tmp_path, monkeypatch, hang)
    put(root, "a", "needle\n")
    call = asyncio.create_task(session.call(RipgrepSearch, pattern="needle"))
    while not (pid.exists() and pid.read_text()):  # noqa: ASYNC110 - a process writes it
        await asyncio.sleep(0.01)

    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call

    limit = time.monotonic() + 30
    while time.monotonic() < limit:
        try:
            os.kill(int(pid.read_text()), 0)
        except ProcessLookupError:
            return
        await asyncio.sleep(0.05)
    pytest.fail("the program outlived the cancelled call")
