"""The environment that a command gets: an allow-list, so that no secret is inherited."""

from collections.abc import Mapping

_KEPT = ("LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ")
_FIXED = {
    "TERM": "dumb",
    "NO_COLOR": "1",
    "PAGER": "cat",
    "GIT_PAGER": "cat",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_CONFIG_NOSYSTEM": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
}


def scrubbed(source: Mapping[str, str], *, path: str, home: str) -> dict[str, str]:
    """An environment with nothing but language, time zone and what makes programs behave.

    Args:
        source: the environment of this process.
        path: the search path for programs.
        home: the directory where the command may keep its own files.
    """
    kept = {name: source[name] for name in _KEPT if name in source}
    kept.setdefault("LANG", "C.UTF-8")
    return {**kept, **_FIXED, "PATH": path, "HOME": home, "USER": "loom", "LOGNAME": "loom"}
