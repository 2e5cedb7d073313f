"""The stream over all tasks."""

from typing import Annotated

from fastapi import APIRouter, Header

from loom_server.api.errors import Unavailable
from loom_server.api.routes.depends import MAX_SEQUENCE, ServiceDep
from loom_server.streaming.overview import OverviewStream

router = APIRouter(tags=["tasks"])


@router.get(
    "/stream",
    status_code=200,
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
    if service.hub.refusal:
        raise Unavailable(service.hub.refusal)
    newest = await service.store.stream.newest_sequence()
    return OverviewStream(service.hub, after=min(last_event_id or newest, newest))
