import hashlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loom_core.workspace import BlobStore


@given(data=st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_what_is_put_can_be_had_by_its_hash(tmp_path, data):
    blobs = BlobStore(tmp_path)

    digest = blobs.put(data)

    assert digest == hashlib.sha256(data).hexdigest()
    assert digest in blobs
    assert blobs.get(digest) == data


def test_the_same_bytes_are_kept_once(tmp_path):
    blobs = BlobStore(tmp_path / "later")

    assert blobs.put(b"x") == blobs.put(b"x")
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


@pytest.mark.parametrize("digest", ["", "0" * 64, "../../etc/passwd"])
def test_what_was_never_put_is_not_there(tmp_path, digest):
    blobs = BlobStore(tmp_path)

    assert digest not in blobs
    with pytest.raises(KeyError):
        blobs.get(digest or "0" * 64)
