"""One job of seventeen calls of real tools, each of which shows if it is lost or runs twice."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from loom_core.testing import Reply, Rule, Script

_MARK = "and here it ends"
_LIST, _LOG = "list.txt", "log.txt"
_ROUNDS = 4


def goal(number: int) -> str:
    """A goal of one step, which no planner is asked about."""
    return f"Count into {_LOG}, and keep {_LIST}; this is job {number}"


def script() -> Script:
    """A model that looks at nothing but how often it has spoken."""
    replies = [Reply.calling("write_file", path=_LIST, content=f"{_MARK}\n"), *_rounds()]
    replies.append(Reply.calling("complete", summary="counted"))
    rules = tuple(Rule(turn=turn, reply=reply) for turn, reply in enumerate(replies))
    return Script(rules=rules, default=replies[-1])


def _rounds() -> list[Reply]:
    """An edit that would insert twice, a command that would append twice, a file that is made and moved."""
    return [
        reply
        for number in range(_ROUNDS)
        for reply in (
            Reply.calling(
                "edit_file", path=_LIST, old_str=_MARK, new_str=f"line {number}\n{_MARK}"
            ),
            Reply.calling("shell_execute", command=f"echo {number} >> {_LOG}"),
            Reply.calling("write_file", path=f"{number}.txt", content=f"{number}\n"),
            Reply.calling("move_file", source=f"{number}.txt", destination=f"moved/{number}.txt"),
        )
    ]


def is_there(tool: str, arguments: dict, workspace: Path) -> bool:
    """Whether the effect of a call shows in the workspace."""
    match tool:
        case "edit_file":
            return arguments["new_str"] in _text(workspace / _LIST)
        case "shell_execute":
            number = arguments["command"].split()[1]
            return number in _text(workspace / _LOG).split()
        case "write_file":
            return _text(workspace / arguments["path"]) == arguments["content"]
        case "move_file":
            return (workspace / arguments["destination"]).exists()
        case _:
            return False


def lost(workspace: Path, in_doubt: Sequence[str]) -> list[str]:
    """Effects that are not there; a command that was told to be in doubt may be one of them."""
    numbers = [str(number) for number in range(_ROUNDS)]
    wanted = "".join(f"line {number}\n" for number in numbers) + f"{_MARK}\n"
    logged = set(_text(workspace / _LOG).split())
    doubted = {command.split()[1] for command in in_doubt}
    found = [f"log {number}" for number in numbers if number not in logged | doubted]
    found += [f"moved {n}" for n in numbers if _text(workspace / "moved" / f"{n}.txt") != f"{n}\n"]
    return found + (["the list"] if not _is_within(wanted, _text(workspace / _LIST)) else [])


def repeated(workspace: Path) -> list[str]:
    """Effects that are there more than once."""
    lines = Counter(_text(workspace / _LIST).splitlines()) + Counter(
        f"log {line}" for line in _text(workspace / _LOG).splitlines()
    )
    left = [path.name for path in workspace.glob("[0-9].txt")]
    return [line for line, count in lines.items() if count > 1] + left


def _is_within(wanted: str, text: str) -> bool:
    """Whether all lines are there, in order."""
    rest = iter(text.splitlines())
    return all(line in rest for line in wanted.splitlines())


def _text(path: Path) -> str:
    return path.read_text() if path.is_file() else ""
