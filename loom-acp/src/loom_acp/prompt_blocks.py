"""What the user sent from the editor: words, files that it mentions, and pictures."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from acp.helpers import ContentBlock
from acp.schema import (
    EmbeddedResourceContentBlock,
    ImageContentBlock,
    ResourceContentBlock,
    TextContentBlock,
    TextResourceContents,
)

from loom_core.cowork import Attached
from loom_core.errors import LoomError, UsageError
from loom_core.sanitize import sanitize_line
from loom_core.types import Image
from loom_core.workspace import Workspace

_IMAGES = {"image/png", "image/jpeg", "image/gif", "image/webp"}
_MAX_EMBEDDED_CHARACTERS = 200_000


@dataclass(frozen=True, slots=True)
class Said:
    """What the user said."""

    text: str
    attached: Attached


def said_in(blocks: Sequence[ContentBlock], workspace: Workspace) -> Said:
    """The blocks of a prompt as the engine takes them. Raises ``UsageError`` for what it cannot."""
    words, beside, images = list[str](), list[str](), list[Image]()
    for block in blocks:
        match block:
            case TextContentBlock():
                words.append(block.text)
            case ResourceContentBlock():
                words.append(_link(block, workspace))
            case EmbeddedResourceContentBlock():
                name, content = _embedded(block, workspace)
                words.append(name)
                beside.append(content)
            case ImageContentBlock():
                images.append(_image(block))
            case _:
                raise UsageError("sound cannot be sent to the model; send words, files or pictures")
    return Said("".join(words).strip(), Attached("\n\n".join(beside), tuple(images)))


def _link(block: ResourceContentBlock, workspace: Workspace) -> str:
    """A mention of a file of the workspace, whose content then goes along; else its address."""
    path = _path(block.uri, workspace)
    if path is None:
        return f" {sanitize_line(block.name)} ({sanitize_line(block.uri)}) "
    return f' @"{path}" '


def _embedded(block: EmbeddedResourceContentBlock, workspace: Workspace) -> tuple[str, str]:
    """The name of what the editor sends along, and its text. Raises ``UsageError`` for other data."""
    resource = block.resource
    name = _path(resource.uri, workspace) or sanitize_line(resource.uri)
    if not isinstance(resource, TextResourceContents):
        raise UsageError(f"{name} is no text; only text and pictures can be sent along")
    if len(resource.text) > _MAX_EMBEDDED_CHARACTERS:
        raise UsageError(
            f"{name} has {len(resource.text):,} characters; at most {_MAX_EMBEDDED_CHARACTERS:,} can "
            "be sent along, mention the file instead"
        )
    return f" {name} ", f"Content of {name} as the editor has it:\n{resource.text}"


def _image(block: ImageContentBlock) -> Image:
    """A picture. Raises ``UsageError`` for one that models do not take."""
    if block.mime_type not in _IMAGES:
        kind = sanitize_line(block.mime_type)
        raise UsageError(f"pictures of the type {kind} cannot be sent; send PNG, JPEG, GIF or WebP")
    try:
        base64.b64decode(block.data, validate=True)
    except ValueError:
        raise UsageError("a picture is not in base64; send it again") from None
    return Image(media_type=block.mime_type, data=block.data)


def _path(uri: str, workspace: Workspace) -> str | None:
    """The path in the workspace that a URI means; None for one that means none."""
    try:
        parts = urlsplit(uri)
        if parts.scheme != "file" or parts.netloc not in {"", "localhost"}:
            return None
        name = workspace.relative(unquote(parts.path))
        is_there = workspace.exists(name)
    except (LoomError, OSError, ValueError):
        return None
    return name if is_there and not set(name) & {'"', "\n"} else None
