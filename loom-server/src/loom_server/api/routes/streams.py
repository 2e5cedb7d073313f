"""The stream over all tasks."""

from typing import Annotated

from fastapi import APIRouter, Header

from loom_server.api.errors import Documented, NotNow
from loom_server.api.models.forms import ErrorBody
from loom_server.api.routes.depends import MAX_SEQUENCE, ServiceDep
from loom_server.streaming.overview import OverviewStream

router = APIRouter(tags=["tasks"])

_STREAM: Documented = {
    409: {"model": ErrorBody, "description": "Too many clients watch already."},
}


@router.get(
    "/stream",
    status_code=200,
    responses=_STREAM,
    response_class=OverviewStream,
    response_description="Messages named news; the stream ends with the server.",
)
async def stream_news(
    service: ServiceDep,
    last_event_id: Annotated[int, Header(ge=0, le=MAX_SEQUENCE)] = 0,
) -> OverviewStream:
    """Watch all tasks: server-sent events that tell which ones something happened in.

    The first message says from where on it tells; ask for what you show after it, and miss nothing.
    """
    if service.hub.is_full:
        raise NotNow("too many clients watch already; close one")
    newest = await service.store.stream.newest_sequence()
    return OverviewStream(service.hub, after=min(last_event_id or newest, newest))
