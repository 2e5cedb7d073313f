"""Files whose content is told in words, beside what others write for them."""

from hashlib import sha256

import pytest

from loom_core.contracts.check import CheckContext
from loom_core.contracts.verifier import VerificationContext
from loom_core.types import (
    ChangeKind,
    CheckSpec,
    FileChange,
    ModelResponse,
    Outcome,
    OutcomeStatus,
    Subtask,
    Task,
    VerdictStatus,
)
from loom_core.workspace import Workspace
from loom_core.workspace.blobs import BlobStore
from loom_verifiers.rewriting import MAX_BYTES, Rewriting

PASSED, FAILED, UNVERIFIED = VerdictStatus.PASSED, VerdictStatus.FAILED, VerdictStatus.UNVERIFIED
STACK = "class Stack:\n    def __init__(self):\n        self.x = []\n    def push(self, i):\n"
RIGHT = STACK + "        self.x.append(i)\n    def pop(self):\n        return self.x.pop()\n"
QUEUE = STACK + "        self.x.append(i)\n    def pop(self):\n        return self.x.pop(0)\n"
OTHERWISE = RIGHT.replace("self.x", "self.held")


@pytest.fixture
def judge(tmp_path, sandbox):
    """Has a file judged with these answers of the model; what it held before is None for a new one."""
    root = tmp_path / "workspace"
    root.mkdir()
    blobs = BlobStore(tmp_path / "blobs")

    async def run(path, task, now, answers, *, before=None, form="", criteria=(), asked=None):
        (root / path).write_text(now)
        left = list(answers)

        async def ask(role, messages, schema):
            if asked is not None:
                asked.append(messages[-1].text)
            return ModelResponse(text=f"```\n{left.pop(0)}\n```" if left else "")

        change = FileChange(
            path=path,
            kind=ChangeKind.MODIFIED if before else ChangeKind.CREATED,
            before=blobs.put(before.encode()) if before else "",
            after=sha256(now.encode()).hexdigest(),
        )
        return await Rewriting().verify(
            Subtask(
                id="a",
                description=task,
                checks=(CheckSpec(kind="file_as_told", target=path, expected=form),),
                acceptance_criteria=criteria,
            ),
            Outcome(status=OutcomeStatus.COMPLETED, changes=(change,)),
            VerificationContext(
                task=Task(id="t", goal=task, workspace=str(root)),
                checks={},
                look=CheckContext(Workspace(root, blobs=blobs), sandbox, (change,)),
                ask_model=ask,
            ),
        )

    return run


@pytest.mark.parametrize(
    ("path", "now", "answers", "status"),
    [
        ("a.json", '{"a": 1, "b": 2}', ['{"b": 2, "a": 1}'], PASSED),
        ("a.json", '{"a": 1}', ['{"a": 2}', '{"a": 1}'], PASSED),
        ("a.json", '{"a": 1}', ['{"a": 2}', '{"a": 2}'], UNVERIFIED),
        ("a.json", '{"a": 1}', ["no json", ""], UNVERIFIED),
        ("a.css", "no rule", ["no rule"], UNVERIFIED),
        ("a.py", RIGHT, [OTHERWISE], PASSED),
        ("a.py", RIGHT, [QUEUE, QUEUE], UNVERIFIED),
        ("a.sh", "echo ready", ["printf 'ready\\n'"], PASSED),
        ("a.sh", "echo ready", ["echo Ready now", "echo steady"], UNVERIFIED),
    ],
)
async def test_a_new_file_counts_when_another_says_the_same(judge, path, now, answers, status):
    verdict = await judge(path, f"Write {path} with push, pop and more", now, answers)

    assert verdict.status is status


async def test_an_edit_is_repeated_on_what_was_there_before(judge):
    verdict = await judge(
        "a.txt",
        "Delete the line about milk from a.txt",
        "eggs\nflour\n",
        ["eggs\nflour"],
        before="eggs\nmilk\nflour\n",
    )

    assert verdict.status is PASSED


async def test_a_program_may_repeat_an_edit(judge):
    program = "lines = open('a.txt').readlines()\nopen('a.txt', 'w').writelines(lines[1:])"

    verdict = await judge(
        "a.txt", "Delete the first line of a.txt", "b\n", ["nonsense", program], before="a\nb\n"
    )

    assert verdict.status is PASSED


async def test_an_edit_that_says_what_was_there_fails(judge):
    verdict = await judge("a.json", "Set a to 2 in a.json", '{ "a": 1 }', [], before='{"a": 1}')

    assert verdict.status is FAILED


async def test_a_repair_must_change_what_a_program_does(judge):
    before = "def top(numbers):\n    return min(numbers)\n"
    unchanged = "def top(numbers):\n    # the highest\n    return min(numbers)\n"
    repaired = "def top(numbers):\n    return max(numbers)\n"
    criteria = ("a.py does what it should",)

    async def verdict_on(now):
        task = "top in a.py is wrong. Correct it."
        verdict = await judge("a.py", task, now, [repaired], before=before, criteria=criteria)
        return verdict.status

    assert await verdict_on(unchanged) is FAILED
    assert await verdict_on(repaired) is PASSED


async def test_others_must_have_what_the_task_names(judge):
    now = "def add(a, b):\n    return a + b\n\n\ndef subtract(a, b):\n    return a - b\n"
    lost = "def add(a, b):\n    return a + b\n"

    verdict = await judge("a.py", "Add subtract(a, b) to a.py", now, [lost, lost], before=lost)

    assert verdict.status is UNVERIFIED


async def test_of_an_open_text_only_the_form_is_compared(judge):
    verdict = await judge(
        "a.md", "Write a.md, a story", "# Rain\nIt rained.\n", ["# Rain\nDrops."], form="open"
    )

    assert verdict.status is PASSED


async def test_a_long_file_is_left_open_unless_a_human_was_to_look(judge):
    long = "x\n" * MAX_BYTES

    async def verdict_with(*criteria):
        return await judge("a.md", "Write a.md", long, [], criteria=criteria)

    assert (await verdict_with()).status is PASSED
    assert (await verdict_with("a.md is arranged as asked")).status is UNVERIFIED


async def test_what_a_repair_takes_away_is_for_a_human_to_see(judge):
    first = "def first(items):\n    return items[0]\n"
    before = f"{first}def last(items):\n    return items[len(items)]\n"
    now = "def last(items):\n    return items[-1]\n"
    task = "last(items) in a.py raises; it should give the last element"

    lost = await judge("a.py", task, now, [first + now], before=before, criteria=("works",))
    kept = await judge("a.py", task, first + now, [now], before=before, criteria=("works",))
    named = await judge(
        "a.py", f"{task}, and first has to go", now, [now], before=before, criteria=("works",)
    )

    assert (lost.status, kept.status, named.status) == (UNVERIFIED, PASSED, PASSED)
    assert "first went away, which nobody asked for" in lost.feedback


@pytest.mark.parametrize(
    ("question", "turned", "status"),
    [
        ("Who is the captain in crew.csv?", "Ada", PASSED),
        ("Who is the captain in crew.csv?", "Bo", UNVERIFIED),
        ("Who is the captain in crew.csv?", "", UNVERIFIED),
        ("Who stands first in crew.csv?", "Bo", PASSED),
    ],
)
async def test_an_answer_has_to_be_the_same_in_whatever_order_it_is_read(
    judge, tmp_path, question, turned, status
):
    (tmp_path / "workspace" / "crew.csv").write_text("name,role\nAda,captain\nBo,cook\n")
    asked = []

    verdict = await judge(
        "who.txt", f"{question} Write the name to who.txt", "Ada\n", ["Ada", turned], asked=asked
    )

    assert verdict.status is status
    assert len(asked) == 1 or "name,role\nBo,cook\nAda,captain" in asked[1]
