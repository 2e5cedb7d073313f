import pytest
from pydantic import ValidationError
from tiny_model import make_entry, wheel_parts

from loom_core.errors import ModelNotFound
from loom_providers_llamacpp.catalogue import WheelPart, shipped_catalogue


def test_shipped_default_is_the_coder_with_a_smaller_fallback():
    catalogue = shipped_catalogue()

    assert catalogue.default.size_bytes == 491_400_064
    assert catalogue.find(catalogue.default.fallback).size_bytes < catalogue.default.size_bytes / 4


def test_every_shipped_model_has_a_publisher_and_wheels():
    for model in shipped_catalogue().models:
        assert model.publisher_url.endswith(model.file)
        assert model.wheels


def test_empty_id_is_the_default():
    assert shipped_catalogue().find("") is shipped_catalogue().default


def test_unknown_id_suggests_the_near_one():
    with pytest.raises(ModelNotFound, match="did you mean 'smollm2-135m-instruct'"):
        shipped_catalogue().find("smollm-135m-instruct")


def test_parts_that_do_not_add_up_are_refused():
    with pytest.raises(ValidationError, match="do not add up"):
        make_entry(wheels=wheel_parts()[:1])


@pytest.mark.parametrize(
    "change",
    [
        {"publisher_url": "http://publisher.invalid/tiny.gguf"},
        {"file": "../tiny.gguf"},
        {"sha256": "abc"},
        {"licence_text": "unknown field"},
    ],
)
def test_unsafe_or_unknown_facts_are_refused(change):
    with pytest.raises(ValidationError):
        make_entry(**change)


@pytest.mark.parametrize(
    "requirement", ["tiny", "tiny>=1", "--index-url=x==1", "tiny @ file:///x==1"]
)
def test_only_a_name_with_an_exact_version_is_a_requirement(requirement):
    with pytest.raises(ValidationError):
        WheelPart(requirement=requirement, member="a", size_bytes=1)
