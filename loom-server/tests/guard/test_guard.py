"""The guard's other rules: tokens, bodies, browsers, pace."""

import asyncio
import stat

import pytest
from server_site import GOAL, Site

from loom_server.guard.body import MAX_BODY_BYTES, depth_of
from loom_server.guard.origins import Headers, Origins
from loom_server.guard.pace import Bucket
from loom_server.guard.secrets import CODE_SECONDS, Admission, provide_token, read_token, token_path


def test_the_token_is_private_long_and_kept(tmp_path):
    token = provide_token(tmp_path)

    mode = stat.S_IMODE(token_path(tmp_path).stat().st_mode)
    assert (mode, len(token)) == (0o600, 64)
    assert provide_token(tmp_path) == token
    assert [path.name for path in token_path(tmp_path).parent.iterdir()] == ["token"]


def test_a_token_that_others_can_read_is_replaced(tmp_path):
    token = provide_token(tmp_path)
    token_path(tmp_path).chmod(0o644)

    assert read_token(tmp_path) == ""
    assert provide_token(tmp_path) != token


def test_a_link_in_place_of_the_token_is_replaced_and_not_followed(tmp_path):
    target = tmp_path / "elsewhere"
    token_path(tmp_path).parent.mkdir()
    token_path(tmp_path).symlink_to(target)

    provide_token(tmp_path)

    assert not target.exists()
    assert not token_path(tmp_path).is_symlink()


def test_a_code_works_once_and_not_for_ever():
    now = [0.0]
    admission = Admission("t", clock=lambda: now[0])
    first, second = admission.new_code(), admission.new_code()

    secret = admission.exchange(first)
    now[0] = CODE_SECONDS + 1

    assert admission.knows_session(secret)
    assert admission.exchange(first) is None
    assert admission.exchange(second) is None
    assert not admission.knows_session(first)


def test_a_bucket_fills_again():
    now = [0.0]
    bucket = Bucket(burst=2, per_second=0.5, clock=lambda: now[0])

    taken = [bucket.take() for _ in range(3)]
    wait = bucket.wait_seconds
    now[0] = 2.0

    assert taken == [True, True, False]
    assert wait == 2
    assert bucket.take()


@pytest.mark.parametrize(
    ("text", "depth"),
    [(b"[" * 50 + b"]" * 50, 50), (b'{"a":"' + b"[" * 50 + b'"}', 1), (b'"\\"' + b"[" * 50, 0)],
)
def test_depth_is_counted_outside_of_text(text, depth):
    assert depth_of(text) == depth


async def test_a_browser_exchanges_its_link_once(site: Site):
    async with site.serve() as client:
        client.http.headers.pop("Authorization")
        first = await client.http.get(client.link)
        cookie = first.headers["set-cookie"]
        signed_in = await client.http.get("/tasks")
        again = await client.http.get(client.link)
        no_origin = await client.http.post("/tasks", json={"goal": GOAL})
        own = {"Origin": client.url, "Sec-Fetch-Site": "same-origin"}
        posted = await client.http.post("/browser-codes", json={}, headers=own)
        other_port = {"Sec-Fetch-Site": "same-site"}
        neighbour = await client.http.get("/tasks", headers=other_port)
        out = await client.http.delete("/browser-session", headers=own)
        after = await client.http.get("/tasks")

    assert (first.status_code, first.headers["location"]) == (303, "/")
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert signed_in.status_code == 200
    assert (again.status_code, no_origin.status_code) == (401, 403)
    assert (posted.status_code, neighbour.status_code) == (201, 403)
    assert (out.status_code, after.status_code) == (204, 401)


async def test_a_wrong_code_opens_nothing(client):
    client.http.headers.pop("Authorization")

    for code in ("", "x", "%00", "a" * 300):
        answer = await client.http.get(f"/open?code={code}")
        assert answer.status_code in {401, 422}, code
        assert "set-cookie" not in answer.headers


async def test_what_a_browser_sends_from_another_site_is_refused(client):
    for site in ("cross-site", "same-site", "unknown"):
        answer = await client.http.get("/tasks", headers={"Sec-Fetch-Site": site})
        assert (answer.status_code, answer.json()["error"]) == (403, "foreign_request"), site


async def test_no_page_of_another_origin_may_read_an_answer(client):
    answer = await client.http.options("/tasks", headers={"Origin": client.url})

    assert not any(name.startswith("access-control") for name in answer.headers)


BODIES = (
    (b'{"goal": "' + b"a" * MAX_BODY_BYTES + b'"}', 413),
    (b'{"goal":' + b"[" * 100_000 + b"]" * 100_000 + b"}", 413),
    (b'{"goal":' + b"[" * 30 + b"]" * 30 + b"}", 422),
    (b"\xff\xfe", 422),
    (b"", 422),
    (b"null", 422),
)


async def test_bodies_are_bounded(client):
    for body, status in BODIES:
        answer = await client.http.post(
            "/tasks", content=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == status, answer.text
        assert set(answer.json()) == {"error", "detail", "task_id"}


async def test_a_body_without_a_length_is_bounded_too(client):
    async def pieces():
        for _ in range(40):
            yield b" " * 65_536

    answer = await client.http.post(
        "/tasks", content=pieces(), headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == 413


async def test_guessing_tokens_is_slowed_down_but_not_the_owner(client):
    right = client.http.headers.pop("Authorization")

    answers = await asyncio.gather(*(client.http.get("/tasks") for _ in range(40)))
    mine = await client.http.get("/tasks", headers={"Authorization": right})

    codes = [answer.status_code for answer in answers]
    assert codes.count(429) >= 15
    assert "retry-after" in next(a.headers for a in answers if a.status_code == 429)
    assert mine.status_code == 200


async def test_a_coded_body_is_refused(client):
    answer = await client.http.post(
        "/tasks",
        content=b"{}",
        headers={"Content-Type": "application/json", "Content-Encoding": "gzip"},
    )

    assert answer.status_code == 415


def test_two_hosts_are_refused():
    origins = Origins.of(["localhost"], 9000)

    one = Headers([(b"host", b"localhost:9000")])
    two = Headers([(b"host", b"localhost:9000"), (b"host", b"localhost:9000")])

    assert origins.problem(one) == ""
    assert "Host" in origins.problem(two)
