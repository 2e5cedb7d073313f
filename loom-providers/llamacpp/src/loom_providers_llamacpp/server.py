"""A loaded model that answers asyncio tasks from threads of its own."""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from loom_core.errors import ModelUnavailable, RequestRejected
from loom_core.wire import JsonObject
from loom_providers_llamacpp.llama import Llama, OnChunk, XLlama
from loom_providers_llamacpp.pace import Pace
from loom_providers_llamacpp.plan import LoadPlan

_log = logging.getLogger(__name__)
_CANCEL_SECONDS = 10.0
_TELLING_PIECES = 32
LoadLlama = Callable[[LoadPlan], Llama]
Answer = Callable[[JsonObject, OnChunk], None]
Piece = JsonObject | BaseException | None
"""A piece of an answer, the error that ended it, or its end."""


class EmbeddedServer:
    """One loaded model. Each running request occupies one of as many threads as there are slots."""

    def __init__(self, plan: LoadPlan, load: LoadLlama = XLlama) -> None:
        """Load the model; blocks. Raises ``ModelUnavailable``."""
        self.plan = plan
        self._load = load
        self._llama: Llama | None = load(plan)
        self._pace = Pace(plan.decode_threads)
        self._threads_loaded = plan.decode_threads
        self._busy = threading.Lock()
        self._running = 0
        self._overlaps = 0
        self._is_closing = threading.Event()
        self._threads = ThreadPoolExecutor(plan.slots, thread_name_prefix="loom-llamacpp")

    @property
    def window(self) -> int:
        """Tokens that each request may use, as loaded."""
        return self._loaded().window

    async def stream(self, body: JsonObject) -> AsyncGenerator[JsonObject]:
        """The pieces of an answer; the first one, empty, says that a slot took the request.

        Leaving early cancels the request and waits until its thread is free again, though no longer
        than ten seconds: a batch of the prompt that is being computed cannot be broken off.
        """
        self._loaded()
        request = _RunningRequest(self._answer, body, self._is_closing)
        work = self._threads.submit(request.run)
        try:
            while (piece := await request.pieces.get()) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            request.cancel()
            if not work.cancel():
                await self._wait_for(work)

    async def count_tokens(self, messages: list[JsonObject]) -> int | None:
        """Tokens of these messages with the model's template; None when it cannot say."""
        return await asyncio.to_thread(self._count, messages)

    def close(self) -> None:
        """Cancel what runs, wait for it and free the memory; blocks."""
        self._is_closing.set()
        self._threads.shutdown(wait=True, cancel_futures=True)
        if self._llama is not None:
            self._llama.close()
        self._llama = None

    def _answer(self, body: JsonObject, on_chunk: OnChunk) -> None:
        """Answer in this thread, and keep how fast it went when nothing else ran beside it."""
        with self._busy:  # who comes while the model is loaded again waits here
            self._follow_pace()
            llama, threads = self._loaded(), self._threads_loaded
            self._overlaps += self._running > 0
            self._running += 1
            overlaps, is_alone = self._overlaps, self._running == 1
        watch = _Stopwatch(on_chunk)
        try:
            llama.chat(body, watch.take)
        finally:
            with self._busy:
                self._running -= 1
                rate = watch.rate()
                if rate is not None and is_alone and overlaps == self._overlaps:
                    self._pace.note(rate, threads)

    def _follow_pace(self) -> None:
        """Load the model again with other threads when that is wanted and nothing runs."""
        threads = self._pace.threads
        if threads == self._threads_loaded or self._running:
            return
        _log.warning("%s is slow; trying decode threads: %d", self.plan.path.name, threads)
        self._loaded().close()  # it goes on saying its window to those who ask meanwhile
        try:
            self._llama = self._load(replace(self.plan, decode_threads=threads))
        except BaseException:
            self._llama = None
            raise
        self._threads_loaded = threads

    def _count(self, messages: list[JsonObject]) -> int | None:
        """Tokens of these messages; the model is not unloaded meanwhile."""
        with self._busy:
            return self._loaded().count_tokens(messages)

    def _loaded(self) -> Llama:
        """The model. Raises ``ModelUnavailable`` after closing."""
        if self._llama is None:
            raise ModelUnavailable(f"{self.plan.path.name} was unloaded; start again")
        return self._llama

    async def _wait_for(self, work: "Future[None]") -> None:
        """Wait for a request's thread, within bounds."""
        _, still_running = await asyncio.wait({asyncio.wrap_future(work)}, timeout=_CANCEL_SECONDS)
        if still_running:
            _log.warning("a cancelled request still occupies a slot of %s", self.plan.path.name)


class _Stopwatch:
    """Counts the pieces of one answer on their way, and the time between first and last."""

    def __init__(self, on_chunk: OnChunk) -> None:
        """Hand the pieces on."""
        self._on_chunk = on_chunk
        self._times: list[float] = []

    def take(self, chunk: JsonObject) -> bool:
        """Note a piece and hand it on."""
        if chunk.get("choices"):
            self._times.append(time.monotonic())
        return self._on_chunk(chunk)

    def rate(self) -> float | None:
        """Pieces a second, each about a token; None for an answer too short to tell."""
        if len(self._times) < _TELLING_PIECES:
            return None
        return (len(self._times) - 1) / max(self._times[-1] - self._times[0], 1e-6)


class _RunningRequest:
    """One request on its way from a thread to the event loop that asked."""

    def __init__(self, answer: Answer, body: JsonObject, is_closing: threading.Event) -> None:
        """Prepare; made on the event loop."""
        self.pieces: asyncio.Queue[Piece] = asyncio.Queue()
        self._answer = answer
        self._body = body
        self._is_closing = is_closing
        self._is_cancelled = threading.Event()
        self._loop = asyncio.get_running_loop()

    def cancel(self) -> None:
        """Ask for the end; it comes with the next token or prompt batch."""
        self._is_cancelled.set()

    def run(self) -> None:
        """Do the work in a thread; whatever goes wrong is handed over, never lost in the thread."""
        if self._should_end():
            self._hand_over(None)
            return
        self._hand_over({})
        try:
            self._answer(self._body, self._take)
        except ValueError as error:
            self._hand_over(RequestRejected(f"llama.cpp takes no such request: {error}"))
        except Exception as error:  # noqa: BLE001  # it is raised again where the answer is awaited
            self._hand_over(error)
        else:
            self._hand_over(None)

    def _take(self, chunk: JsonObject) -> bool:
        """Hand a piece over; True when the request should end."""
        return self._should_end() or not self._hand_over(chunk)

    def _should_end(self) -> bool:
        """Whether the request or the whole server was told to end."""
        return self._is_cancelled.is_set() or self._is_closing.is_set()

    def _hand_over(self, piece: Piece) -> bool:
        """Put a piece into the queue; False when nobody is there any more."""
        try:
            self._loop.call_soon_threadsafe(self.pieces.put_nowait, piece)
        except RuntimeError:  # the event loop has closed
            return False
        return True
