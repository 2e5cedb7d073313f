"""Faults of streams and of what is in their events."""

import json
from typing import Any

from broken_answer import Stage, Tape
from server_fault import Ends, ServerFault, into

STREAM_FAULTS: list[ServerFault] = []

well = into(STREAM_FAULTS, Ends.WELL, mends=True)
badly = into(STREAM_FAULTS, Ends.BADLY)
somehow = into(STREAM_FAULTS, Ends.SOMEHOW)


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
