"""What a model writes is text in the dashboard, whatever it looks like."""

import pytest
from parts_goal import planned
from server_site import Site, done, turns, write

from loom_core.sanitize import sanitize_text
from loom_core.testing import Reply, Script

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

SCRIPT = "<script>window.owned = 1</script><img src=x onerror='window.owned = 2'>"
ESCAPES = "\x1b[2J\x1b]52;c;b3duZWQ=\x07\x9b31m\u202egnp.exe\U000e0041"
HOSTILE = f"{SCRIPT}{ESCAPES}</span></pre>javascript:window.owned=3"
GOAL = f"Build the three parts. Then join them. {SCRIPT}"
OURS = 1
"""Script elements of the page."""


def hostile_plan():
    step = {
        "id": "left",
        "description": f"Write part left into left.txt {HOSTILE}",
        "depends_on": [],
    }
    other = {
        "id": "right",
        "description": "Write part right into right.txt",
        "depends_on": ["left"],
    }
    return planned(step, other)


async def test_scripts_and_escapes_of_a_model_change_nothing(site: Site, open_page, shoot):
    bad = write("left.txt", f"{HOSTILE}\n").model_copy(
        update={"text": HOSTILE, "reasoning": HOSTILE}
    )
    site.script = Script(
        rules=(
            hostile_plan(),
            *turns(bad, done(HOSTILE), first_user="part left"),
            *turns(write("right.txt", "r\n"), done(HOSTILE), first_user="part right"),
        ),
        default=Reply(text=HOSTILE),
    )
    async with site.serve() as client:
        page = await open_page(client.link)
        task = await client.create(site.workspace, goal=GOAL)
        await client.finished(task["id"])
        await page.goto(f"{client.url}/#/task/{task['id']}")
        for tab in ("Plan", "Timeline", "Models", "Tools", "Changes", "Memory", "Events"):
            await page.get_by_role("tab", name=tab).click()
            panel = page.get_by_role("tabpanel", name=tab)
            await panel.wait_for()
            for summary in await panel.locator("summary").all():
                await summary.click()
            await shoot(page, tab.lower())
        await page.get_by_role("tabpanel", name="Events").get_by_text("␛[2J").first.wait_for()
        shown = await page.evaluate("document.body.textContent")
        foreign = await page.evaluate(
            "document.querySelectorAll('script, img:not([src^=\"/assets/\"]), iframe').length"
        )
        owned = await page.evaluate("window.owned")

    assert (owned, foreign) == (None, OURS)
    assert "<script>window.owned = 1</script>" in shown
    assert sanitize_text(shown) == shown
    assert "<U+202E>gnp.exe<U+E0041>" in shown


RANGES = [(0, 0x3200), (0xD800, 0xE000), (0xFE00, 0x10000), (0x1BCA0, 0x1BCA4), (0x1D170, 0x1D180)]
RANGES += [(0xE0000, 0xE1010)]
JOINED = "a\u200db \u200dक्\u200dष 👩\u200d💻 a\u200d é\u200c\u200dx a\r\nb\rc"


async def test_the_page_shows_text_as_the_terminal_does(site: Site, open_page):
    every = "".join(f"x{chr(code)}y" for first, after in RANGES for code in range(first, after))
    async with site.serve() as client:
        page = await open_page(client.link)
        shown = await page.evaluate(
            """async ([ranges, joined]) => {
                const { visible } = await import("/assets/text.js");
                let text = "";
                for (const [first, after] of ranges)
                  for (let code = first; code < after; code++) text += `x${String.fromCodePoint(code)}y`;
                return visible(text + joined);
            }""",
            [RANGES, JOINED],
        )

    assert shown == sanitize_text(every + JOINED)
