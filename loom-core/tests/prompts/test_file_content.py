"""Asking for the content of a file, and reading it out of an answer."""

import pytest

from loom_core.prompts import FileForm, content_in, file_messages


@pytest.mark.parametrize("form", list(FileForm))
def test_every_form_names_the_task_the_file_and_what_is_there(form):
    *_, asked = file_messages("Add b.", [("list.txt", "a\n")], "list.txt", form)

    assert "Add b." in asked.text
    assert "list.txt" in asked.text
    assert "```\na\n```" in asked.text


def test_no_two_forms_ask_alike():
    asked = {form: file_messages("x", [], "a.py", form) for form in FileForm}

    assert len(set(asked.values())) == len(asked)


@pytest.mark.parametrize(
    ("answer", "path", "content"),
    [
        ("Here:\n```python\nprint(1)\n```\nDone.", "a.py", "print(1)\n"),
        ("```\na,b\n1,2\n```", "a.csv", "a,b\n1,2\n"),
        ("just words", "a.txt", "just words\n"),
        (" \n", "a.txt", "\n"),
        ("First:\n```bash\npip install x\n```\n```python\nprint(1)\n```", "a.py", "print(1)\n"),
        ("```python\nprint(1)\n```\nRun:\n```bash\npython a.py\n```", "a.py", "print(1)\n"),
        ("```python\nprint(1)", "a.py", "print(1)\n"),
        ("First:\n```\none\n```\n```\ntwo\n```", "a.py", "two\n"),
        ("```markdown\n# T\n```sh\nls\n```\nend\n```", "a.md", "# T\n```sh\nls\n```\nend\n"),
        ("```\n\n  indented\n```", "a.txt", "  indented\n"),
    ],
)
def test_the_content_is_the_fenced_block_or_all(answer, path, content):
    assert content_in(answer, path) == content


def test_what_went_wrong_before_is_told():
    *_, asked = file_messages("x", [], "a.py", FileForm.BARE, feedback=["it printed 3"])

    assert "it printed 3" in asked.text
