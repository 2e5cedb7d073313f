import io
import sys
import zipfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # importlib mode: the module beside it, by name

from documents_made import PNG, docx, pdf

from loom_core.errors import ToolFailed
from loom_tools import documents
from loom_tools.document_reader import MAX_PAGES
from loom_tools.kinds import PDF, kind_of, shown_kind
from loom_tools.read_file import MAX_IMAGE_BYTES, ReadFile


async def test_a_pdf_is_text_page_by_page(session, root):
    (root / "a.pdf").write_bytes(pdf("Hello Loom", "second"))

    result = await session.call(ReadFile, path="a.pdf")

    assert result.text == (
        "1\t--- page 1 of 2 ---\n2\tHello Loom\n3\t--- page 2 of 2 ---\n4\tsecond"
    )
    assert result.facts["seen"] == {"a.pdf": session.context.workspace.sha256("a.pdf")}


async def test_a_range_of_a_document_is_like_one_of_a_text(session, root):
    (root / "a.pdf").write_bytes(pdf("one", "two"))

    result = await session.call(ReadFile, path="a.pdf", line_start=2, line_end=2)

    assert result.text == "2\tone\n[lines 2 to 2 of 4; go on with line_start=3]"


async def test_a_word_document_is_text_with_headings_and_tables(session, root):
    (root / "plan.docx").write_bytes(docx())

    result = await session.call(ReadFile, path="plan.docx")

    assert result.text == (
        "1\t# Plan\n2\tWe weave.\n3\t| cell 0 | cell 1 |\n4\t| cell 2 | cell 3 |"
    )


async def test_the_name_of_a_file_does_not_decide_what_it_is(session, root):
    (root / "notes.pdf").write_text("just text\n")
    (root / "paper.txt").write_bytes(pdf("paper"))

    assert (await session.call(ReadFile, path="notes.pdf")).text == "1\tjust text"
    assert "paper" in (await session.call(ReadFile, path="paper.txt")).text


@pytest.mark.slow
async def test_a_long_pdf_says_how_many_pages_are_missing(session, root):
    (root / "a.pdf").write_bytes(pdf(*["x"] * (MAX_PAGES + 1)))

    result = await session.call(ReadFile, path="a.pdf")

    assert result.text.endswith(f"[only the first {MAX_PAGES} of {MAX_PAGES + 1} pages]")


@pytest.mark.parametrize(
    "data",
    [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\0" * 100, pdf("x")[:150], b"%PDF-\xff\xfe<<>>" * 20],
    ids=["nothing", "zeros", "cut off", "nonsense"],
)
async def test_a_broken_document_is_refused_in_one_line(session, root, data):
    (root / "a.pdf").write_bytes(data)

    with pytest.raises(
        ToolFailed, match=r"^a.pdf is a PDF document that cannot be read: .+"
    ) as error:
        await session.call(ReadFile, path="a.pdf")

    assert "\n" not in str(error.value)


async def test_an_archive_made_to_burst_is_not_unpacked(session, root):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 101 * 1024 * 1024)
    (root / "bomb.docx").write_bytes(packed.getvalue())

    with pytest.raises(ToolFailed, match="unpacks to 105,906,176 bytes"):
        await session.call(ReadFile, path="bomb.docx")


@pytest.mark.slow
async def test_a_document_that_takes_for_ever_is_given_up_and_nothing_runs_on(monkeypatch):
    drawing = b"BT /F1 12 Tf " + b"1 0 0 1 0 0 Tm (x) Tj " * 2_000_000 + b"ET"

    with pytest.raises(ToolFailed, match=r"took more than 0\.5 s"):
        await documents.document_text(
            pdf("x", content=drawing), PDF, "slow.pdf", time_limit_seconds=0.5
        )


async def test_what_was_read_in_time_is_shown(monkeypatch):
    monkeypatch.setattr(documents, "_lines", lambda _: [{"text": "page one"}])

    found = await documents.document_text(pdf("x"), PDF, "a.pdf")

    assert found.text == "page one"
    assert found.notes[0].startswith("the rest is missing: reading it took more than")


async def test_an_image_comes_as_an_image(session, root):
    (root / "dot.png").write_bytes(PNG)

    result = await session.call(ReadFile, path="dot.png")

    assert result.text == f"dot.png is a PNG image of {len(PNG)} bytes."
    assert [image.media_type for image in result.images] == ["image/png"]
    assert result.images[0].data.startswith("iVBORw0KGgo")


async def test_a_huge_image_is_refused(session, root):
    (root / "dot.png").write_bytes(PNG + b"\0" * MAX_IMAGE_BYTES)

    with pytest.raises(ToolFailed, match=r"a PNG image of [\d]+ bytes, more than the limit"):
        await session.call(ReadFile, path="dot.png")


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (b"\xff\xd8\xff\xe0\0\0", "a JPEG image", "image/jpeg"),
        (b"GIF89a\0\0", "a GIF image", "image/gif"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "a WebP image", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "WAVE sound or AVI video", ""),
        (b"\0\0\0\x18ftypmp42", "an MP4 video or a related format", ""),
        (b"\x7fELF\0", "a Linux program or library", ""),
        (b"SQLite format 3\0", "an SQLite database", ""),
        (b"x" * 257 + b"ustar\0", "a tar archive", ""),
        (b"PK\x03\x04\0", "a ZIP archive, or a format that is one inside", ""),
        (b"\x01\0", "binary data", ""),
    ],
)
async def test_what_is_no_text_is_named(session, root, data, name, media_type):
    (root / "f").write_bytes(data)

    assert kind_of(data).name == name
    if media_type:
        assert (await session.call(ReadFile, path="f")).images[0].media_type == media_type
    else:
        with pytest.raises(ToolFailed, match=f"f is not text but {name} "):
            await session.call(ReadFile, path="f")


def test_a_text_that_begins_like_an_image_is_a_text():
    assert shown_kind(b"GIF89a is a format\n") is None
