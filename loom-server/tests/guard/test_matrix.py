"""Whatever a page of another site sends: nothing is let in without the token, on any route."""

import asyncio
from itertools import product

from server_site import Site

WRONG_TOKENS = [None, "Bearer wrong", "Basic bG9vbTpsb29t"]


def hosts(port):
    return [
        *(f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", "127.0.0.1", "localhost", ""),
        *("evil.example", f"evil.example:{port}", f"127.0.0.1.evil.example:{port}", "127.0.0.1:1"),
        *(f"localhost.evil.example:{port}", f"0.0.0.0:{port}", f"127.0.0.2:{port}", "[::1]"),
        *(f"127.1:{port}", f"2130706433:{port}", f"LOCALHOST:{port}", f"localhost.:{port}"),
        *(f"127.0.0.1:{port}@evil.example", "metadata.google.internal"),
    ]


def origins(port):
    return [
        *(None, "null", f"http://127.0.0.1:{port}", "http://evil.example", "http://localhost:1"),
        *(f"https://localhost:{port}", f"http://localhost:{port}.evil.example", "file://"),
    ]


TYPES = [
    *(None, "application/json", "text/plain", "application/x-www-form-urlencoded"),
    *("multipart/form-data; boundary=x", "application/json; charset=utf-16"),
]


async def ask(port, method, path, headers):
    """The status of one request, written by hand so that any header can be sent."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b"{}"
    lines = [f"{method} {path} HTTP/1.1", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers if value is not None]
    writer.write("\r\n".join([*lines, "", ""]).encode() + body)
    answer = await reader.readline()
    writer.close()
    await writer.wait_closed()
    return int(answer.split()[1])


async def routes(client):
    """Every method and path of the description, and those that are not in it."""
    description = await client.get("/openapi.json")
    named = [
        (method.upper(), path.replace("{task_id}", "t").replace("{subtask_id}", "s"))
        for path, item in description["paths"].items()
        for method in item
    ]
    assert len(named) >= 20
    others = ["/docs", "/assets/docs.js", "/openapi.json", "/", "/nothing"]
    return [*((m, p.replace("{path}", "f")) for m, p in named), *(("GET", p) for p in others)]


async def test_nothing_is_let_in_without_the_token(site: Site):
    async with site.serve() as client:
        port = int(client.url.rpartition(":")[2])
        every = await routes(client)
        matrix = list(product(hosts(port), origins(port), TYPES))
        assert len(matrix) == 20 * 8 * 6
        accepted = []
        for number, (host, origin, kind) in enumerate(matrix):
            method, path = every[number % len(every)]
            headers = [("Host", host), ("Origin", origin), ("Content-Type", kind)]
            headers.append(("Authorization", WRONG_TOKENS[number % len(WRONG_TOKENS)]))
            status = await ask(port, method, path, headers)
            if status not in {400, 401, 403, 415, 429}:
                accepted.append((status, method, path, headers))
        tasks = await client.get("/tasks")

    assert accepted == []
    assert tasks["total"] == 0


async def test_a_foreign_page_is_refused_although_it_has_the_token(site: Site):
    async with site.serve() as client:
        port = int(client.url.rpartition(":")[2])
        right = f"Bearer {site.token}"
        allowed = {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"}
        good_origins = {None, f"http://127.0.0.1:{port}"}
        wrong = []
        for host, origin in product(hosts(port), origins(port)):
            headers = [("Host", host), ("Origin", origin), ("Authorization", right)]
            headers.append(("Content-Type", "application/json"))
            status = await ask(port, "GET", "/tasks", headers)
            if (status == 200) is not (host in allowed and origin in good_origins):
                wrong.append((status, host, origin))

    assert wrong == []


async def test_every_route_wants_the_token(site: Site):
    async with site.serve() as client:
        port = int(client.url.rpartition(":")[2])
        seen = {
            (method, path): await ask(
                port,
                method,
                path,
                [("Host", f"127.0.0.1:{port}"), ("Content-Type", "application/json")],
            )
            for method, path in await routes(client)
            if path != "/open"
        }

    assert set(seen.values()) <= {401, 429}, seen
