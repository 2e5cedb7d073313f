"""The dashboard in a real browser, over a real server: a task from its goal to its undo."""

import re

import pytest
from parts_goal import PARTS_GOAL, THREE_PARTS
from server_site import Site

from loom_core.testing import Reply, Rule, Script

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def approvals(page):
    return page.get_by_role("region", name="write_file waits for your yes")


async def create(page, site, goal=PARTS_GOAL, mode="manual"):
    await page.get_by_role("link", name="New task").first.click()
    await page.get_by_label("Goal").fill(goal)
    await page.get_by_label("Folder").fill(str(site.workspace))
    await page.get_by_label("Approval").select_option(mode)
    await page.get_by_role("button", name="Start").click()
    await page.get_by_role("heading", name=goal).wait_for()


async def state_is(page, words):
    await page.locator(".state-line .badge", has_text=words).wait_for()


async def allow(page):
    card = approvals(page).first
    name = await card.get_attribute("aria-labelledby")
    await card.get_by_role("button", name="Allow once").click()
    await page.locator(f"#{name}").wait_for(state="detached")


async def test_a_task_from_its_goal_to_its_undo(site: Site, open_page, shoot):
    site.script = Script(rules=THREE_PARTS)
    async with site.serve() as client:
        page = await open_page(client.link)
        await create(page, site)

        graph = page.get_by_role("group", name="Plan")
        await graph.get_by_role("button", name=re.compile("^whole:")).wait_for()
        await approvals(page).first.wait_for()
        await page.get_by_text("1 task needs you", exact=True).wait_for()
        await shoot(page, "asks")
        await page.get_by_label("Steer this task").fill("be brief")
        await page.get_by_role("button", name="Steer").click()
        for _ in range(3):
            await approvals(page).first.wait_for()
            await allow(page)
        await state_is(page, "completed")

        await graph.get_by_role("button", name=re.compile("^whole:.*critical path")).click()
        await page.get_by_text("What was checked").wait_for()
        await shoot(page, "plan")
        for tab, words in {
            "Timeline": "critical path: ",
            "Models": "tokens read",
            "Tools": "left.txt",
            "Events": "the API said: be brief",
        }.items():
            await page.get_by_role("tab", name=tab).click()
            await page.get_by_role("tabpanel", name=tab).get_by_text(words).first.wait_for()
            await shoot(page, tab.lower())

        await page.get_by_role("tab", name="Changes").click()
        await page.get_by_role("tabpanel", name="Changes").get_by_text("left.txt").click()
        await page.get_by_label("Diff of left.txt").get_by_text("+left").wait_for()
        await shoot(page, "diff")
        await page.get_by_role("button", name="Undo left.txt").click()
        await shoot(page, "undo")
        await page.get_by_role("dialog").get_by_role("button", name="Undo", exact=True).click()
        await page.get_by_role("button", name="Undo left.txt").wait_for(state="detached")
        assert not (site.workspace / "left.txt").exists()
        await page.get_by_role("button", name="Redo the newest undo…").click()
        await page.get_by_role("dialog").get_by_role("button", name="Redo", exact=True).click()
        await page.get_by_role("button", name="Undo left.txt").wait_for()

    assert (site.workspace / "left.txt").read_text() == "left\n"


async def test_a_task_is_paused_resumed_denied_and_cancelled(site: Site, open_page):
    site.script = Script(rules=(Rule(turn=0, reply=Reply(delay_seconds=3600)),))
    async with site.serve() as client:
        page = await open_page(client.link)
        await create(page, site, mode="auto")
        await state_is(page, "planning")
        await page.get_by_role("button", name="Cancel…").click()
        await page.get_by_role("button", name="Keep it as it is").click()
        await state_is(page, "planning")
        await page.get_by_role("button", name="Cancel…").click()
        await page.get_by_role("button", name="Cancel the task").click()
        await state_is(page, "cancelled")
        assert await page.get_by_role("button", name="Pause").count() == 0
        ended = (await client.get("/tasks"))["tasks"]

    assert [one["state"] for one in ended] == ["cancelled"]
