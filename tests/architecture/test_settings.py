"""Every setting is read by some code."""

import re

from loom_core.settings.shape import ModelSettings, Settings, Table

NOT_READ_YET = {
    "workspace.scratch_dir": "nothing needs scratch space yet; the user's own files set it",
}
"""Settings without a reader, each with the reason why it loads all the same."""
MARK = "Not used by this version"


def keys():
    """Every key as ``table.key`` with the name of its table's class."""
    yield from (("models", key, ModelSettings.__name__) for key in ModelSettings.model_fields)
    for table, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Table):
            kind = field.annotation
            yield from ((table, key, kind.__name__) for key in kind.model_fields)


def reads(source, table, key, class_name):
    """Whether a module that has to do with a table reads one of its keys."""
    attributes, names = source.attributes, source.names
    # A provider has the settings of its model as self.settings.
    of_a_model = table == "models" and f"settings.{key}" in source.text
    return key in attributes and (class_name in names or table in attributes or of_a_model)


def unread(sources):
    readers = [s for s in sources if not s.module.startswith("loom_core.settings")]
    return {
        f"{table}.{key}"
        for table, key, class_name in keys()
        if not any(reads(source, table, key, class_name) for source in readers)
    }


def test_every_setting_is_read(sources):
    assert unread(sources) - set(NOT_READ_YET) == set()


def test_the_list_of_unread_settings_is_true(sources):
    assert set(NOT_READ_YET) - unread(sources) == set()


def marked(text):
    """Every key of an annotated settings file whose comment says that it is not used."""
    table, comment = "", ""
    for line in text.splitlines():
        if line.startswith("# "):
            comment += line
            continue
        if heading := re.fullmatch(r"\[(\w+)\]", line):
            table = heading[1]
        elif (key := re.match(r"(\w+) =", line)) and MARK in comment:
            yield f"{table}.{key[1]}"
        comment = ""


def test_the_annotated_file_marks_just_what_is_not_used(root):
    found = list(marked((root / "loom.toml").read_text()))

    assert sorted(found) == sorted(NOT_READ_YET)
