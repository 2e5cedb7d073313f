"""What a provider that speaks HTTP needs whatever its API: address, limits, errors, JSON shapes.

Only the standard library: the HTTP client is the provider's choice.
"""

from loom_core.wire.address import ServerAddress
from loom_core.wire.answer_stream import AnswerStream
from loom_core.wire.credentials import KEYRING_SERVICE, Service, key_for
from loom_core.wire.event_stream import EventStream
from loom_core.wire.least_tokens import least_tokens
from loom_core.wire.limits import Patience
from loom_core.wire.pace import Pace
from loom_core.wire.portable_schema import portable_schema
from loom_core.wire.probe import is_listening
from loom_core.wire.refusal import Refusal, error_for
from loom_core.wire.request_size import CHARACTERS_PER_TOKEN, request_characters
from loom_core.wire.shape import JsonObject, as_count, as_list, as_object, as_text, parse_object
from loom_core.wire.token_logprobs import TokenLogprobs
from loom_core.wire.truncation import TruncationGuard

__all__ = [
    "CHARACTERS_PER_TOKEN",
    "KEYRING_SERVICE",
    "AnswerStream",
    "EventStream",
    "JsonObject",
    "Pace",
    "Patience",
    "Refusal",
    "ServerAddress",
    "Service",
    "TokenLogprobs",
    "TruncationGuard",
    "as_count",
    "as_list",
    "as_object",
    "as_text",
    "error_for",
    "is_listening",
    "key_for",
    "least_tokens",
    "parse_object",
    "portable_schema",
    "request_characters",
]
