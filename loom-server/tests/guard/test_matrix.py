"""Whatever a page of another site sends: nothing is let in without the token, on any route."""

import asyncio
import re
from functools import partial
from itertools import product

import pytest
from server_site import Site

from loom_server.api.routes import pages
from loom_server.app import create_app, guarded
from loom_server.guard.middleware import OPEN_PATH
from loom_server.guard.origins import LOOPBACK_NAMES, Origins
from loom_server.guard.secrets import Admission

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


class Reached:
    """An application that counts what reaches it, before the routes do."""

    def __init__(self, app):
        self.app = app
        self.requests = []

    async def __call__(self, scope, receive, send):
        self.requests.append((scope["method"], scope["path"]))
        await self.app(scope, receive, send)


async def nothing():
    return {"type": "http.request", "body": b"{}", "more_body": False}


async def answered(app, method, path, headers):
    """The status that an application gives, called as a server calls it."""
    sent = []

    async def send(message):
        sent.append(message)

    scope = {"type": "http", "method": method, "path": path, "headers": headers}
    scope |= {
        "raw_path": path.encode(),
        "query_string": b"code=wrong",
        "path_params": {},
        "root_path": "",
    }
    await app(scope, nothing, send)
    return sent[0]["status"]


def raw(**values):
    """Headers as a server gives them."""
    return [(name.encode(), value.encode()) for name, value in values.items() if value is not None]


def routes_of(description):
    """Every method and path of the description, those of pages, and one that there is not."""
    described = [
        (method.upper(), path) for path, item in description["paths"].items() for method in item
    ]
    shown = [("GET", route.path) for route in pages.router.routes]
    found = [*described, *shown, ("GET", "/openapi.json"), ("GET", "/nothing")]
    return [(method, re.sub(r"{\w+}", "x", path)) for method, path in found]


@pytest.fixture
def parts():
    """The real application, its routes, and what its guard is made of."""
    admission = Admission("the token")
    app = create_app(lambda: pytest.fail("a request opened the service"), admission=admission)
    reached = Reached(app)
    guard = partial(guarded, reached, admission=admission, origins=Origins.of(LOOPBACK_NAMES, 9000))
    return reached, routes_of(app.openapi()), guard


def own_names(port):
    return {f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", f"LOCALHOST:{port}"}


def every_request():
    """The headers of the whole matrix: every wrong token where one is looked at, else one in turn."""
    matrix = list(product(hosts(9000), origins(9000), TYPES))
    assert len(matrix) == 20 * 8 * 6
    for number, (host, origin, kind) in enumerate(matrix):
        turn = number % len(WRONG_TOKENS)
        for token in WRONG_TOKENS if host in own_names(9000) else WRONG_TOKENS[turn : turn + 1]:
            yield raw(host=host, origin=origin, authorization=token, **{"content-type": kind})


async def test_nothing_is_let_in_without_the_token_on_any_route(parts):
    """Each request stands before a guard of its own, since one would soon refuse all by pace.

    The path that takes a code instead of a token is asked with a wrong one, and may be reached by that.
    """
    reached, routes, guard = parts
    assert len(routes) >= 30
    statuses = {
        await answered(guard(), method, path, headers)
        for headers in every_request()
        for method, path in routes
    }

    assert statuses == {401, 403}
    assert {path for _, path in reached.requests} <= {OPEN_PATH}


async def test_a_foreign_page_is_refused_although_it_has_the_token(site: Site):
    async with site.serve() as client:
        port = int(client.url.rpartition(":")[2])
        right = f"Bearer {site.token}"
        allowed = own_names(port)
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
        own = [("Host", f"127.0.0.1:{port}"), ("Content-Type", "application/json")]
        seen = {
            (method, path): await ask(port, method, path, own)
            for method, path in routes_of(await client.get("/openapi.json"))
            if path != OPEN_PATH
        }

    assert set(seen.values()) <= {401, 429}, seen
