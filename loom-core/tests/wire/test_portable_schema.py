import pytest

from loom_core.errors import RequestRejected
from loom_core.wire import portable_schema


def test_references_are_put_in_place():
    schema = {
        "type": "object",
        "properties": {"edit": {"$ref": "#/$defs/Edit", "description": "one"}},
        "$defs": {"Edit": {"type": "object", "properties": {"old": {"type": "string"}}}},
    }

    assert portable_schema(schema) == {
        "type": "object",
        "properties": {
            "edit": {
                "type": "object",
                "properties": {"old": {"type": "string"}},
                "description": "one",
            }
        },
    }


def test_keywords_that_break_servers_are_dropped():
    schema = {
        "type": "object",
        "title": "T",
        "properties": {
            "a": {"type": "string", "pattern": "^x", "format": "date", "maxLength": 100_000},
            "b": {"type": "string", "maxLength": 200, "default": "x"},
        },
    }

    assert portable_schema(schema)["properties"] == {
        "a": {"type": "string"},
        "b": {"type": "string", "maxLength": 200},
    }


def test_properties_named_like_keywords_stay():
    names = ["title", "format", "pattern", "default", "examples", "$ref"]
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in names}}

    assert list(portable_schema(schema)["properties"]) == names


def test_values_that_look_like_schemas_stay():
    schema = {"enum": [{"title": "x"}], "const": {"format": "y"}, "required": ["title"]}

    assert portable_schema(schema) == schema


def test_alternatives_are_cleaned_too():
    schema = {"anyOf": [{"type": "string", "title": "A"}, {"type": "null"}]}

    assert portable_schema(schema) == {"anyOf": [{"type": "string"}, {"type": "null"}]}


def test_a_schema_that_refers_to_itself_is_refused():
    node = {"type": "object", "properties": {"next": {"$ref": "#/$defs/Node"}}}

    with pytest.raises(RequestRejected, match="refers to itself"):
        portable_schema({"$ref": "#/$defs/Node", "$defs": {"Node": node}})


@pytest.mark.parametrize("reference", ["#/$defs/Other", "http://elsewhere/x.json", ""])
def test_a_reference_to_nothing_is_refused(reference):
    with pytest.raises(RequestRejected, match="not in it"):
        portable_schema({"$ref": reference})


def test_the_schema_itself_is_not_changed():
    schema = {"type": "object", "title": "T", "properties": {"a": {"title": "A"}}}
    portable_schema(schema)

    assert schema == {"type": "object", "title": "T", "properties": {"a": {"title": "A"}}}
