"""Arguments of a tool call, validated against the tool's model and mended where that is safe."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, JsonValue, ValidationError

from loom_core.dialects.names import match_name, suggest
from loom_core.surrogates import replace_surrogates_in

Arguments = TypeVar("Arguments", bound=BaseModel)
_MAX_PROBLEMS = 5


class ArgumentsRejected(Exception):
    """The arguments do not fit the tool; the text tells the model what to change."""


def validate_arguments(model: type[Arguments], given: Mapping[str, JsonValue]) -> Arguments:
    """The validated arguments.

    Misspelt names are matched, a JSON text where a list or object is wanted is parsed, and
    numbers or booleans in quotes are read as such. Raises ``ArgumentsRejected``.
    """
    named = _with_known_names(model, given)
    try:
        return model.model_validate(named)
    except ValidationError as first:
        mended = _with_json_texts_parsed(named, first)
        if mended == named:
            raise ArgumentsRejected(_explain(model, first)) from None
    try:
        return model.model_validate(mended)
    except ValidationError as second:
        raise ArgumentsRejected(_explain(model, second)) from None


def _with_known_names(model: type[BaseModel], given: Mapping[str, JsonValue]) -> dict[str, Any]:
    """The arguments under the names of the model; exact names win over misspelt ones."""
    fields = set(model.model_fields)
    named: dict[str, Any] = {name: value for name, value in given.items() if name in fields}
    for name, value in given.items():
        known = name if name in fields else match_name(name, fields - set(named))
        named.setdefault(known or name, value)
    return named


def _with_json_texts_parsed(named: dict[str, Any], error: ValidationError) -> dict[str, Any]:
    """The same arguments with texts parsed as JSON where validation wanted something else."""
    mended = dict(named)
    for problem in error.errors(include_url=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        value = named.get(name)
        if isinstance(value, str):
            try:
                mended[name] = replace_surrogates_in(json.loads(value))
            except (ValueError, RecursionError):
                continue
    return mended


def _explain(model: type[BaseModel], error: ValidationError) -> str:
    """One sentence a problem, for the model."""
    sentences: list[str] = []
    for problem in error.errors(include_url=False)[:_MAX_PROBLEMS]:
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            hint = suggest(name, model.model_fields) or f" Known: {', '.join(model.model_fields)}."
            sentences.append(f"unknown argument {name!r}.{hint}")
        elif problem["type"] == "missing":
            sentences.append(f"argument {name!r} is missing.")
        else:
            said = problem["msg"].removeprefix("Value error, ")
            sentences.append(f"argument {name!r}: {said}.")
    return " ".join(sentences)
