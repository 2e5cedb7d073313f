"""A goal with a plan of three parts, two of them side by side."""

from server_site import done, turns, write

from loom_core.testing import Reply, Rule

PARTS_GOAL = "Build the three parts. Then join them into one."


def subtask(name, *depends_on):
    description = f"Write part {name} into {name}.txt"
    return {"id": name, "description": description, "depends_on": [*depends_on]}


def planned(*subtasks):
    return Rule(schema_text='"subtasks"', turn=0, reply=Reply.answering({"subtasks": [*subtasks]}))


def part(name, content, summary):
    return turns(write(f"{name}.txt", content), done(summary), first_user=f"part {name}")


THREE_PARTS = (
    planned(subtask("left"), subtask("right"), subtask("whole", "left", "right")),
    *part("left", "left\n", "left is there"),
    *part("right", "right\n", "right is there"),
    *part("whole", "left right\n", "whole is there"),
)
