"""Faults of connections and of HTTP."""

import asyncio
from typing import Any

from broken_answer import Stage, Tape
from server_fault import Ends, ServerFault, into

CONNECTION_FAULTS: list[ServerFault] = []
QUICK = {
    "load_timeout_seconds": 0.4,
    "first_token_timeout_seconds": 0.4,
    "token_timeout_seconds": 0.3,
}
well = into(CONNECTION_FAULTS, Ends.WELL, mends=True)
badly = into(CONNECTION_FAULTS, Ends.BADLY)
somehow = into(CONNECTION_FAULTS, Ends.SOMEHOW)


# ---- connections


@badly()
async def connection_closed_before_the_head(stage: Stage, tape: Tape) -> None:
    stage.cut()


@badly(mends=True)
async def connection_closed_after_the_head(stage: Stage, tape: Tape) -> None:
    stage.head()
    stage.cut()


@badly(mends=True)
async def connection_closed_after_the_first_piece(stage: Stage, tape: Tape) -> None:
    stage.head()
    stage.pieces(tape.frames[0])
    stage.cut()


@badly(mends=True)
async def connection_closed_inside_a_piece(stage: Stage, tape: Tape) -> None:
    everything = b"".join(tape.frames)
    stage.head()
    stage.pieces(everything[: len(everything) // 2])
    stage.cut()


@badly(mends=True)
async def stream_ended_inside_a_call(stage: Stage, tape: Tape) -> None:
    everything = b"".join(tape.frames)
    stage.answer(everything[: len(everything) // 2])


@badly(model=QUICK)
async def nothing_at_all_comes(stage: Stage, tape: Tape) -> None:
    await stage.fall_silent()


@badly(model=QUICK)
async def half_open_after_the_head(stage: Stage, tape: Tape) -> None:
    stage.head()
    await stage.fall_silent()


@badly(model=QUICK)
async def silence_after_the_first_piece(stage: Stage, tape: Tape) -> None:
    stage.head()
    stage.pieces(tape.frames[0])
    await stage.fall_silent()


@badly(model=QUICK)
async def silence_inside_a_line(stage: Stage, tape: Tape) -> None:
    everything = b"".join(tape.frames)
    stage.head()
    stage.pieces(everything[: len(everything) // 2])
    await stage.fall_silent()


@somehow(model=QUICK)
async def silence_before_the_last_piece(stage: Stage, tape: Tape) -> None:
    stage.head()
    stage.pieces(*tape.frames[:-1])
    await stage.fall_silent()


@well()
async def end_of_the_body_never_comes(stage: Stage, tape: Tape) -> None:
    stage.head()
    stage.pieces(*tape.frames)
    await stage.fall_silent()


@badly(model=QUICK)
async def keep_alives_and_nothing_else(stage: Stage, tape: Tape) -> None:
    stage.head()
    await stage.pour(b": ping\n\n" if tape.is_sse else b"\n")


@badly(settings="subtask_timeout_seconds = 1.5")
async def answer_without_end(stage: Stage, tape: Tape) -> None:
    def text(chunk: dict[str, Any]) -> dict[str, Any]:
        return endless[tape.api]

    endless = {
        "openai": {"choices": [{"index": 0, "delta": {"content": "and 1 more, "}}]},
        "ollama": {"message": {"role": "assistant", "content": "and 1 more, "}, "done": False},
        "anthropic": {
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "and 1 more, "},
        },
    }
    (piece,) = Tape(tape.api, frames=[b"data: {}\n\n" if tape.is_sse else b"{}\n"]).edited(text)
    stage.head()
    await stage.pour(piece)


@badly(mends=True)
async def line_without_end(stage: Stage, tape: Tape) -> None:
    """The test lowers the bound, so that not 16 MB have to be sent."""
    stage.head()
    stage.pieces(b'data: {"x": "' if tape.is_sse else b'{"x": "')
    for _ in range(40):
        stage.pieces(b"x" * 4096)
        await asyncio.sleep(0)
    stage.end()


# ---- HTTP


@badly()
async def status_line_is_garbage(stage: Stage, tape: Tape) -> None:
    stage.raw(b"BANANA 1.1 two hundred\r\n\r\n")
    stage.cut()


@badly(model=QUICK)
async def chunk_size_is_garbage(stage: Stage, tape: Tape) -> None:
    """aiohttp waits for ever then, so that only the limit on silence ends it."""
    stage.head()
    stage.raw(b"zz\r\nxx\r\n0\r\n\r\n")
    stage.cut()


@badly(mends=True)
async def body_shorter_than_its_length(stage: Stage, tape: Tape) -> None:
    stage.head(is_chunked=False, Content_Length="99999")
    stage.raw(tape.frames[0])
    stage.cut()


@well()
async def body_without_a_length(stage: Stage, tape: Tape) -> None:
    stage.head(is_chunked=False, Connection="close")
    stage.raw(b"".join(tape.frames))
    stage.cut()


@somehow()
async def gzip_though_not_asked_for(stage: Stage, tape: Tape) -> None:
    stage.gzipped(b"".join(tape.frames))


@badly(mends=True)
async def gzip_that_is_none(stage: Stage, tape: Tape) -> None:
    stage.head(Content_Encoding="gzip")
    stage.pieces(b"this is no gzip at all")
    stage.end()


@well()
async def content_type_is_wrong(stage: Stage, tape: Tape) -> None:
    tape.content_type = "text/plain; charset=latin-1"
    stage.answer(*tape.frames)


@badly(mends=True)
async def page_for_people_under_200(stage: Stage, tape: Tape) -> None:
    tape.content_type = "text/html"
    stage.answer(b"<!doctype html>\n<title>Sign in</title>\n{not json}\n\n")


@badly(mends=True)
async def empty_stream(stage: Stage, tape: Tape) -> None:
    stage.answer()


@badly(mends=True)
async def empty_json_body(stage: Stage, tape: Tape) -> None:
    stage.refuse(200)


@badly(mends=True)
async def json_null_as_the_body(stage: Stage, tape: Tape) -> None:
    stage.refuse(200, "null")


@badly(mends=True)
async def no_content(stage: Stage, tape: Tape) -> None:
    stage.raw(b"HTTP/1.1 204 No Content\r\n\r\n")


@badly()
async def redirect_elsewhere(stage: Stage, tape: Tape) -> None:
    stage.refuse(307, Location="http://127.0.0.1:9/elsewhere")
