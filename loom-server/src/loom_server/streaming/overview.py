"""The stream over all tasks: it tells which ones something happened in, not what."""

import logging
import time

from pydantic_core import to_json
from starlette.types import Send

from loom_core.errors import StoreError
from loom_core.store import News
from loom_server.streaming.answer import KEEP_ALIVE_SECONDS, StreamedAnswer, send_part
from loom_server.streaming.frame import KEEP_ALIVE
from loom_server.streaming.hub import Hub

_log = logging.getLogger(__name__)

LOOK_SECONDS = 0.4
"""How often it looks, and so how often it tells something at most."""


class OverviewStream(StreamedAnswer):
    """Server-sent events that name the tasks with news; a client then asks for those it shows."""

    def __init__(self, hub: Hub, *, after: int) -> None:
        """Tell what happens after a sequence of the whole stream."""
        super().__init__()
        self._hub = hub
        self._after = after

    async def send_all(self, send: Send) -> None:
        """Say where it begins, then send news until the server stops."""
        with self._hub.counted():
            await send_part(send, _frame(News(self._after, ())))
            said_at = time.monotonic()
            while not await self._hub.closes_within(LOOK_SECONDS):
                news = await self._news()
                if news.task_ids:
                    self._after = news.newest
                    await send_part(send, _frame(news))
                elif time.monotonic() - said_at > KEEP_ALIVE_SECONDS:
                    await send_part(send, KEEP_ALIVE)
                else:
                    continue
                said_at = time.monotonic()

    async def _news(self) -> News:
        """What there is; nothing while the database fails."""
        try:
            return await self._hub.store.stream.news(self._after)
        except StoreError:
            _log.warning("the journal cannot be read now", exc_info=True)
            return News(self._after, ())


def _frame(news: News) -> bytes:
    """The news as one message: its id is where a client that comes again goes on."""
    data = to_json({"newest": news.newest, "task_ids": news.task_ids})
    return b"id: %d\nevent: news\ndata: %b\n\n" % (news.newest, data)
