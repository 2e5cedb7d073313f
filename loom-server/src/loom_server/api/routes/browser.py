"""How a browser gets in: a code that works once becomes a cookie that pages cannot read."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request, Response
from starlette.responses import RedirectResponse

from loom_server.api.models.forms import Sent
from loom_server.guard.middleware import COOKIE, OPEN_PATH
from loom_server.guard.refusal import Refused
from loom_server.guard.secrets import CODE_SECONDS, SESSION_SECONDS, Admission

router = APIRouter(tags=["browser"])


class BrowserCode(Sent):
    """A way in for one browser."""

    path: str
    """Open this in the browser, below the server's address."""
    seconds: int
    """How long it works, once."""


@router.post("/browser-codes", status_code=201)
async def create_browser_code(request: Request) -> BrowserCode:
    """Make a code with which one browser can sign in, once."""
    code = _admission(request).new_code()
    return BrowserCode(path=f"{OPEN_PATH}?code={code}", seconds=int(CODE_SECONDS))


@router.get(OPEN_PATH, status_code=303, response_class=RedirectResponse)
async def open_browser(
    request: Request, code: Annotated[str, Query(min_length=1, max_length=200)]
) -> Response:
    """Sign a browser in with a code, and lead it to the dashboard."""
    secret = _admission(request).exchange(code)
    if secret is None:
        return Refused(
            401,
            "unauthorized",
            "this link was used already, or is too old; loom dashboard gives a new one",
        ).response()
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(
        COOKIE,
        secret,
        max_age=int(SESSION_SECONDS),
        path="/",
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return response


@router.delete("/browser-session", status_code=204)
async def close_browser(request: Request) -> Response:
    """Sign this browser out."""
    _admission(request).end_session(request.cookies.get(COOKIE, ""))
    response = Response(status_code=204)
    response.delete_cookie(COOKIE, path="/")
    return response


def _admission(request: Request) -> Admission:
    return cast("Admission", request.app.state.admission)
