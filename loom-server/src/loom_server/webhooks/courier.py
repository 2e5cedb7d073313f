"""Delivers what is in the outbox, and tries again later what did not arrive."""

import asyncio
import logging
import random
import time

from loom_core.app import Loom
from loom_core.errors import LoomError
from loom_core.events import Event
from loom_core.network.web_url import WebUrl
from loom_core.store import Delivery
from loom_core.store.outbox import TOLD
from loom_server.webhooks.address import rules_for
from loom_server.webhooks.message import body_of, id_of
from loom_server.webhooks.sending import post
from loom_server.webhooks.signing import headers_of, key_of

_log = logging.getLogger(__name__)

WAITS_SECONDS = (5.0, 30.0, 120.0, 600.0, 1_800.0, 7_200.0, 21_600.0, 43_200.0)
"""How long after each failed attempt the next one comes; the last one repeats."""
LOOK_SECONDS = 5.0
"""How often it looks for what became due, or what others wrote."""
_TAKEN_SECONDS = 60.0
"""How long nobody else takes what was taken; an attempt ends well before."""
_AT_ONCE = 8
_GONE = 410
"""The receiver wants no message ever again."""


class Courier:
    """Delivers while the server runs; what it was at when it stopped is due again."""

    def __init__(self, loom: Loom) -> None:
        """Deliver for this engine. Raises ``SettingsError`` for a secret that is none."""
        self._store = loom.store
        self._settings = loom.settings.webhooks
        self._keys = [key_of(one.get_secret_value()) for one in self._settings.secrets]
        self._is_offline = loom.environment.is_offline
        self._wake = asyncio.Event()
        self._unsubscribe = loom.store.subscribe(self._see)

    async def deliver(self) -> None:
        """Deliver until cancelled."""
        try:
            while True:
                self._wake.clear()
                try:
                    is_more = await self.look()
                except LoomError:
                    _log.warning("looking for messages failed; trying again", exc_info=True)
                    is_more = False
                except Exception:  # noqa: BLE001 - a bug in one look must not keep back every later message
                    _log.exception("looking for messages failed; trying again")
                    is_more = False
                if not is_more:
                    await self._rest()
        finally:
            self._unsubscribe()

    async def look(self) -> bool:
        """Try everything that is due; whether there may be more."""
        if self._is_offline or not self._keys:
            return False
        due = await self._store.deliveries.take_due(limit=_AT_ONCE, for_seconds=_TAKEN_SECONDS)
        await asyncio.gather(*(self._attempt(one) for one in due))
        return len(due) == _AT_ONCE

    async def _attempt(self, delivery: Delivery) -> None:
        """Send one message and note how it went."""
        status = None
        try:
            status = await self._send(delivery)
            problem = f"answered with {status}"
        except (LoomError, OSError) as error:
            problem = str(error) or type(error).__name__
        except Exception as error:  # noqa: BLE001 - what one message meets with must not hold up the others
            _log.exception("message %s", id_of(delivery))
            problem = f"unexpected {type(error).__name__}; see the log"
        if status is not None and 200 <= status < 300:  # noqa: PLR2004 - HTTP's class of successes
            await self._store.deliveries.arrived(delivery, status=status)
            return
        again_in = self._again_in(delivery, status)
        _log.warning("message %s: %s", id_of(delivery), problem)
        await self._store.deliveries.failed(
            delivery, status=status, problem=problem, again_in=again_in
        )

    async def _send(self, delivery: Delivery) -> int:
        """The status that the receiver answered with."""
        url = WebUrl.parse(delivery.url)
        rules = rules_for(url, self._settings.private_hosts)
        before = delivery.sequence - 1
        (event,) = await self._store.events(delivery.task_id, after=before, limit=1)
        body = body_of(delivery, event, await self._store.task(delivery.task_id))
        signed = headers_of(self._keys, message_id=id_of(delivery), at=int(time.time()), body=body)
        return await post(url, rules, body, signed)

    def _again_in(self, delivery: Delivery, status: int | None) -> float | None:
        """Seconds until the next attempt, a little at random; None gives up."""
        tried = delivery.attempts + 1
        if status == _GONE or tried >= self._settings.max_attempts:
            return None
        wait = WAITS_SECONDS[min(tried, len(WAITS_SECONDS)) - 1]
        return wait * random.uniform(0.8, 1.2)  # noqa: S311 - it only spreads attempts

    async def _rest(self) -> None:
        """Wait until something is to be told, or it is time to look."""
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._wake.wait()
        except TimeoutError:
            return

    def hurry(self) -> None:
        """Look at once."""
        self._wake.set()

    def _see(self, event: Event) -> None:
        """Look at once when an event that is told was written here."""
        if type(event.body) in TOLD:
            self.hurry()
