"""Small models are asked for a file instead of an action, and other versions have to do the same."""

import pytest
from scenario import BIG_GOAL, done, model, part, planned, subtask, texts_of
from scenario import write as writes

from loom_core.testing import Reply, Script
from loom_core.types import FinishReason

SCRIPT = "Write table.py that prints the numbers from 1 to 3, one per line."
FUNCTION = "Write words.py with a function shout(text) that returns the text in capitals."
RIGHT = "for n in range(1, 4):\n    print(n)"
SAME = "print(1)\nprint(2)\nprint(3)"
WRONG = "for n in range(3):\n    print(n)"
SHOUTS = "def shout(text):\n    return text.upper()"
WHISPERS = "def shout(text):\n    return text.lower()"


@pytest.fixture
def write(place, sandboxed):
    """Runs a goal with a small model that answers with these contents, one after the other."""

    def run(goal, *contents, retries=0, dialect="json_action", more=""):
        replies = [one if isinstance(one, Reply) else f"```\n{one}\n```" for one in contents]
        server = place.listen(Script.of(*replies))
        settings = f"[execution]\nmax_subtask_retries = {retries}\nmax_replans = 0\n{more}"
        place.configure(settings, small=model(server.url, dialect=dialect))
        return place.work(goal), server

    return run


def test_a_file_is_written_from_the_content_that_a_model_gives(write, place):
    finished, server = write('Create note.txt with the text "Be kind"', "Be kind")

    assert finished.code == 0
    assert place.read("note.txt") == "Be kind\n"
    (request,) = server.requests
    assert "response_format" not in request.body
    (call,) = finished.of("ToolCallFinished")
    assert call["tool"] == "write_file"


def test_what_is_wrong_with_a_content_goes_back_to_the_model(write, place):
    finished, server = write('Create note.txt with the text "Be kind"', "Be kind.", "Be kind")

    assert finished.code == 0
    assert place.read("note.txt") == "Be kind\n"
    assert "and nothing else" in texts_of(server.requests[1].body, "user")[-1]


def test_a_short_file_is_written_anew_with_the_change(write, place):
    (place.workspace / "app.ini").write_text("[app]\nport = 1\nname = x\n")

    finished, server = write("Set port to 2 in app.ini.", "[app]\nport = 2\nname = x")

    assert finished.code == 0
    assert place.read("app.ini") == "[app]\nport = 2\nname = x\n"
    assert "name = x" in texts_of(server.requests[0].body, "user")[-1]


def test_a_long_file_is_edited_by_actions(write, place):
    (place.workspace / "app.ini").write_text("[app]\nport = 1\n" + "# more\n" * 400)

    _, server = write("Set port to 2 in app.ini.", Reply(text="no"), Reply(text="no"))

    assert "response_format" in server.requests[0].body


@pytest.mark.parametrize(
    "others", [(SAME, RIGHT), (WRONG, SAME, RIGHT), (Reply(text=""), SAME, SAME)]
)
def test_a_script_counts_when_two_others_print_the_same(write, others):
    finished, _ = write(SCRIPT, RIGHT, *others)

    assert finished.code == 0


def test_a_script_that_two_others_contradict_is_no_success(write):
    finished, _ = write(SCRIPT, WRONG, RIGHT, SAME, RIGHT)

    assert finished.code == 1
    assert "written anew" in finished.result["reason"]


def test_the_next_attempt_tries_what_the_others_agree_on(write, place):
    finished, server = write(SCRIPT, WRONG, RIGHT, SAME, RIGHT, *[SAME, RIGHT], retries=1)

    assert finished.code == 0
    assert place.read("table.py").strip() == RIGHT
    assert len(server.requests) == 6  # the second attempt asks for nothing but comparisons


def test_a_result_that_was_outvoted_does_not_pass_when_it_is_offered_again(write):
    finished, server = write(
        SCRIPT, *[WRONG, RIGHT, SAME, RIGHT], *[WRONG, WRONG, SAME], *[WRONG, WRONG], retries=2
    )

    assert finished.code == 1
    assert len(server.requests) == 7


def test_without_agreement_a_human_decides(write):
    finished, _ = write(SCRIPT, RIGHT, WRONG, "print('x')", "print('y')")

    assert finished.result["state"] == "waiting_approval"


def test_an_output_of_which_nothing_is_stated_is_left_open(write):
    finished, _ = write(
        "Write poem.py that prints a poem.", "print('a rose')", *["print('b')", "print('c')"] * 2
    )

    assert finished.code == 0


@pytest.mark.parametrize(("written", "code"), [(SHOUTS, 0), (WHISPERS, 1)])
def test_a_function_has_to_do_what_two_others_do(write, written, code):
    finished, _ = write(FUNCTION, written, SHOUTS, SHOUTS, SHOUTS)

    assert finished.code == code


def test_an_answer_that_was_cut_off_is_never_written(write, place):
    cut = Reply(text="```\nfor n in", finish_reason=FinishReason.LENGTH)

    finished, _ = write(SCRIPT, cut, cut, cut)

    assert finished.code == 1
    assert place.files() == []


def test_a_goal_that_asks_for_more_than_a_file_is_done_by_actions(write):
    _, server = write("Create a.txt with the text x and commit it with git", Reply(text="no"))

    assert "response_format" in server.requests[0].body


def test_a_model_that_calls_tools_by_itself_is_asked_for_actions(write):
    _, server = write("Create a.txt with the text x", Reply(text="no"), dialect="native")

    assert "tools" in server.requests[0].body


def test_a_command_that_is_no_script_of_the_workspace_is_not_compared(place, sandboxed):
    check = {"kind": "command_prints", "target": "echo done"}
    place.serve(
        *planned(subtask("left", checks=[check]), subtask("right")),
        *part("left", writes("left.txt", "left\n"), done()),
        *part("right", writes("right.txt", "right\n"), done()),
    )

    finished = place.work(BIG_GOAL)

    assert finished.code == 0
    assert "nothing to compare with" in finished.stdout


def test_a_file_that_is_not_written_right_anew_is_changed_by_a_program(write, place):
    (place.workspace / "guide.txt").write_text("a colour\nno colour\n")
    half = "a color\nno colour"
    program = (
        "text = open('guide.txt').read()\n"
        "open('guide.txt', 'w').write(text.replace('colour', 'color'))"
    )

    finished, server = write(
        'Replace "colour" with "color" in guide.txt.', half, half, program, retries=1
    )

    assert finished.code == 0
    assert place.read("guide.txt") == "a color\nno color\n"
    assert "Write a Python program" in texts_of(server.requests[2].body, "user")[-1]


def test_the_same_wrong_answer_twice_ends_the_attempt(write):
    finished, server = write('Create note.txt with the text "Be kind"', *["Be kind."] * 3)

    assert finished.code == 1
    assert len(server.requests) == 2


def test_answers_in_plain_words_count_as_calls_of_the_model(write):
    goal = 'Create note.txt with the text "Be kind"'
    _, server = write(goal, "Be.", "Kind.", more="max_subtask_iterations = 1")

    assert len(server.requests) == 1
