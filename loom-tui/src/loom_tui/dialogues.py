"""Dialogues over the screen, one at a time."""

import asyncio
from typing import Any, TypeVar

from textual.app import App
from textual.screen import ModalScreen

Answered = TypeVar("Answered")


class Dialogues:
    """Opens dialogues over an application."""

    def __init__(self, app: App[Any]) -> None:
        """Over this application."""
        self._app = app
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, screen: ModalScreen[Answered]) -> Answered | None:
        """What a dialogue gives; it goes away with whoever asked."""
        async with self._one_at_a_time:
            answer: asyncio.Future[Answered | None] = asyncio.get_running_loop().create_future()

            def take(given: Answered | None) -> None:
                if not answer.done():
                    answer.set_result(given)

            await self._app.push_screen(screen, take)
            try:
                return await answer
            finally:
                if answer.cancelled() and self._app.is_running:
                    screen.dismiss()
