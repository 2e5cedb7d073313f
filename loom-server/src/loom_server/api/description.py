"""The OpenAPI description, where every error is JSON, also of routes that answer in another form."""

from typing import Any, cast

from fastapi import FastAPI

_FIRST_ERROR = 400
_JSON = "application/json"


def describe(app: FastAPI) -> dict[str, Any]:
    """The description of an application, made once."""
    if app.openapi_schema is None:
        description = FastAPI.openapi(app)
        for operations in description["paths"].values():
            for operation in operations.values():
                _correct(operation["responses"])
    return cast("dict[str, Any]", app.openapi_schema)


def _correct(responses: dict[str, dict[str, Any]]) -> None:
    """FastAPI describes errors in the form of a route's success; they are JSON."""
    for status, response in responses.items():
        content = response.get("content", {})
        if int(status) >= _FIRST_ERROR and _JSON not in content and content:
            response["content"] = {_JSON: next(iter(content.values()))}
