import pytest

from loom_providers_llamacpp.schema import fit_schema


@pytest.mark.parametrize("pattern", ["[a-z]+", "^[a-z]+", "^(?!x)[a-z]+$"])
def test_patterns_that_llama_cpp_ignores_are_dropped(pattern):
    assert fit_schema({"type": "string", "pattern": pattern}) == {"type": "string"}


def test_pattern_beside_a_length_is_dropped_because_the_length_would_be_lost():
    fitted = fit_schema({"type": "string", "pattern": "^[a-z]+$", "maxLength": 60})

    assert fitted == {"type": "string", "maxLength": 60}


def test_bounded_pattern_alone_stays():
    schema = {"type": "string", "pattern": "^[a-z]{1,8}$"}

    assert fit_schema(schema) == schema


def test_property_that_is_called_pattern_stays():
    schema = {
        "type": "object",
        "properties": {"pattern": {"type": "string", "pattern": "x"}},
        "required": ["pattern"],
    }

    assert fit_schema(schema)["properties"] == {"pattern": {"type": "string"}}


def test_nested_schemas_are_fitted_and_keep_their_order():
    action = {"type": "object", "properties": {"tool": {"const": "a"}, "id": {"pattern": "b"}}}
    fitted = fit_schema({"$defs": {"A": action}, "anyOf": [{"$ref": "#/$defs/A"}, action]})

    assert fitted["anyOf"][1]["properties"] == {"tool": {"const": "a"}, "id": {}}
    assert list(fitted["$defs"]["A"]["properties"]) == ["tool", "id"]


def test_constants_are_never_touched():
    schema = {"const": {"pattern": "x"}, "enum": [{"pattern": "y"}]}

    assert fit_schema(schema) == schema
