"""The stream of one task: it sends events as the client takes them, and ends with the task."""

from starlette.types import Send

from loom_server.streaming.answer import StreamedAnswer, send_part
from loom_server.streaming.batch import Batch
from loom_server.streaming.frame import KEEP_ALIVE
from loom_server.streaming.hub import Hub


class EventStream(StreamedAnswer):
    """Server-sent events of one task."""

    def __init__(self, hub: Hub, task_id: str, *, after: int, newest: int, is_over: bool) -> None:
        """Stream from a sequence on.

        Args:
            hub: has the feed.
            task_id: exactly.
            after: sequence of the last event that the client has; 0 for none.
            newest: sequence of the newest event of the task.
            is_over: whether the task has ended, so that the stream does with its newest event.
        """
        super().__init__()
        self._hub = hub
        self._task_id = task_id
        self._after = min(after, newest)
        self._newest = newest
        self._is_over = is_over

    async def send_all(self, send: Send) -> None:
        """Send events, and signs of life between them."""
        await send_part(send, KEEP_ALIVE)  # tells the client at once that it is connected
        async with self._hub.watch(self._task_id, newest=self._after) as feed:
            after = self._after
            while (batch := await feed.next(after)) is not None:
                after = batch.last
                await send_part(send, batch.data)
                if self._is_end(batch):
                    return

    def _is_end(self, batch: Batch) -> bool:
        """Whether nothing comes after it."""
        return batch.last >= self._newest if self._is_over else batch.is_end
