"""What does a task look like that the embedded model cannot do, and a stronger one then does?

    python benchmarks/escalation.py

The embedded model has the planned tier, a scripted model that is right has the next one. Prints the
report of ``loom run``: which attempts failed and why, how near the samples came, and who did it.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from loom_core.testing import Reply, Rule, Script, ScriptedServer

GOAL = (
    "Write english.py with a function in_words(number) that returns an integer in English words, so that "
    "in_words(1234567) returns 'one million two hundred thirty-four thousand five hundred sixty-seven' "
    "and in_words(0) returns 'zero'."
)
RIGHT = """\
_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(number):
    for size, name in ((10**6, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            begin = f"{in_words(number // size)} {name}"
            return f"{begin} {in_words(rest)}" if rest else begin
    if number < 20:
        return _SMALL[number]
    ten = _TENS[number // 10 - 2]
    return f"{ten}-{_SMALL[number % 10]}" if number % 10 else ten
"""
_FILE = f"```python\n{RIGHT}```"


def main() -> int:
    """Run the goal once; 0 when the stronger model finished it after the embedded one had failed."""
    act = Reply.calling("write_file", path="english.py", content=RIGHT)
    rules = (
        Rule(offers_tool="write_file", turn=0, reply=act),
        Rule(offers_tool="write_file", reply=Reply.calling("complete", summary="written")),
    )
    script = Script(rules=rules, default=Reply(text=_FILE))
    with (
        tempfile.TemporaryDirectory(prefix="loom-escalation-") as root,
        ScriptedServer(script) as server,
    ):
        home, workspace = Path(root) / "home", Path(root) / "workspace"
        workspace.mkdir()
        home.mkdir()
        models = Path(os.environ.get("LOOM_HOME", "~/.loom")).expanduser() / "models"
        if models.is_dir():
            (home / "models").symlink_to(models)
        (home / "loom.toml").write_text(
            '[models.embedded]\nprovider = "llamacpp"\nmodel = "qwen2.5-coder-0.5b-instruct"\n'
            '[models.capable]\nprovider = "openai_compatible"\nmodel = "scripted"\n'
            f'base_url = "{server.url}"\ntier = 2\nroles = ["executor"]\n'
        )
        environment = {**os.environ, "LOOM_HOME": str(home), "NO_PROXY": "127.0.0.1"}
        loom = Path(sys.executable).with_name("loom")
        done = subprocess.run(
            [loom, "run", GOAL, "-w", workspace],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(done.stdout)
        status = subprocess.run(
            [loom, "status", "last", "--json"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        (subtask,) = json.loads(status.stdout)["subtasks"]
    has_failed = any(one["model"] == "embedded" for one in subtask["failed_attempts"])
    return int(done.returncode != 0 or not has_failed or subtask["model"] != "capable")


if __name__ == "__main__":
    raise SystemExit(main())
