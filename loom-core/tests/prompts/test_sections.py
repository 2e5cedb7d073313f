"""Assembling a prompt, and cutting it to a budget."""

from hypothesis import given
from hypothesis import strategies as st

from loom_core.prompts.sections import PromptSections, assemble, estimate_tokens
from loom_core.types import Role

KEPT = {
    "role": "ROLE you do a job",
    "constraints": "CONSTRAINTS never lie",
    "tools": "TOOLS read_file",
    "output_format": "FORMAT one object",
    "goal": "GOAL build it",
    "subtask": "JOB write a.txt",
}
ENOUGH = 100_000


def sections(**more):
    return PromptSections(**{"examples": "", "task_detail": "", "memory": "", **KEPT, **more})


def text_of(budget=ENOUGH, **more):
    system, user = assemble(sections(**more), budget_tokens=budget)
    return system.text, user.text


def test_the_most_stable_part_comes_first():
    system, user = text_of(memory="MEMORY", task_detail="DETAIL", examples="EXAMPLES")

    for text, names in [
        (system, ["ROLE", "CONSTRAINTS", "TOOLS", "FORMAT", "EXAMPLES"]),
        (user, ["GOAL", "DETAIL", "MEMORY", "JOB"]),
    ]:
        places = [text.index(name) for name in names]
        assert places == sorted(places)


def test_it_is_a_system_turn_and_a_user_turn():
    messages = assemble(sections(), budget_tokens=ENOUGH)

    assert [message.role for message in messages] == [Role.SYSTEM, Role.USER]


def test_an_empty_section_has_no_heading():
    system, user = text_of(tools="", goal="")

    assert "## Tools" not in system
    assert "## Goal" not in user
    assert "## Known" not in user


def test_siblings_share_the_whole_system_turn():
    one, other = (text_of(subtask=job, memory=job)[0] for job in ("one", "other"))

    assert one == other


def test_memory_is_shortened_first_then_detail_then_examples_are_dropped():
    long = "line of text\n" * 200
    whole = dict.fromkeys(("memory", "task_detail", "examples"), long)
    size = sum(estimate_tokens(part) for part in text_of(**whole))

    shortened = text_of(size - 200, **whole)[1]
    without_memory = text_of(size - estimate_tokens(long) - 200, **whole)
    bare = text_of(1, **whole)

    assert shortened.count("line of text") < 400
    assert shortened.count("line of text") > 250
    assert "left out to fit" in shortened
    assert 0 < without_memory[1].count("line of text") < 200
    assert "line of text" in without_memory[0]
    assert "line of text" not in "".join(bare)


def test_a_cut_keeps_the_head_and_whole_lines():
    _, user = text_of(120, memory="\n".join(f"fact number {n}" for n in range(100)))

    facts = [line for line in user.splitlines() if line.startswith("fact")]
    assert facts[0] == "fact number 0"
    assert all(line.split()[-1].isdigit() for line in facts)


@given(
    st.integers(1, 2000),
    st.text(max_size=3000),
    st.text(max_size=3000),
    st.text(max_size=3000),
)
def test_no_budget_cuts_role_constraints_tools_format_goal_or_job(budget, memory, detail, examples):
    system, user = text_of(budget, memory=memory, task_detail=detail, examples=examples)

    assert all(part in system + user for part in KEPT.values())
