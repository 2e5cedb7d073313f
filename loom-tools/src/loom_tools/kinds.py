"""What a file holds that is no text, told by its first bytes and never by its name."""

import io
import zipfile
from dataclasses import dataclass

_SCANNED_BYTES = 8192
_TAR_MARK_OFFSET = 257
_FORM_OFFSET = 8
"""Where the containers RIFF and ISO media say what they hold."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file."""

    name: str
    """With its article, as a sentence needs it."""
    media_type: str = ""
    """Set for the images that models are shown."""
    document: str = ""
    """``pdf`` or ``docx`` for what can be read as text."""


PDF = Kind("a PDF document", document="pdf")
DOCX = Kind("a Word document", document="docx")
_UNKNOWN = Kind("binary data")
_ZIP = Kind("a ZIP archive, or a format that is one inside")
_TAR = Kind("a tar archive")
_WEBP = Kind("a WebP image", "image/webp")
_MARKS = (
    (b"\x89PNG\r\n\x1a\n", Kind("a PNG image", "image/png")),
    (b"\xff\xd8\xff", Kind("a JPEG image", "image/jpeg")),
    (b"GIF87a", Kind("a GIF image", "image/gif")),
    (b"GIF89a", Kind("a GIF image", "image/gif")),
    (b"\x7fELF", Kind("a Linux program or library")),
    (b"MZ", Kind("a Windows program or library")),
    (b"\xcf\xfa\xed\xfe", Kind("a macOS program or library")),
    (b"\xca\xfe\xba\xbe", Kind("a Java class or a macOS program")),
    (b"\0asm", Kind("a WebAssembly module")),
    (b"SQLite format 3\0", Kind("an SQLite database")),
    (b"\x1f\x8b", Kind("gzip-compressed data")),
    (b"BZh", Kind("bzip2-compressed data")),
    (b"\xfd7zXZ\0", Kind("xz-compressed data")),
    (b"\x28\xb5\x2f\xfd", Kind("zstd-compressed data")),
    (b"7z\xbc\xaf\x27\x1c", Kind("a 7z archive")),
    (b"Rar!", Kind("a RAR archive")),
    (b"\xd0\xcf\x11\xe0", Kind("an old Word, Excel or PowerPoint document")),
    (b"OggS", Kind("Ogg sound or video")),
    (b"ID3", Kind("MP3 sound")),
    (b"wOF", Kind("a web font")),
    (b"\xfe\xff", Kind("broken UTF-16")),
    (b"\xff\xfe", Kind("broken UTF-16")),
)


def kind_of(data: bytes) -> Kind:
    """What bytes that are no text hold; ``binary data`` when nothing better is known."""
    if data.startswith(b"PK\x03\x04"):
        return DOCX if _is_docx(data) else _ZIP
    if data[_TAR_MARK_OFFSET:].startswith(b"ustar"):
        return _TAR
    form = data[_FORM_OFFSET : _FORM_OFFSET + 4]
    if data.startswith(b"RIFF"):
        return _WEBP if form == b"WEBP" else Kind("WAVE sound or AVI video")
    if data[4:_FORM_OFFSET] == b"ftyp":
        return Kind("an MP4 video or a related format")
    return next((kind for mark, kind in _MARKS if data.startswith(mark)), _UNKNOWN)


def shown_kind(data: bytes) -> Kind | None:
    """The kind of an image or document that can be shown; None for text and all else."""
    if data.startswith(b"%PDF-"):
        return PDF
    if b"\0" not in data[:_SCANNED_BYTES]:
        return None
    kind = kind_of(data)
    return kind if kind.media_type or kind.document else None


def _is_docx(data: bytes) -> bool:
    """Whether a ZIP archive holds a Word document."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
