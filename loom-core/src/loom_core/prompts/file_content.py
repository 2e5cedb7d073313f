"""Asking for a file's content instead of an action: small models write better files than JSON."""

import re
from collections.abc import Sequence
from enum import StrEnum

from loom_core.prompts.feedback import told
from loom_core.types import Message, Role


class FileForm(StrEnum):
    """How a file's content is asked for.

    Mistakes go with the form, so that two forms tell more than two tries.
    """

    BARE = "bare"
    """The task and nothing else: what small models write programs best from."""
    SHOWN = "shown"
    """After an example: what they write data best from."""
    CASES = "cases"
    """With a list of the cases first, the special ones at its head."""
    CAREFUL = "careful"
    """With the advice to add nothing."""
    REQUIRED = "required"
    """The task as what is required of the file."""
    EXAMPLES = "examples"
    """After two examples, of data that is changed and of a document."""


FIRST_FORMS = {
    False: (FileForm.BARE, FileForm.SHOWN, FileForm.CAREFUL, FileForm.CASES),
    True: (FileForm.SHOWN, FileForm.BARE, FileForm.CAREFUL, FileForm.CASES),
}
"""The forms of the attempts at a file, by whether it is new data."""
_DATA = (".csv", ".tsv", ".json", ".jsonl", ".toml", ".yaml", ".yml", ".ini", ".cfg", ".txt")
SECOND_FORMS = (FileForm.CAREFUL, FileForm.CASES, FileForm.SHOWN)
"""The forms in which a program is asked for again, to be compared with the first."""
REWRITING_FORMS = (FileForm.REQUIRED, FileForm.EXAMPLES)
"""The forms in which other contents are asked for again; no attempt begins with one of them."""

_SYSTEM = {
    FileForm.SHOWN: "You write files. You answer with the complete content of one file, in one fenced "
    "block, and nothing else.",
    FileForm.EXAMPLES: "You write files. You answer with the complete content of one file, in one "
    "fenced block, and nothing else.",
    FileForm.CASES: "You are a careful programmer.",
    FileForm.CAREFUL: "You are a careful programmer and writer.",
}
_FENCED = re.compile(r"```([\w.+-]*)[ \t]*\n(.*?)(?:\n```|\Z)", re.DOTALL)
_EXTENSIONS = {
    "python": "py",
    "py": "py",
    "python3": "py",
    "json": "json",
    "csv": "csv",
    "toml": "toml",
    "yaml": "yaml",
    "html": "html",
    "css": "css",
    "javascript": "js",
    "js": "js",
    "bash": "sh",
    "sh": "sh",
    "ini": "ini",
}
"""The extension of a file by the language that a fence names."""
_FENCED_DOCUMENT = re.compile(r"\A[^\n`]*```[\w.+-]*[ \t]*\n(.*)\n```", re.DOTALL)
_EXAMPLE = (
    Message(
        role=Role.USER,
        text="Make sizes.csv with the header size,price and two rows: small at 3 and large at 5.\n\n"
        "Write the complete content of sizes.csv.",
    ),
    Message(role=Role.ASSISTANT, text="```\nsize,price\nsmall,3\nlarge,5\n```"),
)
_EXAMPLES = (
    Message(
        role=Role.USER,
        text='The file box.json holds:\n```\n{"lid": true}\n```\n\nSet lid to false and add a key size '
        "with the value 4 in box.json.\n\nWrite the complete content of box.json.",
    ),
    Message(role=Role.ASSISTANT, text='```\n{"lid": false, "size": 4}\n```'),
    Message(
        role=Role.USER,
        text="Create trip.md with the heading Trip and a list of two cities, Rome and Oslo.\n\n"
        "Write the complete content of trip.md.",
    ),
    Message(role=Role.ASSISTANT, text="```\n# Trip\n\n- Rome\n- Oslo\n```"),
)
_REQUESTS = {
    FileForm.BARE: "Answer with the complete content of {path} in one fenced block.",
    FileForm.SHOWN: "Write the complete content of {path}.",
    FileForm.EXAMPLES: "Write the complete content of {path}.",
    FileForm.REQUIRED: "Give me the finished file {path} in one fenced block.",
    FileForm.CASES: "First list every case that the task names, one per line, the most special case first. "
    "Then write the complete content of {path} in one fenced block.",
    FileForm.CAREFUL: "Reply with {path} as it has to be, complete, in one fenced block. Nothing that was "
    "not asked for.",
}


def file_messages(
    task: str,
    data: Sequence[tuple[str, str]],
    path: str,
    form: FileForm,
    *,
    feedback: Sequence[str] = (),
    command: str = "",
    demands: Sequence[str] = (),
) -> tuple[Message, ...]:
    """The conversation that asks for the content of one file.

    Args:
        task: what is wanted, in the user's or planner's words.
        data: name and content of each file that is shown.
        path: the file to write.
        form: how to ask.
        feedback: what was wrong with earlier attempts, oldest first.
        command: how the file is run afterwards; empty when it is not.
        demands: what checks will look for, in words.
    """
    system = (Message(role=Role.SYSTEM, text=_SYSTEM[form]),) if form in _SYSTEM else ()
    example = {FileForm.SHOWN: _EXAMPLE, FileForm.EXAMPLES: _EXAMPLES}.get(form, ())
    shown = "".join(_show(name, content) for name, content in data)
    wanted = f"Requirements for the file {path}:\n- {task}" if form is FileForm.REQUIRED else task
    run = f" It will be run with: {command}" if command else ""
    listed = "".join(f"\n- {demand}" for demand in demands)
    request = _REQUESTS[form].format(path=path)
    return (
        *system,
        *example,
        Message(role=Role.USER, text=f"{shown}{wanted}{run}{listed}{told(feedback)}\n\n{request}"),
    )


def is_data(path: str) -> bool:
    """Whether a file holds data, not a program or a document."""
    return path.lower().endswith(_DATA)


def content_in(text: str, path: str) -> str:
    """The content in an answer: what its fenced block holds, or all of it when it has none.

    Of several blocks it is the last whose language is the file's, else the last. A document may hold
    fenced blocks of its own, so that its block ends at the last fence.
    """
    if path.endswith((".md", ".markdown")) and (document := _FENCED_DOCUMENT.search(text)):
        return _ended(document[1])
    blocks = _FENCED.findall(text)
    extension = path.rpartition(".")[2].lower()
    fitting = [body for language, body in blocks if _EXTENSIONS.get(language.lower()) == extension]
    chosen = [*(body for _, body in blocks), *fitting]
    return _ended(chosen[-1] if chosen else text)


def _ended(content: str) -> str:
    """Without empty lines around it, and with one line end."""
    return content.strip("\n").rstrip() + "\n"


def _show(name: str, content: str) -> str:
    """One file under its name."""
    held = content.rstrip("\n")
    return f"The file {name} holds:\n```\n{held}\n```\n\n"
