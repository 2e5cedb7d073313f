"""Pictures of results and turns: kept once among the contents, and read where a model is to see them."""

import base64
import binascii
from collections.abc import Iterable

from loom_core.types import Image
from loom_core.workspace.blobs import BlobStore

_GONE = "[a picture that was shown here is not kept any more]"


def keep_pictures(images: Iterable[Image], blobs: BlobStore | None) -> tuple[Image, ...]:
    """The pictures as the journal has them: by the hash of their bytes, which are kept.

    One that cannot be kept, because there is no place or its text is no base64, stays as it is.
    """
    return tuple(_kept(image, blobs) for image in images)


def show_pictures(
    text: str, images: Iterable[Image], blobs: BlobStore | None
) -> tuple[str, tuple[Image, ...]]:
    """The pictures with their bytes, and the text with a word for each that is kept no longer."""
    shown = [_shown(image, blobs) for image in images]
    lost = [_GONE for image in shown if image is None]
    return "\n".join([text, *lost]), tuple(image for image in shown if image is not None)


def _kept(image: Image, blobs: BlobStore | None) -> Image:
    """One picture as the journal has it."""
    if blobs is None or not image.data:
        return image
    try:
        digest = blobs.put(base64.b64decode(image.data, validate=True))
    except (binascii.Error, OSError):
        return image
    return Image(media_type=image.media_type, sha256=digest)


def _shown(image: Image, blobs: BlobStore | None) -> Image | None:
    """One picture with its bytes; None when they are not kept any more."""
    if image.data:
        return image
    try:
        data = blobs.get(image.sha256) if blobs is not None else None
    except (KeyError, OSError):
        data = None
    if data is None:
        return None
    return Image(media_type=image.media_type, data=base64.b64encode(data).decode())
