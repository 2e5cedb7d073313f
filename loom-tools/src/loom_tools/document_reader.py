"""The program that takes the text out of one document, run as a process of its own.

Parsers of document formats are large and their input is anybody's: here a hostile document can use
up no more than the limits that this program sets for itself, and whoever started it kills it after a
time. It reads the document from standard input and writes JSON objects, one a line, as it goes on::

    {"text": "…"}    a page, or some paragraphs
    {"error": "…"}   the document cannot be read
    {"note": "…"}    something is left out
    {"end": true}    the last line, unless the program was stopped

It imports nothing of Loom but its limits, so that it starts fast.
"""

import io
import json
import sys
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from loom_tools.reader_limits import limit_this_process

MAX_PAGES = 200
MAX_BLOCKS = 20_000
"""Paragraphs and tables of a Word document."""
_MAX_CHARACTERS = 2_000_000
_MAX_UNPACKED_BYTES = 100 * 1024 * 1024
_MAX_CPU_SECONDS = 8
_BLOCKS_A_LINE = 200
_HEADING = "Heading "


class Unreadable(Exception):
    """The document cannot be read; the text says why."""


def pdf_texts(file: BinaryIO) -> Iterator[dict[str, str]]:
    """The text of each page of a PDF."""
    from pypdf import PdfReader  # only one of the two parsers is needed

    reader = PdfReader(file)
    if reader.is_encrypted and not reader.decrypt(""):
        raise Unreadable("it is encrypted with a password")
    count = len(reader.pages)
    for number, page in enumerate(islice(reader.pages, MAX_PAGES), start=1):
        text = page.extract_text().strip() or "(no text on this page; it may be a picture)"
        yield {"text": f"--- page {number} of {count} ---\n{text}"}
    if count > MAX_PAGES:
        yield {"note": f"only the first {MAX_PAGES} of {count} pages"}


def docx_texts(file: BinaryIO) -> Iterator[dict[str, str]]:
    """The paragraphs, headings and tables of a Word document, some at a time."""
    from docx import Document  # only one of the two parsers is needed

    _check_unpacked_size(file)
    blocks = Document(file).iter_inner_content()
    texts = (_block_text(block) for block in islice(blocks, MAX_BLOCKS))
    while some := list(islice(texts, _BLOCKS_A_LINE)):
        yield {"text": "\n".join(some)}
    if next(blocks, None) is not None:
        yield {"note": f"only the first {MAX_BLOCKS} paragraphs and tables"}


def _check_unpacked_size(file: BinaryIO) -> None:
    """Refuse an archive that is made to burst."""
    with zipfile.ZipFile(file) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
    if unpacked > _MAX_UNPACKED_BYTES:
        raise Unreadable(f"it unpacks to {unpacked:,} bytes, more than {_MAX_UNPACKED_BYTES:,}")
    file.seek(0)


def _block_text(block: object) -> str:
    """A paragraph as a line, a heading with its marks, or a table as rows of cells."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    if isinstance(block, Table):
        rows = ([cell.text.replace("\n", " ") for cell in row.cells] for row in block.rows)
        return "\n".join(f"| {' | '.join(cells)} |" for cells in rows)
    if not isinstance(block, Paragraph):
        return ""
    style = block.style.name if block.style is not None else None
    level = style.removeprefix(_HEADING) if style and style.startswith(_HEADING) else ""
    return f"{'#' * int(level)} {block.text}" if level.isdigit() else block.text


_TEXTS = {"pdf": pdf_texts, "docx": docx_texts}


def main() -> None:
    """Read the document whose kind is the first argument."""
    limit_this_process(cpu_seconds=_MAX_CPU_SECONDS)
    left = _MAX_CHARACTERS
    try:
        for item in _TEXTS[sys.argv[1]](io.BytesIO(sys.stdin.buffer.read())):
            _say(item)
            left -= len(item.get("text", ""))
            if left < 0:
                _say({"note": f"only the first {_MAX_CHARACTERS:,} characters"})
                break
    except Exception as error:  # noqa: BLE001 - whatever a broken document makes a parser raise
        _say({"error": str(error) or type(error).__name__})
    _say({"end": True})


def _say(item: dict[str, str] | dict[str, bool]) -> None:
    """Write one line, at once."""
    sys.stdout.write(json.dumps(item) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
