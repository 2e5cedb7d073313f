"""Every error as one answer: a status, a word for programs, a sentence for people."""

import logging
import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from loom_core.errors import (
    AlreadyAnswered,
    ConflictFound,
    LoomError,
    ModelError,
    PathRefused,
    PluginError,
    SettingsError,
    StaleFence,
    StoreBusy,
    StoreError,
    SubtaskIsOver,
    TaskIsOver,
    UnknownTask,
    UsageError,
)
from loom_server.api.models.forms import ErrorBody

_log = logging.getLogger(__name__)


class NotFound(LoomError):
    """Something of a task is not there."""


class NotNow(LoomError):
    """The state of a task does not allow it; the message names the state."""


class Unavailable(LoomError):
    """The server cannot do it now, whatever the state of a task; the message says why."""


_STATUS: Mapping[type[LoomError], int] = {
    NotFound: 404,
    UnknownTask: 404,
    NotNow: 409,
    AlreadyAnswered: 409,
    SettingsError: 500,
    UsageError: 422,
    PathRefused: 422,
    TaskIsOver: 409,
    SubtaskIsOver: 409,
    StaleFence: 409,
    ConflictFound: 409,
    Unavailable: 503,
    StoreBusy: 503,
    StoreError: 503,
    ModelError: 503,
    PluginError: 500,
}
"""The first class that fits an error's own classes, from the nearest on, decides."""

_SHOWN_PROBLEMS = 5

Documented = dict[int | str, dict[str, object]]

GUARDED: Documented = {
    400: {"model": ErrorBody, "description": "The request was not complete."},
    401: {"model": ErrorBody, "description": "Without the token, or with a wrong one."},
    403: {"model": ErrorBody, "description": "Asked from a page of another origin."},
    413: {"model": ErrorBody, "description": "The body is too large or too deep."},
    414: {"model": ErrorBody, "description": "The address is too long."},
    415: {"model": ErrorBody, "description": "The body is not JSON."},
    422: {"model": ErrorBody, "description": "Something in the request is wrong; says what."},
    429: {"model": ErrorBody, "description": "Too many requests; see Retry-After."},
    431: {"model": ErrorBody, "description": "The headers are too large."},
    500: {"model": ErrorBody, "description": "Loom is broken, or its settings are."},
    503: {
        "model": ErrorBody,
        "description": "The database, a model or the server cannot be used now; see Retry-After.",
    },
}
"""What every route may answer."""
ABOUT_TASK: Documented = {404: {"model": ErrorBody, "description": "There is no such thing."}}
"""What a route about one task may answer beside that."""
ACTS_ON_TASK: Documented = {
    **ABOUT_TASK,
    409: {"model": ErrorBody, "description": "The task's state does not allow it; says which."},
}
"""What a route that changes a task may answer beside that."""


def install(app: FastAPI) -> None:
    """Answer every error of an application in the one form."""
    app.add_exception_handler(LoomError, _on_loom_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(Exception, _on_bug)


def _on_loom_error(request: Request, error: Exception) -> JSONResponse:
    """An error that Loom raised on purpose: its text is fit to be shown."""
    status = _status_of(error)
    if status >= 500:  # noqa: PLR2004 - the class of server errors
        _log.warning("%s %s: %s", request.method, request.url.path, error)
    headers = {"Retry-After": "1"} if status == 503 else None  # noqa: PLR2004 - HTTP's number
    return _answer(request, status, _word(type(error).__name__), str(error), headers)


def _status_of(error: Exception) -> int:
    """The status for an error of Loom."""
    return next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)


def _on_invalid(request: Request, error: Exception) -> JSONResponse:
    """A request that does not fit its description."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - it is registered for no other
    problems = [_problem(one) for one in error.errors()]
    shown = "; ".join(problems[:_SHOWN_PROBLEMS])
    more = len(problems) - _SHOWN_PROBLEMS
    detail = f"{shown}; and {more} more" if more > 0 else shown
    return _answer(request, 422, "invalid_request", detail)


def _problem(found: Mapping[str, Any]) -> str:
    """One thing that is wrong: where, and what. The value itself is not repeated."""
    place = ".".join(map(str, found.get("loc", ())))
    return f"{place}: {found.get('msg', 'not valid')}"


def _on_http_error(request: Request, error: Exception) -> JSONResponse:
    """An error of the framework, such as an unknown path."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for no other
    words = {404: "not_found", 405: "method_not_allowed"}
    detail = f"{request.method} {request.url.path}: {error.detail}; see /docs"
    headers = dict(error.headers or {})
    return _answer(
        request, error.status_code, words.get(error.status_code, "refused"), detail, headers
    )


def _on_bug(request: Request, error: Exception) -> JSONResponse:
    """What nobody expected: the log has the traceback, the client is told only that."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(request, 500, "internal", f"unexpected {type(error).__name__}; see the log")


def _answer(
    request: Request,
    status: int,
    error: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer."""
    task_id = request.path_params.get("task_id")
    body = ErrorBody(error=error, detail=detail, task_id=task_id)
    return JSONResponse(body.model_dump(), status_code=status, headers=dict(headers or {}))


def _word(name: str) -> str:
    """The name of a class in lower case with underscores."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
