"""Which files hold secrets by their name, so that touching them needs an approval."""

from fnmatch import fnmatchcase

_SECRET = (
    ".env",
    ".env.*",
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "*.keystore",
    "id_rsa*",
    "id_ed25519*",
    "id_ecdsa*",
    ".netrc",
    ".pypirc",
    ".npmrc",
    ".git-credentials",
    ".htpasswd",
    "credentials",
    "credentials.json",
    "secrets.json",
    "secrets.toml",
    "secrets.y*ml",
)
_PUBLIC = ("*.pub", "*.example", "*.sample", "*.template", "*.dist")
"""Templates of secret files, and public keys."""


def holds_secrets(path: str) -> bool:
    """Whether a file of this name usually holds credentials."""
    name = path.rpartition("/")[2].casefold()
    if any(fnmatchcase(name, pattern) for pattern in _PUBLIC):
        return False
    return any(fnmatchcase(name, pattern) for pattern in _SECRET)
