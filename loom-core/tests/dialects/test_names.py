"""Names that a model got slightly wrong."""

import pytest

from loom_core.dialects.names import match_name, suggest

OFFERED = ["read_file", "write_file", "shell_execute", "complete", "blocked"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("read_file", "read_file"),
        ("Read_File", "read_file"),
        ("readFile", "read_file"),
        ("functions.read-file", "read_file"),
        ("wirte_file", "write_file"),
        ("shell_exec", "shell_execute"),
        ("Complete", "complete"),
    ],
)
def test_a_slip_is_forgiven(written, meant):
    assert match_name(written, OFFERED) == meant


@pytest.mark.parametrize("written", ["", "delete_everything", "file", "browse", "."])
def test_a_guess_is_not_made(written):
    assert match_name(written, OFFERED) is None


def test_between_two_names_that_are_as_close_none_is_taken():
    assert match_name("edit_fil", ["edit_file", "edit_fill"]) is None


def test_a_suggestion_is_made_for_the_message_only():
    assert suggest("read_a_file", OFFERED) == " Did you mean 'read_file'?"
    assert suggest("zzz", OFFERED) == ""
