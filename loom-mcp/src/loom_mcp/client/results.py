"""What a tool of a server gave, as models read results: bounded, safe to show, and marked."""

import base64
import binascii
import json
from collections.abc import Sequence

from mcp_types import (
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

from loom_core.errors import ErrorCategory
from loom_core.sanitize import sanitize_text
from loom_core.settings.redaction import HIDDEN
from loom_core.types import Image, ToolResult
from loom_mcp.client.limits import MAX_IMAGE_BYTES, MAX_IMAGES, MAX_RESULT_CHARACTERS
from loom_mcp.client.marked import marked

_IMAGE_TYPES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


def as_result(full_name: str, given: CallToolResult, *, secrets: Sequence[str]) -> ToolResult:
    """The result of a call, an error too.

    Args:
        full_name: of the tool.
        given: by the server.
        secrets: what the server was given and no model is to see.
    """
    texts = [_text_of(block) for block in given.content]
    text = "\n".join(one for one in texts if one)
    if not text and given.structured_content is not None:
        text = json.dumps(given.structured_content, ensure_ascii=False)
    for secret in secrets:
        text = text.replace(secret, HIDDEN)
    text = sanitize_text(text)
    if len(text) > MAX_RESULT_CHARACTERS:
        left = len(text) - MAX_RESULT_CHARACTERS
        text = f"{text[:MAX_RESULT_CHARACTERS]}\n… and {left:,} characters more, which were cut off"
    is_error = bool(given.is_error)
    return ToolResult(
        text=marked(text or "(nothing)", full_name),
        is_error=is_error,
        category=ErrorCategory.TOOL if is_error else None,
        images=tuple(_images(given))[:MAX_IMAGES],
        facts={"tool": full_name},
    )


def _text_of(block: object) -> str:
    """The text of one block; what it is, where it is no text."""
    match block:
        case TextContent(text=text):
            return text
        case EmbeddedResource(resource=TextResourceContents(uri=uri, text=text)):
            return f"{uri}:\n{text}"
        case EmbeddedResource(resource=resource):
            return f"[{resource.uri}: no text]"
        case ResourceLink(uri=uri):
            return f"[a link to {uri}]"
        case ImageContent(mime_type=mime_type):
            return f"[a picture, {mime_type}]"
        case _:
            return "[something that is no text]"


def _images(given: CallToolResult) -> list[Image]:
    """The pictures that are such and not too large."""
    found: list[Image] = []
    for block in given.content:
        if isinstance(block, ImageContent) and block.mime_type in _IMAGE_TYPES:
            try:
                size = len(base64.b64decode(block.data, validate=True))
            except (binascii.Error, ValueError):
                continue
            if 0 < size <= MAX_IMAGE_BYTES:
                found.append(Image(media_type=block.mime_type, data=block.data))
    return found
