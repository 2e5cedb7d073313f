"""Which key goes to a server: the one that was given for it, wherever that is kept.

A key is kept in the settings, in a file of its own, or in the system's keyring; the key in a service's
environment variable goes to that service alone.
"""

import importlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loom_core.errors import ModelUnauthorized
from loom_core.settings.shape import ModelSettings
from loom_core.wire.address import ServerAddress

KEYRING_SERVICE = "loom"
"""The service under which keys are looked up in the keyring; the user name there is the origin."""
_MAX_KEY_BYTES = 16 * 1024
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Service:
    """A service on the internet whose key has an environment variable of its own."""

    url: str
    variable: str

    def is_at(self, address: ServerAddress) -> bool:
        """Whether an address is this service's own."""
        return address.origin == ServerAddress.parse(self.url).origin


def key_for(address: ServerAddress, settings: ModelSettings, service: Service | None = None) -> str:
    """The key to send to this server; empty when it needs none.

    Raises:
        ModelUnauthorized: the file or keyring that the settings name holds no usable key, or a
            service would be asked without one.
    """
    key, where = _configured(address, settings)
    if not where and service is not None and service.is_at(address):
        key, where = os.environ.get(service.variable, "").strip(), service.variable
        if not key:
            raise ModelUnauthorized(
                f"{service.url} needs a key: set {service.variable}, or api_key, api_key_file or "
                "api_key_from_keyring of the model, or set base_url to a server of your own"
            )
    if any(not "!" <= character <= "~" for character in key):
        raise ModelUnauthorized(
            f"the key in {where} holds a character that no key has, such as a space or a line break; "
            "copy it again"
        )
    return key


def _configured(address: ServerAddress, settings: ModelSettings) -> tuple[str, str]:
    """The key that the settings give or name, and where it is; both empty when they say nothing."""
    if settings.api_key is not None:
        return settings.api_key.get_secret_value().strip(), "api_key"
    if settings.api_key_file is not None:
        return _from_file(settings.api_key_file), f"api_key_file {settings.api_key_file}"
    if settings.api_key_from_keyring:
        return _from_keyring(address), "the keyring"
    return "", ""


def _from_file(path: Path) -> str:
    """The key in a file that only its owner can read; raises ``ModelUnauthorized`` otherwise."""
    try:
        with os.fdopen(os.open(path.expanduser(), os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            for problem in _problems(os.fstat(file.fileno())):
                raise ModelUnauthorized(f"api_key_file {path} {problem}")
            key = file.read(_MAX_KEY_BYTES).decode("utf-8", "replace").strip()
    except OSError as error:
        raise ModelUnauthorized(
            f"api_key_file {path} cannot be read ({error.strerror}); correct the path of the model's key"
        ) from error
    if not key:
        raise ModelUnauthorized(f"api_key_file {path} is empty; write the key into it")
    return key


def _problems(status: os.stat_result) -> Iterator[str]:
    """What speaks against taking a key from a file."""
    if not stat.S_ISREG(status.st_mode):
        yield "is no plain file; name one that holds nothing but the key"
    if os.name == "posix" and status.st_mode & _OTHERS:
        mode = stat.S_IMODE(status.st_mode)
        yield f"is open to others on this machine (mode {mode:03o}); run chmod 600 on it"
    if status.st_size > _MAX_KEY_BYTES:
        yield f"is larger than {_MAX_KEY_BYTES} bytes; it should hold nothing but the key"


def _from_keyring(address: ServerAddress) -> str:
    """The key that the keyring has for this origin; raises ``ModelUnauthorized`` without one."""
    try:
        # An optional package, without which everything but this setting works.
        keyring: Any = importlib.import_module("keyring")
    except ImportError as error:
        raise ModelUnauthorized(
            "api_key_from_keyring needs the package keyring, which is not installed; "
            "run pip install keyring, or use api_key_file"
        ) from error
    try:
        key = keyring.get_password(KEYRING_SERVICE, address.root)
    except keyring.errors.KeyringError as error:
        raise ModelUnauthorized(
            f"the system's keyring gives nothing ({error}); unlock it, or use api_key_file"
        ) from error
    if not key:
        raise ModelUnauthorized(
            f"the keyring holds no key for {address.root}; "
            f"run keyring set {KEYRING_SERVICE} {address.root}"
        )
    return str(key).strip()
