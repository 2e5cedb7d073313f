"""Bytes of a file in the form in which every engine searches them."""

import codecs

_PROBED_BYTES = 8192
_WIDE = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
MAX_LINE_BYTES = 64 * 1024
"""Of a longer line only the beginning is searched, so that no single match takes long."""


def searchable(data: bytes) -> bytes | None:
    """UTF-8 with line feeds at the ends of lines and no mark before it; None when it is no text.

    UTF-16 is known by its mark. Bytes that are not UTF-8 stay as they are.
    """
    if data.startswith(_WIDE):
        return None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    elif b"\0" in data[:_PROBED_BYTES]:
        return None
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n")
        data = data[:-1] if data.endswith(b"\r") else data
    if len(data) > MAX_LINE_BYTES:
        data = b"\n".join(line[:MAX_LINE_BYTES] for line in data.split(b"\n"))
    return data if data.endswith(b"\n") or not data else data + b"\n"
