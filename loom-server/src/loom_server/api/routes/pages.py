"""The pages: the dashboard at ``/`` and the interactive description at ``/docs``; all of it is ours."""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter
from starlette.responses import Response

from loom_server.api.errors import NotFound

router = APIRouter()

_KINDS = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@router.get("/")
async def dashboard() -> Response:
    """The dashboard."""
    return _asset("dashboard.html")


@router.get("/docs")
async def docs() -> Response:
    """The interactive description."""
    return _asset("docs.html")


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """What a page is made of. Raises ``NotFound``."""
    return _asset(name)


def _asset(name: str) -> Response:
    """A file of the package. Raises ``NotFound``."""
    known = _assets()
    if name not in known:
        raise NotFound(f"no page has a part {name!r}")
    return Response(known[name], media_type=_KINDS[name.rpartition(".")[2]])


@cache
def _assets() -> dict[str, bytes]:
    """Every file of the pages by its name."""
    place = files("loom_server").joinpath("assets")
    return {one.name: one.read_bytes() for one in place.iterdir() if one.is_file()}
