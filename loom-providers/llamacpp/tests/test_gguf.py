import pytest

from loom_core.errors import ModelUnavailable
from loom_providers_llamacpp.gguf import is_path, resolve_path


@pytest.mark.parametrize("reference", ["model.gguf", "./m", "/a/b", "~/m.GGUF", "C:\\m"])
def test_paths_are_told_from_ids(reference):
    assert is_path(reference)


@pytest.mark.parametrize("reference", ["", "qwen2.5-coder-0.5b-instruct"])
def test_ids_are_no_paths(reference):
    assert not is_path(reference)


def test_missing_file_names_path_and_setting(tmp_path):
    with pytest.raises(ModelUnavailable, match=r"nope\.gguf cannot be read.*'model'"):
        resolve_path(str(tmp_path / "nope.gguf"))


def test_directory_is_refused(tmp_path):
    with pytest.raises(ModelUnavailable, match="cannot be read"):
        resolve_path(str(tmp_path))


def test_file_of_another_kind_is_refused(tmp_path):
    other = tmp_path / "notes.gguf"
    other.write_text("hello")

    with pytest.raises(ModelUnavailable, match="not a GGUF file"):
        resolve_path(str(other))


def test_gguf_file_is_taken_as_it_is(tmp_path):
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF...")

    assert resolve_path(str(mine)) == mine
