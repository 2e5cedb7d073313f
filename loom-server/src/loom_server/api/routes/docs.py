"""The interactive description at ``/docs``: one page of our own, nothing from another host."""

from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

router = APIRouter()

_ASSETS = {"docs.html": "text/html", "docs.css": "text/css", "docs.js": "text/javascript"}


@router.get("/")
async def root() -> Response:
    """Lead to the description."""
    return RedirectResponse("/docs", status_code=307)


@router.get("/docs")
async def docs() -> Response:
    """The page."""
    return _asset("docs.html")


@router.get("/docs/docs.css")
async def style() -> Response:
    """Its style."""
    return _asset("docs.css")


@router.get("/docs/docs.js")
async def script() -> Response:
    """Its script."""
    return _asset("docs.js")


def _asset(name: str) -> Response:
    """A file of the package."""
    data = files("loom_server").joinpath("assets", name).read_bytes()
    return Response(data, media_type=_ASSETS[name])
