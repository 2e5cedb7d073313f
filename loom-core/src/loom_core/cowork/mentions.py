"""Files that the user mentions with ``@path``: their content goes along with what was typed."""

import base64
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from loom_core.errors import LoomError
from loom_core.types import Image
from loom_core.workspace import Workspace, holds_secrets

_MENTION = re.compile(r"(?:(?<=\s)|^)@(?:\"([^\"\n]+)\"|([^\s@\"]+))")
_TRAILING = ".,;:!?)]}'"
_MOST_FILES = 20
_MAX_BYTES = 64 * 1024
_MAX_IMAGE_BYTES = 8 * 1024 * 1024
_MAX_ENTRIES = 200
_MEDIA_TYPES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Attached:
    """What goes along with a text although the text does not mention it."""

    text: str = ""
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What goes to the model for a line of the user."""

    sent: str
    seen: dict[str, str]
    """Path to SHA-256 of each file whose whole content is shown."""
    images: tuple[Image, ...] = ()
    problems: tuple[str, ...] = ()
    """Mentions that led to nothing, each with the reason; they are told to the user."""

    def joined(self, attached: Attached) -> "Mentioned":
        """The same with what is attached."""
        sent = f"{self.sent}\n\n{attached.text}" if attached.text else self.sent
        return replace(self, sent=sent, images=(*self.images, *attached.images))


def mentioned_paths(text: str) -> list[str]:
    """The paths after ``@`` in a text, each once; ``user@host`` is none."""
    paths = [quoted or plain.rstrip(_TRAILING) for quoted, plain in _MENTION.findall(text)]
    return list(dict.fromkeys(path for path in paths if path))[:_MOST_FILES]


def with_mentions(text: str, workspace: Workspace) -> Mentioned:
    """The text with the content of the files that it mentions; blocking, for a thread."""
    parts, seen, images, problems = [text], dict[str, str](), list[Image](), list[str]()
    for path in mentioned_paths(text):
        try:
            name = workspace.relative(path)
            if (picture := _picture(workspace, name)) is not None:
                images.append(picture)
                parts.append(f"[the picture {name} is shown]")
            elif workspace.is_file(name):
                content, digest = _content(workspace, name)
                parts.append(f"Content of {name}:\n{content}")
                if digest:
                    seen[name] = digest
            else:
                parts.append(f"Files in {name}:\n{_listing(workspace, name)}")
        except (LoomError, OSError) as error:
            problems.append(f"@{path}: {error}")
    return Mentioned("\n\n".join(parts), seen, tuple(images), tuple(problems))


def completions(prefix: str, paths: Sequence[str], *, limit: int = 20) -> list[str]:
    """Paths that a mention may mean: those that begin with it, then those that hold it."""
    wanted = prefix.lower()
    starts = [path for path in paths if path.lower().startswith(wanted)]
    holds = [path for path in paths if wanted in path.lower() and path not in starts]
    return [*starts, *holds][:limit]


def _picture(workspace: Workspace, name: str) -> Image | None:
    """The picture at a path; None when its name is not that of one."""
    suffix = name[name.rfind(".") :].lower() if "." in name else ""
    media_type = _MEDIA_TYPES.get(suffix)
    if media_type is None:
        return None
    raw = workspace.read(name, max_bytes=_MAX_IMAGE_BYTES)
    return Image(media_type=media_type, data=base64.b64encode(raw).decode())


def _content(workspace: Workspace, name: str) -> tuple[str, str]:
    """The text of a file with the hash of all of it, or a word on why it is not shown, and no hash."""
    if holds_secrets(name):
        return "[not shown: files of that name usually hold secrets]", ""
    raw = workspace.read(name, max_bytes=_MAX_BYTES)
    if b"\0" in raw:
        return f"[not shown: {len(raw):,} bytes that are no text]", ""
    return raw.decode("utf-8", "replace"), hashlib.sha256(raw).hexdigest()


def _listing(workspace: Workspace, name: str) -> str:
    """What is in a directory. Raises ``PathRefused`` or ``OSError`` when there is none."""
    entries = workspace.listing(name, depth=2, limit=_MAX_ENTRIES)
    return "\n".join(f"{one.path}/" if one.is_directory else one.path for one in entries)
