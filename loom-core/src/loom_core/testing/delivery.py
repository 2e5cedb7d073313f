"""How an answer reaches the client of the scripted server: in time, and as its fault says."""

import asyncio

from loom_core.testing.answer import Answer
from loom_core.testing.apis.wire import JsonObject, Wire
from loom_core.testing.http_connection import HttpAnswer
from loom_core.testing.script import Fault, FaultKind, Reply

_GARBAGE = b"\x00\xff\xfe{]\n\n data data\n\n{\n\n"
_BREAKS = {FaultKind.STALL, FaultKind.CUT, FaultKind.GARBAGE}


async def deliver(
    wire: Wire, body: JsonObject, reply: Reply, answer: Answer, out: HttpAnswer
) -> None:
    """Send an answer; returns when it is complete, and never when it has to fall silent."""
    fault = reply.fault
    if fault is not None and fault.kind is FaultKind.STATUS:
        _refuse(wire, fault, out)
        return
    if fault is not None and fault.kind is FaultKind.SILENT:
        await asyncio.Event().wait()
    if not wire.wants_stream(body):
        await _deliver_whole(wire, body, reply, answer, out)
        return
    out.start(wire.content_type)
    if reply.delay_seconds:
        out.flush()
        await asyncio.sleep(reply.delay_seconds)
    await _deliver_frames(wire, body, reply, answer, out)


async def _deliver_whole(
    wire: Wire, body: JsonObject, reply: Reply, answer: Answer, out: HttpAnswer
) -> None:
    """Send an answer in one piece; the faults of streams become the nearest thing."""
    if reply.delay_seconds:
        await asyncio.sleep(reply.delay_seconds)
    kind = reply.fault.kind if reply.fault else None
    if kind in {FaultKind.STALL, FaultKind.ENDLESS}:
        await asyncio.Event().wait()
    elif kind is FaultKind.CUT:
        out.drop()
    elif kind is FaultKind.GARBAGE:
        out.raw(200, _GARBAGE)
    elif kind is FaultKind.ERROR_IN_STREAM and reply.fault:
        out.whole(200, wire.error(reply.fault.body or "scripted failure", 500))
    else:
        out.whole(200, wire.whole(answer, body))


async def _deliver_frames(
    wire: Wire, body: JsonObject, reply: Reply, answer: Answer, out: HttpAnswer
) -> None:
    """Send the pieces of a stream, up to where the fault strikes."""
    fault = reply.fault
    frames = _frames(wire, body, fault, answer)
    stop = fault.after_frames if fault is not None and fault.kind in _BREAKS else len(frames)
    for frame in frames[:stop]:
        out.piece(frame)
        if reply.chunk_delay_seconds:
            await asyncio.sleep(reply.chunk_delay_seconds)
    if fault is not None and fault.kind in _BREAKS:
        await _break_off(fault, out)
        return
    while fault is not None and fault.kind is FaultKind.ENDLESS:
        out.piece(wire.text_frame(reply.text or "again ", body))
        await asyncio.sleep(reply.chunk_delay_seconds)
        await out.drain()
    out.end()


def _frames(wire: Wire, body: JsonObject, fault: Fault | None, answer: Answer) -> list[bytes]:
    """The pieces of the stream, as faults in their content leave them."""
    kind = fault.kind if fault is not None else None
    if fault is not None and kind is FaultKind.ERROR_IN_STREAM:
        return [wire.error_frame(fault.body or "scripted failure")]
    if kind is FaultKind.ENDLESS:
        return []
    frames = wire.frames(answer, body)
    if kind is FaultKind.NO_DONE:
        return frames[:-1]
    if kind is FaultKind.EMPTY_CHOICES:
        return [wire.hollow_frame(body), *frames]
    if kind is FaultKind.USAGE_ONLY:
        return [wire.usage_frame(answer, body), *frames]
    return frames


async def _break_off(fault: Fault, out: HttpAnswer) -> None:
    """Stop in the middle."""
    out.flush()
    if fault.kind is FaultKind.STALL:
        await asyncio.Event().wait()
    if fault.kind is FaultKind.GARBAGE:
        out.piece(_GARBAGE)
        out.end()
        return
    out.drop()


def _refuse(wire: Wire, fault: Fault, out: HttpAnswer) -> None:
    """Answer with an HTTP error."""
    if fault.body:
        out.raw(fault.status, fault.body.encode(), fault.headers)
    else:
        out.whole(fault.status, wire.error("scripted failure", fault.status), fault.headers)
