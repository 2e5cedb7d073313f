"""A headless Chromium of the system, and pages in it that are signed in."""

import os
import shutil
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # as in the conftest above

NAMES = ("chromium", "chromium-browser", "google-chrome")


def needed(problem: str) -> None:
    """Fail in CI, which installs what it needs, and skip elsewhere."""
    if os.environ.get("CI"):
        pytest.fail(problem)
    pytest.skip(problem)


@pytest.fixture
async def browser() -> AsyncGenerator:
    """A browser, started and stopped."""
    try:
        from playwright.async_api import async_playwright
    except ImportError:
        needed("playwright is not installed")
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        needed(f"there is none of {', '.join(NAMES)}")
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=found)
        yield chromium
        await chromium.close()


@pytest.fixture
def shoot(tmp_path, request) -> Callable[..., Awaitable]:
    """Keeps a screenshot, as output of the test."""
    place = Path(os.environ.get("LOOM_SCREENSHOTS") or tmp_path)
    place.mkdir(parents=True, exist_ok=True)

    async def keep(page, name: str) -> None:
        await page.screenshot(path=place / f"{request.node.name}-{name}.png", full_page=True)

    return keep


def errors_in(said) -> list[str]:
    """What the console tells of scripts and policies; that a server has stopped is no fault of a page."""
    is_fault = said.type == "error" and "net::ERR_" not in said.text
    return [said.text] if is_fault else []


def foreign(url: str) -> list[str]:
    """The address, if it is another host's."""
    return [] if url.startswith("http://127.0.0.1:") else [url]


OpenPage = Callable[..., Awaitable]


@pytest.fixture
async def open_page(browser, shoot) -> AsyncGenerator[OpenPage]:
    """Opens a signed-in page; the test fails when its console tells of errors."""
    problems: list[str] = []
    pages: list = []

    async def opened(link: str, **options):
        options = {"viewport": {"width": 1280, "height": 860}, **options}
        context = await browser.new_context(**options)
        page = await context.new_page()
        pages.append(page)
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.extend(errors_in(said)))
        page.on("request", lambda asked: problems.extend(foreign(asked.url)))
        await page.goto(link)
        return page

    yield opened
    for page in pages:
        await shoot(page, "end")
    assert problems == []
