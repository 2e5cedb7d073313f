"""The directory that a task may change: confined paths, durable writes, before-images, undo."""

from loom_core.workspace.blobs import Blob, BlobStore
from loom_core.workspace.changing import MAX_FILE_BYTES, directory_deleted
from loom_core.workspace.entry import Entry
from loom_core.workspace.git_state import is_in_git
from loom_core.workspace.guarding import Guard, Planted
from loom_core.workspace.moving import FileState, moved
from loom_core.workspace.path_state import PathState
from loom_core.workspace.paths import displayed
from loom_core.workspace.protected import PROTECTED_NAMES, is_protected
from loom_core.workspace.quarantine import Quarantine
from loom_core.workspace.secrets import holds_secrets
from loom_core.workspace.snapshot import Snapshot
from loom_core.workspace.undo import UndoConflict, UndoPlan, UndoStep, plan_undo
from loom_core.workspace.workspace import LISTING_LIMIT, Workspace

__all__ = [
    "LISTING_LIMIT",
    "MAX_FILE_BYTES",
    "PROTECTED_NAMES",
    "Blob",
    "BlobStore",
    "Entry",
    "FileState",
    "Guard",
    "PathState",
    "Planted",
    "Quarantine",
    "Snapshot",
    "UndoConflict",
    "UndoPlan",
    "UndoStep",
    "Workspace",
    "directory_deleted",
    "displayed",
    "holds_secrets",
    "is_in_git",
    "is_protected",
    "moved",
    "plan_undo",
]
