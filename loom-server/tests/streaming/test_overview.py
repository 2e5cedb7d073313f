"""The stream over all tasks: which ones something happened in."""

import asyncio
import json

from server_site import LIMIT_SECONDS, Site


async def test_it_names_the_tasks_that_something_happened_in(client, site):
    async with asyncio.timeout(LIMIT_SECONDS), client.http.sse("/stream") as stream:
        messages = aiter(stream)
        first = json.loads((await anext(messages)).data)
        task = await client.create(site.workspace)
        news = await anext(messages)

    assert first == {"newest": 0, "task_ids": []}
    assert json.loads(news.data)["task_ids"] == [task["id"]]
    assert (news.event, int(news.id)) == ("news", json.loads(news.data)["newest"])


async def test_a_client_that_comes_again_is_told_what_it_missed(client, site):
    task = await client.create(site.workspace)
    await client.finished(task["id"])

    headers = {"Last-Event-ID": "1"}
    async with (
        asyncio.timeout(LIMIT_SECONDS),
        client.http.sse("/stream", headers=headers) as stream,
    ):
        messages = aiter(stream)
        await anext(messages)
        news = json.loads((await anext(messages)).data)

    assert news["task_ids"] == [task["id"]]


async def test_it_ends_with_the_server(site: Site):
    async with (
        asyncio.timeout(LIMIT_SECONDS),
        site.serve() as client,
        client.http.sse("/stream") as stream,
    ):
        messages = aiter(stream)
        await anext(messages)
        site.stop()
        rest = [message async for message in messages]

    assert rest == []
