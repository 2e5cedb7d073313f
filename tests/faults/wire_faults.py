"""Faults between a right answer and the client: connections, HTTP, streams and the JSON in them."""

import asyncio
import json
from functools import partial
from typing import Any

from faulty_server import Ends, Play, ServerFault, Stage, Tape

WIRE_FAULTS: list[ServerFault] = []
QUICK = {"first_token_timeout_seconds": 0.4, "token_timeout_seconds": 0.3}


def fault(ends: Ends, *, mends: bool = False, **how: Any) -> Any:
    """Put a function into the table, under its name."""

    def put(play: Play) -> Play:
        WIRE_FAULTS.append(ServerFault(play.__name__, ends, play, mends=mends, **how))
        return play

    return put


well = partial(fault, Ends.WELL, mends=True)
badly = partial(fault, Ends.BADLY)
somehow = partial(fault, Ends.SOMEHOW)


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


# ---- streams


@well()
async def all_in_one_chunk(stage: Stage, tape: Tape) -> None:
    stage.answer(b"".join(tape.frames))


@well()
async def one_byte_in_a_chunk(stage: Stage, tape: Tape) -> None:
    stage.answer(*(bytes([byte]) for byte in b"".join(tape.frames)))


@well()
async def byte_order_mark_first(stage: Stage, tape: Tape) -> None:
    stage.answer(b"\xef\xbb\xbf", *tape.frames)


@well()
async def carriage_returns(stage: Stage, tape: Tape) -> None:
    stage.answer(*(frame.replace(b"\n", b"\r\n") for frame in tape.frames))


@well()
async def comments_between_events(stage: Stage, tape: Tape) -> None:
    comment = b": keep-alive\n\n" if tape.is_sse else b"\n\n"
    stage.answer(*(piece for frame in tape.frames for piece in (comment, frame)))


@somehow()
async def pieces_out_of_order(stage: Stage, tape: Tape) -> None:
    first, *middle, last = tape.frames
    stage.answer(first, *reversed(middle), last)


@well()
async def event_names_are_left_out(stage: Stage, tape: Tape) -> None:
    lines = [line for frame in tape.frames for line in frame.splitlines(keepends=True)]
    stage.answer(*(line for line in lines if not line.startswith(b"event:")))


@somehow()
async def end_marker_is_missing(stage: Stage, tape: Tape) -> None:
    stage.answer(*tape.frames[:-1])


@well()
async def end_marker_comes_twice(stage: Stage, tape: Tape) -> None:
    stage.answer(*tape.frames, tape.frames[-1])


@somehow()
async def garbage_after_the_end(stage: Stage, tape: Tape) -> None:
    stage.answer(*tape.frames, b"data: {oops\n\n{oops\n")


@badly(mends=True)
async def garbage_before_the_end(stage: Stage, tape: Tape) -> None:
    stage.answer(*tape.frames[:-1], b"\x00\xff\xfe{]\n\ndata: data\n\n{\n\n")


@badly(mends=True)
async def malformed_json_in_an_event(stage: Stage, tape: Tape) -> None:
    bad = b'{"choices": [{"delta": '
    stage.answer(tape.frames[0], b"data: " + bad + b"\n\n" if tape.is_sse else bad + b"\n")


@badly(mends=True)
async def a_list_where_an_object_belongs(stage: Stage, tape: Tape) -> None:
    stage.answer(tape.frames[0], b"data: [1, 2]\n\n" if tape.is_sse else b"[1, 2]\n")


@badly(mends=True)
async def json_nested_without_end(stage: Stage, tape: Tape) -> None:
    deep = b'{"a":' * 5000 + b"1" + b"}" * 5000
    stage.answer(b"data: " + deep + b"\n\n" if tape.is_sse else deep + b"\n")


@badly(mends=True)
async def bytes_that_are_no_utf8(stage: Stage, tape: Tape) -> None:
    stage.answer(*(frame.replace(b"scripted", b"scr\xff\xfeipted") for frame in tape.frames))


@badly(mends=True)
async def error_object_in_the_stream(stage: Stage, tape: Tape) -> None:
    stage.answer(tape.frames[0], _error(tape, {"message": "internal failure", "type": "api_error"}))


@badly(mends=True)
async def error_text_in_the_stream(stage: Stage, tape: Tape) -> None:
    stage.answer(tape.frames[0], _error(tape, "llama runner process has terminated"))


@badly()
async def window_overflow_in_the_stream(stage: Stage, tape: Tape) -> None:
    message = "the request exceeds the available context size"
    stage.answer(tape.frames[0], _error(tape, {"message": message, "code": 400}))


@badly(mends=True)
async def overload_in_the_stream(stage: Stage, tape: Tape) -> None:
    stage.answer(
        tape.frames[0], _error(tape, {"message": "Overloaded", "type": "overloaded_error"})
    )


# ---- what is in the events


@well()
async def events_without_any_choice(stage: Stage, tape: Tape) -> None:
    hollow = {
        "openai": b'data: {"choices": []}\n\ndata: {"choices": null}\n\ndata: {}\n\n',
        "ollama": b'{"done": false}\n{"message": null, "done": false}\n{}\n',
        "anthropic": b'event: ping\ndata: {"type": "ping"}\n\ndata: {}\n\n',
    }
    stage.answer(hollow[tape.api], *tape.frames)


@well()
async def usage_before_the_answer(stage: Stage, tape: Tape) -> None:
    counts = {
        "openai": b'data: {"choices": [], "usage": {"prompt_tokens": 900}}\n\n',
        "ollama": b'{"done": false, "prompt_eval_count": 900}\n',
        "anthropic": b'data: {"type": "message_delta", "delta": {}, "usage": {"input_tokens": 9}}\n\n',
    }
    stage.answer(counts[tape.api], *tape.frames)


_COUNTS = {"usage", "prompt_eval_count", "eval_count", "total_duration"}


@well()
async def no_token_counts(stage: Stage, tape: Tape) -> None:
    def edit(chunk: dict[str, Any]) -> dict[str, Any]:
        chunk.get("message", {}).pop("usage", None)
        return {name: value for name, value in chunk.items() if name not in _COUNTS}

    stage.answer(*tape.edited(edit))


@well()
async def token_counts_are_nonsense(stage: Stage, tape: Tape) -> None:
    nonsense = {
        "input_tokens": "many",
        "prompt_tokens": -3,
        "completion_tokens": None,
        "prompt_tokens_details": [],
        "output_tokens": 1.5,
    }

    def edit(chunk: dict[str, Any]) -> dict[str, Any]:
        if "usage" in chunk:
            chunk["usage"] = nonsense
        if "prompt_eval_count" in chunk:
            chunk["eval_count"] = "some"
        return chunk

    stage.answer(*tape.edited(edit))


_ENDS = {
    "openai": ("choices", 0, "finish_reason"),
    "ollama": ("done_reason",),
    "anthropic": ("delta", "stop_reason"),
}


def _with_end(tape: Tape, reason: object) -> list[bytes]:
    """The frames with another reason why the model stopped."""
    *way, last = _ENDS[tape.api]

    def edit(chunk: dict[str, Any]) -> dict[str, Any]:
        place: Any = chunk
        for step in way:
            place = place[step] if step == 0 and place else place and dict.get(place, step)
        if isinstance(place, dict) and place.get(last):
            place[last] = reason
        return chunk

    return tape.edited(edit)


@badly(mends=True)
async def unknown_reason_to_stop(stage: Stage, tape: Tape) -> None:
    stage.answer(*_with_end(tape, "insufficient_system_resource"))


@badly()
async def stopped_by_length_after_a_whole_call(stage: Stage, tape: Tape) -> None:
    stage.answer(*_with_end(tape, "max_tokens" if tape.api == "anthropic" else "length"))


@somehow()
async def stopped_without_a_reason(stage: Stage, tape: Tape) -> None:
    stage.answer(*_with_end(tape, None))


@well()
async def other_words_for_having_stopped(stage: Stage, tape: Tape) -> None:
    stage.answer(*_with_end(tape, "end_turn" if tape.api == "anthropic" else "stop"))


@somehow()
async def prompt_was_cut_without_a_word(stage: Stage, tape: Tape) -> None:
    """Ollama's way: HTTP 200, and a prompt that is far smaller than what was sent."""

    def edit(chunk: dict[str, Any]) -> dict[str, Any]:
        if "prompt_eval_count" in chunk:
            chunk["prompt_eval_count"] = 20
        if chunk.get("usage"):
            chunk["usage"] |= {"prompt_tokens": 20}
        return chunk

    stage.answer(*tape.edited(edit))


@well()
async def unknown_fields_everywhere(stage: Stage, tape: Tape) -> None:
    extra = {"x_new": {"a": [1]}, "logprobs": None, "system_fingerprint": ""}
    stage.answer(*tape.edited(lambda chunk: {**extra, **chunk}))


def _error(tape: Tape, error: object) -> bytes:
    """An error object as an event."""
    value = json.dumps({"type": "error", "error": error}).encode()
    return b"event: error\ndata: " + value + b"\n\n" if tape.is_sse else value + b"\n"
