"""A person in front of ``loom tui``, over the real engine and a scripted server."""

import asyncio
from contextlib import asynccontextmanager

from scenario import LIMIT_SECONDS

from loom_core.cli.cowork.wish import Wish
from loom_core.cli.session import Session
from loom_core.settings import load_settings
from loom_tui.app import LoomApp
from loom_tui.opening import Opening


class Seat:
    """A person in front of the screen."""

    def __init__(self, app, pilot):
        self.app = app
        self.pilot = pilot

    def text(self):
        strips = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in strip) for strip in strips)

    async def sees(self, holds, what):
        """Wait until something holds."""
        try:
            async with asyncio.timeout(LIMIT_SECONDS):
                while not holds():
                    await self.pilot.pause(0.02)
        except TimeoutError:
            raise AssertionError(f"{what} was not seen, but:\n{self.text()}") from None

    async def reads(self, text):
        await self.sees(lambda: text in self.text(), text)

    async def asked(self, screen):
        """Wait for a dialogue that takes keys."""
        await self.sees(
            lambda: isinstance(self.app.screen, screen) and self.app.screen.focused is not None,
            screen.__name__,
        )

    async def rests(self):
        await self.sees(lambda: not self.app.room.is_busy, "the end of the turn")

    async def types(self, text):
        """Say something by keys alone."""
        await self.pilot.press(*("space" if one == " " else one for one in text), "enter")

    async def says(self, text):
        self.app.scene.prompt.text = text
        await self.pilot.press("enter")


class Here(Session):
    """A call of ``loom`` at a place, without the environment of this process."""

    def __init__(self, place):
        super().__init__()
        self.environ = place.environment
        self.home = place.home
        self.loaded = load_settings(cwd=place.here, home=place.home, environ=place.environment)


@asynccontextmanager
async def seat(place, size=(110, 40)):
    """In front of a screen whose session is there."""
    app = LoomApp(lambda: Opening(Here(place), Wish(workspace=place.workspace)))
    async with app.run_test(size=size) as pilot:
        person = Seat(app, pilot)
        await person.sees(lambda: app.room is not None, "a session")
        yield person
        await app.end()
