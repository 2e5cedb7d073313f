"""The catalogue's models as files: what is there, fetching and deleting."""

import asyncio

import pytest
from filelock import FileLock
from tiny_model import PAYLOAD, make_entry

from loom_core.contracts.model_files import FileState
from loom_core.contracts.provider import ProviderEnvironment
from loom_core.errors import ModelNotFound, ModelUnavailable, UsageError
from loom_core.settings.shape import ModelSettings
from loom_providers_llamacpp.catalogue import Catalogue
from loom_providers_llamacpp.catalogue_files import CatalogueFiles
from loom_providers_llamacpp.provider import EmbeddedProvider
from loom_providers_llamacpp.sources.download import Download
from loom_providers_llamacpp.use_lock import UseLock


@pytest.fixture
def files(environment, file_server):
    def sources(_model):
        return [Download(file_server.url, "a test")]

    return CatalogueFiles(environment, Catalogue(models=(make_entry(),)), sources)


def state(files):
    (entry,) = files.entries()
    return entry.state, entry.present_bytes


async def test_pulled_listed_and_removed(files, environment):
    assert state(files) == (FileState.ABSENT, 0)

    path = await files.pull("tiny")

    assert path.read_bytes() == PAYLOAD
    assert state(files) == (FileState.VERIFIED, len(PAYLOAD))
    assert files.remove("tiny") == len(PAYLOAD)
    assert state(files) == (FileState.ABSENT, 0)
    assert [p.suffix for p in (environment.home / "models").iterdir()] in ([], [".lock"])


async def test_removing_what_is_not_here_frees_nothing(files):
    assert files.remove("tiny") == 0


async def test_half_a_fetch_is_shown_continued_and_removed(files, environment):
    partial = environment.home / "models" / "tiny.gguf.partial"
    partial.parent.mkdir(parents=True)
    partial.write_bytes(PAYLOAD[:1000])
    assert state(files) == (FileState.PARTIAL, 1000)

    assert files.remove("tiny") == 1000

    partial.write_bytes(PAYLOAD[:1000])
    assert (await files.pull("tiny")).read_bytes() == PAYLOAD


async def test_a_file_put_there_by_hand_is_verified_by_pulling(files, environment):
    path = environment.home / "models" / "tiny.gguf"
    path.parent.mkdir(parents=True)
    path.write_bytes(PAYLOAD)
    assert state(files)[0] is FileState.UNVERIFIED

    await files.pull("tiny")

    assert state(files)[0] is FileState.VERIFIED


async def test_a_damaged_file_is_said_and_fetched_again(files, environment, said):
    path = await files.pull("tiny")
    path.write_bytes(b"GGUF damaged")
    assert state(files)[0] is FileState.UNVERIFIED

    assert (await files.pull("tiny")).read_bytes() == PAYLOAD
    assert any("damaged and was removed" in line for line in said)


async def test_a_loaded_model_is_not_removed(files):
    path = await files.pull("tiny")
    first, second = UseLock(path), UseLock(path)
    first.release()

    with pytest.raises(UsageError, match="loaded by a running Loom"):
        files.remove("tiny")

    assert path.exists()
    second.release()
    assert files.remove("tiny") == len(PAYLOAD)


async def test_a_model_that_is_being_fetched_is_not_removed(files, environment):
    await files.pull("tiny")

    with (
        FileLock(environment.home / "models" / "tiny.gguf.lock"),
        pytest.raises(UsageError, match="being fetched or checked"),
    ):
        files.remove("tiny")


async def test_offline_forbids_pulling(tmp_path):
    offline = ProviderEnvironment(home=tmp_path, is_offline=True)
    files = EmbeddedProvider(ModelSettings(provider="llamacpp"), offline).files()

    with pytest.raises(ModelUnavailable, match="--offline forbids"):
        await files.pull("smollm2-135m-instruct")


async def test_pulling_never_gives_another_model(environment, said):
    def nowhere(_model):
        return []

    small = make_entry(id="small", file="small.gguf")
    catalogue = Catalogue(models=(make_entry(fallback="small"), small))
    await asyncio.to_thread(environment.home.mkdir)

    with pytest.raises(ModelUnavailable, match="Tiny cannot be fetched"):
        await CatalogueFiles(environment, catalogue, nowhere).pull("tiny")


async def test_an_unknown_name_is_refused(files):
    with pytest.raises(ModelNotFound, match="'tni'"):
        await files.pull("tni")
    with pytest.raises(ModelNotFound):
        files.remove("../tiny")


async def test_listing_writes_nothing(tmp_path):
    home = tmp_path / "home"
    files = EmbeddedProvider(
        ModelSettings(provider="llamacpp"), ProviderEnvironment(home=home)
    ).files()

    assert files.entries()[0].name == "qwen2.5-coder-0.5b-instruct"
    assert not home.exists()
