"""How many threads make tokens."""

import pytest
from fake_llama import Loader, text_piece

from loom_providers_llamacpp.pace import Pace
from loom_providers_llamacpp.plan import LoadPlan
from loom_providers_llamacpp.server import EmbeddedServer


def threads_after(*rates, threads=7):
    pace = Pace(threads)
    for rate in rates:
        pace.note(rate, pace.threads)
    return pace.threads


@pytest.mark.parametrize(
    ("rates", "threads"),
    [
        ((20, 19, 21), 7),
        ((20, 9), 7),
        ((20, 9, 15, 9), 7),
        ((20, 10, 9), 1),
        ((20, 10, 9, 12, 11), 1),
        ((20, 10, 9, 4, 12), 1),
        ((20, 10, 9, 4, 5), 7),
        ((20, 10, 9, 4, 5, 3, 3, 3), 7),
    ],
)
def test_one_thread_is_tried_when_decoding_halves_and_kept_unless_worse(rates, threads):
    assert threads_after(*rates) == threads


def test_a_single_thread_stays():
    assert threads_after(20, 1, 1, 1, threads=1) == 1


def test_answers_made_with_other_threads_do_not_count():
    pace = Pace(7)
    for rate in (20, 5, 5):
        pace.note(rate, 3)

    assert pace.threads == 7


@pytest.fixture
async def serve(tmp_path):
    made = []

    def start(threads):
        loader = Loader()
        plan = LoadPlan(tmp_path / "m.gguf", 1000, 2, threads, threads)
        made.append(EmbeddedServer(plan, loader))
        return made[-1], loader

    yield start
    for server in made:
        server.close()


async def answer(server):
    return [piece async for piece in server.stream({})]


async def test_a_slow_model_is_loaded_again_with_one_thread_between_requests(serve):
    server, loader = serve(4)
    for rate in (20, 9, 9):
        server._pace.note(rate, 4)

    pieces = await answer(server)

    assert [llama.plan.decode_threads for llama in loader.loaded] == [4, 1]
    assert loader.loaded[0].is_closed
    assert pieces[1] == text_piece("Hello")
    assert await server.count_tokens([]) == 100
    assert server.window == 1000


async def test_the_speed_of_whole_answers_is_noted(serve):
    server, loader = serve(4)
    noted = []
    server._pace.note = lambda rate, threads: noted.append((rate > 0, threads))
    await answer(server)
    assert noted == []  # too short to tell

    loader.loaded[0].pieces = [text_piece("x")] * 40
    await answer(server)

    assert noted == [(True, 4)]
