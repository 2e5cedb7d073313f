"""The models of the experiments: what each answers, looking at nothing but the request.

A run that was killed and resumed is therefore answered like one that was not. Token counts are fixed
where runs are compared, because a prompt cache remembers who asked before.
"""

from collections.abc import Sequence

from scenario import done, part, plan, planned, subtask, turns, write

from loom_core.testing import FaultKind, Reply, Rule, ScriptedCall, ScriptedUsage

_USAGE = ScriptedUsage(prompt_tokens=100, cached_tokens=90, completion_tokens=10)

FEW_CHANCES = "[execution]\nmax_subtask_retries = 1\nmax_replans = 1\n"
"""Settings under which a run without hope ends soon."""

UNCONFINED = '[sandbox]\nbackend = "none"\n'
"""Settings for models that run no command: each process would try its sandbox for nothing."""

_BROKEN_ARGUMENTS = '{"path": "whole.txt", "content": "left right\\n",}'
_MANY = 12
"""More claims than an attempt can make."""


def joining_rules() -> tuple[Rule, ...]:
    """Two files written side by side; a third subtask reads both and writes their sum."""
    return counted(
        (
            *planned(subtask("left"), subtask("right"), subtask("whole", "left", "right")),
            *part("left", write("left.txt", "left\n"), done("left is there")),
            *part("right", write("right.txt", "right\n"), done("right is there")),
            *part(
                "whole",
                Reply.calling("read_file", path="left.txt"),
                Reply.calling("read_file", path="right.txt"),
                write("whole.txt", "left right\n"),
                done("whole is there"),
            ),
        )
    )


def tidying_rules() -> tuple[Rule, ...]:
    """A subtask that edits a file, moves one and a directory, and deletes both."""
    return counted(
        (
            *planned(subtask("left")),
            *part(
                "left",
                write("left.txt", "lef\n"),
                Reply.calling("edit_file", path="left.txt", old_str="lef", new_str="left"),
                write("a.txt", "a\n"),
                Reply.calling("move_file", source="a.txt", destination="old/a.txt"),
                Reply.calling("move_file", source="old", destination="place"),
                Reply.calling("delete_file", path="place/a.txt"),
                Reply.calling("delete_file", path="place"),
                Reply.calling("list_directory"),
                done("tidy"),
            ),
        )
    )


def rough_rules() -> tuple[Rule, ...]:
    """A model that makes every kind of slip on the way, which all have to survive a crash.

    The first plan is refused, ``left`` talks before it acts, ``right`` claims to be done again and
    again without doing anything and needs a second attempt, ``whole`` sends arguments that have to be
    repaired. With ``loom_asking`` installed a model also reviews every result and extracts from it.
    """
    return counted((*_planning(), *_asked(), *_left(), *_right(), *_whole()))


def hopeless_rules() -> tuple[Rule, ...]:
    """A model that cannot do ``left``: a new plan with another way, which it cannot go either."""
    again = plan(subtask("other"), subtask("whole", "other", "right"))
    return counted(
        (
            Rule(first_user="Went wrong, plan another way", reply=again),
            *planned(subtask("left"), subtask("right"), subtask("whole", "left", "right")),
            *_asked(),
            *part("left", *[Reply.calling("blocked", reason="left cannot be done")] * 2),
            *part("other", *[Reply.calling("blocked", reason="other cannot be done")] * 2),
            *part(
                "right",
                write("right.txt", "right\n"),
                Reply.calling("read_file", path="right.txt"),
                done("right is there"),
            ),
        )
    )


def sampled_rules() -> tuple[Rule, ...]:
    """A model whose attempts at ``left`` are wrong, its first sample too, and its second is right."""
    check = {"kind": "file_contains", "target": "left.txt", "expected": "left"}
    claims = [done("left is there")] * _MANY
    samples = [
        rule
        for seed, text in ((1, "lift\n"), (2, "left\n"))
        for rule in turns(
            write("left.txt", text),
            *claims,
            first_user="part left",
            anywhere="attempt 2:",
            seed=seed,
        )
    ]
    return counted(
        (
            *planned(subtask("left", checks=[check])),
            *samples,
            *part("left", write("left.txt", "lost\n"), *claims),
        )
    )


SLOW_COMMAND = "echo x >> count.txt; sleep 61"


def stopping_rules() -> tuple[Rule, ...]:
    """A model that never answers one goal, and runs a slow command for another one."""
    slow, look = (
        Reply.calling("shell_execute", command=command)
        for command in (SLOW_COMMAND, "cat count.txt")
    )
    return (
        *turns(Reply.failing(FaultKind.SILENT), first_user="Create silence.txt"),
        *turns(slow, look, write("hello.txt", "hi\n"), done(), first_user="Create hello.txt"),
    )


def _planning() -> tuple[Rule, ...]:
    sound = plan(subtask("left"), subtask("right"), subtask("whole", "left", "right"))
    return turns(plan(subtask("left", "nothing")), sound, schema_text='"subtasks"')


def _asked() -> tuple[Rule, ...]:
    return (
        Rule(first_user="Review", reply=Reply(text="good")),
        Rule(first_user="Extract", reply=Reply(text="what was learned there")),
    )


def _left() -> tuple[Rule, ...]:
    return part(
        "left", Reply(text="Let me think."), write("left.txt", "left\n"), done("left is there")
    )


def _right() -> tuple[Rule, ...]:
    second = (write("right.txt", "right\n"), done("right is there"))
    return (
        *turns(*second, first_user="part right", anywhere="attempt 1:"),
        *part("right", *[done("right is there")] * _MANY),
    )


def _whole() -> tuple[Rule, ...]:
    broken = ScriptedCall(name="write_file", arguments=_BROKEN_ARGUMENTS)
    return part("whole", Reply(tool_calls=(broken,)), done("whole is there"))


def counted(rules: Sequence[Rule]) -> tuple[Rule, ...]:
    """The rules with a fixed count of tokens in every reply."""
    return tuple(
        rule.model_copy(update={"reply": rule.reply.model_copy(update={"usage": _USAGE})})
        for rule in rules
    )
