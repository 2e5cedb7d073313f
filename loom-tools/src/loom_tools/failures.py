"""Errors of the workspace in words that a model can act on."""

import difflib
import errno
from collections.abc import Generator
from contextlib import contextmanager
from itertools import islice
from pathlib import PurePosixPath

from loom_core.errors import ConflictFound, ErrorCategory, PathRefused, ToolFailed
from loom_core.workspace import Workspace, displayed

_CANDIDATES = 5000
"""Files that are looked through for a similar name."""


@contextmanager
def explained(path: str, workspace: Workspace) -> Generator[None]:
    """Turn what goes wrong with a path inside this context into ``ToolFailed``."""
    shown = displayed(path)
    try:
        yield
    except PathRefused as error:
        raise ToolFailed(str(error), ErrorCategory.SAFETY) from error
    except ConflictFound as error:
        raise ToolFailed(str(error), ErrorCategory.VALIDATION) from error
    except (FileNotFoundError, NotADirectoryError) as error:
        message = f"{shown} does not exist{_suggestion(path, workspace)}"
        raise ToolFailed(message, ErrorCategory.NOT_FOUND) from error
    except FileExistsError as error:
        message = (
            f"{shown} cannot be made, there is something of that name already; use another name"
        )
        raise ToolFailed(message, ErrorCategory.VALIDATION) from error
    except IsADirectoryError as error:
        message = f"{shown} is a directory; use list_directory to see what is in it"
        raise ToolFailed(message, ErrorCategory.VALIDATION) from error
    except PermissionError as error:
        message = f"{shown} may not be accessed: {error.strerror}"
        raise ToolFailed(message, ErrorCategory.PERMISSION) from error
    except OSError as error:
        category, advice = _ADVICE.get(error.errno or 0, (ErrorCategory.RUNTIME, ""))
        raise ToolFailed(f"{shown}: {error.strerror}{advice}", category) from error


_FULL = "; nothing was changed, a person has to make room"
_ADVICE = {
    errno.ENAMETOOLONG: (ErrorCategory.VALIDATION, "; use a shorter name"),
    errno.EINVAL: (ErrorCategory.VALIDATION, ""),
    errno.EROFS: (ErrorCategory.PERMISSION, "; nothing was changed"),
    errno.ENOTEMPTY: (ErrorCategory.VALIDATION, "; delete or move what is in it first"),
    errno.ENOSPC: (ErrorCategory.RUNTIME, _FULL),
    errno.EDQUOT: (ErrorCategory.RUNTIME, _FULL),
    errno.EXDEV: (ErrorCategory.VALIDATION, "; write a new file there and delete this one"),
}
"""What kind of failure a number of the system is, and what to do about it."""


def _suggestion(path: str, workspace: Workspace) -> str:
    """Files of a similar name, as the end of a sentence."""
    names = [entry.path for entry in islice(workspace.files(), _CANDIDATES)]
    wanted = PurePosixPath(path).name
    if any(displayed(name) == path for name in names):
        return "; its name holds signs that are shown with a backslash, write the signs themselves"
    same_name = [name for name in names if PurePosixPath(name).name == wanted]
    similar = same_name or difflib.get_close_matches(path.removeprefix("./"), names, n=3)
    if not similar:
        return "; use list_directory to see what is there"
    return "; did you mean " + " or ".join(displayed(name) for name in similar[:3]) + "?"
