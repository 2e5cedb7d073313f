"""Arguments without what a model made up."""

import pytest

from loom_core.calling.grounding import Grounding
from loom_core.types import ToolSpec


def tool(required=(), **properties):
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return ToolSpec(name="t", description="A tool.", parameters=schema)


TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
FRACTION = {"type": "number"}


def kept(request, value, schema=TEXT, *, name="unit"):
    return Grounding(request).only_said({name: value}, tool(**{name: schema})).get(name)


@pytest.mark.parametrize(
    ("request_text", "value"),
    [
        ("How warm is it in Celsius?", "celsius"),
        ("How warm is it in degrees Celsius?", "C"),
        ("The road in kilometers", "km"),
        ("compounded annually", "Annually"),
        ("on June 3rd 2024", "2024-06-03"),
        ("Find hotels in São Paulo", "São Paulo"),
    ],
)
def test_an_optional_text_that_was_said_stays(request_text, value):
    assert kept(request_text, value) == value


@pytest.mark.parametrize(
    ("request_text", "value"),
    [
        ("How warm is it?", "celsius"),
        ("Who won?", "football"),
        ("", "x"),
        ("What is it?", ""),
        ("What is it?", None),
        ("What is it?", {"a": {}}),
    ],
)
def test_an_optional_value_that_nobody_spoke_of_is_left_out(request_text, value):
    expected = value if isinstance(value, dict) else None
    assert kept(request_text, value) == expected


@pytest.mark.parametrize(
    ("request_text", "value", "stays"),
    [
        ("the last 5 days", 5, True),
        ("the last five days", 5, True),
        ("a budget of 1,500.50 dollars", 1500.5, True),
        ("2 million people", 2_000_000, True),
        ("at 5% a year", 0.05, True),
        ("at .5 a year", 0.5, True),
        ("the numbers 1,2,3", 2, True),
        ("5 degrees below zero", -5, True),
        ("the best banks", 5, False),
        ("15 banks", 5, False),
        ("zero banks", 0, True),
        ("no banks", 0, False),
    ],
)
def test_an_optional_number_stays_if_it_was_said(request_text, value, stays):
    assert kept(request_text, value, FRACTION) == (value if stays else None)


def test_a_switch_stays_if_its_name_was_spoken_of():
    request = "Include the owners in the answer"

    assert kept(request, True, {"type": "boolean"}, name="include_owner") is True
    assert kept(request, True, {"type": "boolean"}, name="verbose") is None


def test_required_values_stay_whatever_they_are():
    made_up = {"city": "Atlantis", "days": 9}
    needs = tool(("city", "days"), city=TEXT, days=WHOLE)

    assert Grounding("What is the weather?").only_said(made_up, needs) == made_up


def test_of_allowed_values_those_stay_that_were_spoken_of():
    plants = {"type": "array", "items": {"enum": ["Annual", "Herbs", "Trees"]}}
    needs = tool(("plants",), plants=plants)

    def of(request):
        given = {"plants": ["Annual", "Trees", "Annual"]}
        return Grounding(request).only_said(given, needs)["plants"]

    assert of("I want annual plants") == ["Annual"]
    assert of("I want some") == ["Annual", "Trees", "Annual"]


@pytest.mark.parametrize(
    ("request_text", "value", "schema", "written"),
    [
        ("interest of 5% a year", 5, FRACTION, 0.05),
        ("interest of 5 percent a year", 5.0, FRACTION, 0.05),
        ("interest of 5% a year", 0.05, FRACTION, 0.05),
        ("interest of 5% a year", 5, {"type": "number", "description": "in percent"}, 5),
        ("interest of 5% over 5 years", 5, FRACTION, 5),
        ("interest of 5% a year", 5, WHOLE, 5),
        ("interest of 5% a year", True, FRACTION, True),
    ],
)
def test_a_percentage_is_the_fraction_that_it_means(request_text, value, schema, written):
    given = Grounding(request_text).only_said({"rate": value}, tool(("rate",), rate=schema))

    assert given["rate"] == written
