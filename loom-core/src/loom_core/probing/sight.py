"""Whether a model sees what is on a picture."""

import base64
import struct
import zlib

from loom_core.probing.interview import Interview
from loom_core.types import Image, Message, Role

_SIDE = 64
_QUESTION = "Which colour is this picture: red, green or blue? Answer with one word."
_COLOURS = {"red": (220, 20, 20), "blue": (20, 40, 220)}


async def probe_sight(interview: Interview) -> bool:
    """Whether the colour of each of two pictures was named."""
    for name, colour in _COLOURS.items():
        picture = Image(media_type="image/png", data=_png(colour))
        response = await interview.try_to_ask(
            Message(role=Role.USER, text=_QUESTION, images=(picture,))
        )
        if response is None or name not in response.text.lower():
            return False
    return True


def _png(colour: tuple[int, int, int]) -> str:
    """A picture of one colour in base64."""
    rows = (b"\0" + bytes(colour) * _SIDE) * _SIDE
    header = struct.pack(">IIBBBBB", _SIDE, _SIDE, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
    return base64.b64encode(data).decode()
