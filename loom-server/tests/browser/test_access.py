"""The dashboard for everybody: with axe, with the keyboard alone, in both themes and on a phone."""

import pytest
from parts_goal import PARTS_GOAL, THREE_PARTS
from server_site import Site

from loom_core.testing import Reply, Rule, Script

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PHONE = {"width": 390, "height": 844}
TABS = ("Plan", "Timeline", "Models", "Tools", "Changes", "Memory", "Events")
IN_BOTH_THEMES = {"Plan", "Models", "Changes"}
QUESTION = Reply.calling("ask_user", question="Which one?", options=["this", "that"])


async def violations(page):
    """What axe finds on the page that is shown, in short."""
    from axe_playwright_python.async_playwright import Axe

    found = await Axe().run(page)
    return [
        (one["id"], one["impact"], [node["html"][:120] for node in one["nodes"][:3]])
        for one in found.response["violations"]
        if one["impact"] in {"serious", "critical", "moderate"}
    ]


async def answer_all(client, task_id):
    """Say yes to whatever a task asks, until it has ended."""
    path = f"/tasks/{task_id}"
    async for event in client.live(task_id):
        if event["type"] == "ApprovalRequested":
            yes = {"approval_id": event["data"]["approval_id"], "approved": True}
            answer = await client.http.post(f"{path}/approve", json=yes)
            assert answer.status_code == 200, answer.text


async def test_axe_finds_nothing(site: Site, open_page, shoot):
    site.script = Script(rules=THREE_PARTS)
    found = {}
    async with site.serve() as client:
        page = await open_page(client.link)
        await page.get_by_role("heading", name="What should be done?").wait_for()
        found["welcome"] = await violations(page)
        task = await client.create(site.workspace, goal=PARTS_GOAL, approval_mode="manual")
        await page.goto(f"{client.url}/#/task/{task['id']}")
        await page.get_by_role("button", name="Allow once").first.wait_for()
        found["asks"] = await violations(page)
        await answer_all(client, task["id"])
        await page.locator(".state-line .badge", has_text="completed").wait_for()
        for tab in TABS:
            await page.get_by_role("tab", name=tab).click()
            panel = page.get_by_role("tabpanel", name=tab)
            for summary in (await panel.locator("summary").all())[:2]:
                await summary.click()
            found[tab] = await violations(page)
            if tab in IN_BOTH_THEMES:
                await page.emulate_media(color_scheme="dark")
                found[f"{tab}, dark"] = await violations(page)
                await shoot(page, f"{tab.lower()}-dark")
                await page.emulate_media(color_scheme="light")
        for name in ("New task", "Memory", "Machine"):
            await page.get_by_role("link", name=name).first.click()
            await page.get_by_role("heading", name=name, level=1).wait_for()
            found[name] = await violations(page)
            await shoot(page, name.lower().replace(" ", "-"))

    assert {name: one for name, one in found.items() if one} == {}


async def test_a_phone_shows_one_thing_at_a_time_and_nothing_sticks_out(
    site: Site, open_page, shoot
):
    site.script = Script(rules=THREE_PARTS)
    async with site.serve() as client:
        page = await open_page(client.link, viewport=PHONE, device_scale_factor=2)
        task = await client.create(site.workspace, goal=PARTS_GOAL, approval_mode="manual")
        await page.get_by_role("link", name=PARTS_GOAL).wait_for()
        await shoot(page, "list")
        widths = [await page.evaluate("document.documentElement.scrollWidth")]
        await page.get_by_role("link", name=PARTS_GOAL).click()
        await page.get_by_role("button", name="Allow once").first.wait_for()
        await shoot(page, "asks")
        assert await page.get_by_label("Tasks", exact=True).first.is_hidden()
        await client.http.delete(f"/tasks/{task['id']}")
        await page.locator(".state-line .badge", has_text="cancelled").wait_for()
        for tab in TABS:
            await page.get_by_role("tab", name=tab).click()
            widths.append(await page.evaluate("document.documentElement.scrollWidth"))
            await shoot(page, tab.lower())

    assert max(widths) <= PHONE["width"]


async def test_the_keyboard_alone_starts_a_task_answers_it_and_moves_between_tabs(
    site: Site, open_page
):
    site.script = Script(
        rules=(Rule(turn=0, reply=QUESTION), Rule(reply=Reply.calling("complete")))
    )
    async with site.serve() as client:
        page = await open_page(client.link)
        keys = page.keyboard
        await page.get_by_role("link", name="New task").first.focus()
        await keys.press("Enter")
        await page.get_by_role("heading", name="New task").wait_for()
        await keys.type("Create hello.txt that says hi in this folder")
        await keys.press("Tab")
        await keys.type(str(site.workspace))
        await keys.press("Shift+Tab")
        await keys.press("Control+Enter")
        await page.get_by_role("heading", name="goal asks you").wait_for()
        await page.get_by_role("button", name="that", exact=True).focus()
        await keys.press("Space")
        await page.get_by_role("heading", name="goal asks you").wait_for(state="detached")
        await page.get_by_role("tab", name="Plan").focus()
        await keys.press("ArrowLeft")
        selected = await page.evaluate("document.activeElement.textContent")
        task = (await client.get("/tasks"))["tasks"][0]
        answered = await client.type(task["id"], "QuestionAnswered")

    assert selected == "Events"
    assert answered["data"]["answer"] == "that"
