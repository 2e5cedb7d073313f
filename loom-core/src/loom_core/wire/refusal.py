"""The typed error behind a server's refusal: an HTTP status, or an error object in a stream."""

import email.utils
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self

from loom_core.errors import (
    BadOutput,
    ContextExceeded,
    ModelError,
    ModelLoading,
    ModelNotFound,
    ModelNotLoaded,
    ModelOverloaded,
    ModelTimeout,
    ModelUnauthorized,
    RequestRejected,
)
from loom_core.sanitize import sanitize_line
from loom_core.wire.shape import as_object, as_text, parse_object

_MAX_SHOWN = 300
_CONTEXT = re.compile(
    r"context[ _]length|context[ _]size|context[ _]window|maximum context|exceed_context"
    r"|prompt is too long|input is too long|too many tokens|exceeds the (available|model'?s) context",
    re.IGNORECASE,
)
_PARSER = re.compile(
    r"failed to parse|parse error|error parsing|invalid tool call|tool call.*(pars|invalid)"
    r"|invalid json|unexpected token|json\.exception|jsondecode|unexpected end of json",
    re.IGNORECASE,
)
_LOADING = re.compile(r"\bloading (the )?model|model is (still )?loading", re.IGNORECASE)
_BUSY = re.compile(r"overloaded|rate.?limit", re.IGNORECASE)
_NOT_LOADED = re.compile(
    r"requires more system memory|out of memory|insufficient memory|cudamalloc failed"
    r"|(failed|unable|cannot|could not) (to )?load (the )?model|error loading model",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(r"model\b.*(not found|does not exist|not loaded|unknown)", re.IGNORECASE)
_UNAUTHORIZED = {401, 402, 403}
_OVERLOADED = {429, 503, 529}
_TELLING = {401, 403, 404, 413, 429, 503}


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a server said instead of an answer."""

    status: int
    """The HTTP status; 200 for an error object inside a stream."""
    body: str
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names in lower case."""

    @classmethod
    def in_stream(cls, data: bytes) -> Self:
        """The refusal in an error object that came after HTTP 200.

        Its own code counts where it tells more than that the answer failed.
        """
        body = data.decode("utf-8", "replace")
        code = as_object((parse_object(body) or {}).get("error")).get("code")
        return cls(code if isinstance(code, int) and code in _TELLING else 200, body)


def error_for(refusal: Refusal, *, model: str, where: str, secret: str = "") -> ModelError:
    """The error to raise.

    Args:
        refusal: what the server said.
        model: the model's name on the server.
        where: the server's address, for the message.
        secret: the key; never in the message, even when the server repeats it.
    """
    said = _message_in(refusal.body)
    if secret:
        said = said.replace(secret, "[key]")
    shown = sanitize_line(said)[:_MAX_SHOWN] or "no reason given"
    status = refusal.status
    context = f"{where} answered HTTP {status}: {shown}"
    if status in _UNAUTHORIZED:
        return ModelUnauthorized(f"{context}; set api_key of the model to a key of this server")
    if status == 413 or _CONTEXT.search(said):  # noqa: PLR2004  # payload too large
        return ContextExceeded(
            f"the prompt does not fit into the window of {model!r}: {shown}; load the model with "
            "a larger context, or set context_window of the model to what is loaded"
        )
    if (loading := _about_loading(refusal, context, said)) is not None:
        return loading
    if status in _OVERLOADED or _BUSY.search(said):
        return ModelOverloaded(
            f"{context}; it is busy or still loading, try again later",
            retry_after_seconds=retry_after_seconds(refusal.headers),
        )
    if status == 404 or _NO_MODEL.search(said):  # noqa: PLR2004  # not found
        return ModelNotFound(
            f"{where} does not have {model!r}: {shown}; check model and base_url, "
            "`loom models` lists what the server offers"
        )
    return _other(refusal, context, said)


def _about_loading(refusal: Refusal, context: str, said: str) -> ModelError | None:
    """The error for a model that is not loaded, or not yet; None for any other refusal."""
    if _NOT_LOADED.search(said):
        return ModelNotLoaded(
            f"{context}; choose a smaller model or quantisation, or lower context_window of this one"
        )
    if _LOADING.search(said):
        return ModelLoading(
            f"{context}; it has to be waited for",
            retry_after_seconds=retry_after_seconds(refusal.headers),
        )
    return None


def _other(refusal: Refusal, context: str, said: str) -> ModelError:
    """The error for what the status alone tells."""
    status = refusal.status
    if status in {408, 504}:
        return ModelTimeout(f"{context}; the server gave up waiting, try again")
    if status < 400 or _PARSER.search(said):  # noqa: PLR2004  # an error in a stream, or the parser's
        return BadOutput(f"{context}; the server could not make sense of the model's output")
    if status >= 500:  # noqa: PLR2004  # the server's own failure
        return ModelOverloaded(
            f"{context}; the server failed inside, its log says why; trying again may help",
            retry_after_seconds=retry_after_seconds(refusal.headers),
        )
    return RequestRejected(f"{context}; the server takes no such request")


def retry_after_seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds that the server asks to wait, 0 or more; None when it does not say.

    Source: RFC 9110, section 10.2.3: a number of seconds or an HTTP date.
    """
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        return _seconds_until(text)
    return seconds if 0 <= seconds < float("inf") else None


def _seconds_until(date: str) -> float | None:
    """Seconds until an HTTP date; None when it is none."""
    try:
        moment = email.utils.parsedate_to_datetime(date)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())


def _message_in(body: str) -> str:
    """The sentence inside an error body; the body itself when it is no JSON."""
    value = parse_object(body)
    if value is None:
        return body.strip()
    error = value.get("error")
    inner = as_object(error)
    words = [
        as_text(inner.get("message")) or as_text(error) or as_text(value.get("message")),
        as_text(inner.get("code")) or as_text(inner.get("type")),
    ]
    return " ".join(word for word in words if word) or body.strip()
