"""Which files a text names."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.planning.named_paths import find_mentions, named_paths


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Create hello.py that greets.", ["hello.py"]),
        ("Put it into `src/pkg/main.rs`, please", ["src/pkg/main.rs"]),
        ("Write \"notes.md\" and 'todo.txt'.", ["notes.md", "todo.txt"]),
        ("See ./docs//guide.md!", ["docs/guide.md"]),
        ("app.py's imports and app.py again", ["app.py"]),
        ("(config.json)", ["config.json"]),
        ("edit archive.tar.gz", ["archive.tar.gz"]),
        ("Add .gitignore and .github/workflows/ci.yml", [".gitignore", ".github/workflows/ci.yml"]),
        ("Rename my-file_v2.final.csv", ["my-file_v2.final.csv"]),
        ("README.MD stays", ["README.MD"]),
        ("创建hello.py文件,输出你好", ["hello.py"]),
        ("hello.pyを作成してください", ["hello.py"]),
        ("Erstelle „übersicht.md“ mit drei Punkten", ["übersicht.md"]),
        ("Создай отчёт.md и данные.csv", ["отчёт.md", "данные.csv"]),
        ("Crée le fichier « résumé.txt »", ["résumé.txt"]),
        ("`__init__.py` too", ["__init__.py"]),
        ("the file named `node.js`", ["node.js"]),
    ],
)
def test_files_that_are_named(text, expected):
    assert list(named_paths(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "use os.path and json.loads, e.g. for numpy.array, i.e. always",
        "needs Python 3.11 or v1.2.3 and GPT-3.5",
        "see https://example.com/data.json and www.site.org/index.html",
        "open localhost:8000/index.html or 127.0.0.1:80/a.html",
        "fetch example.com/data.json",
        "mail bob@files.md now",
        "every *.py, test_*.py, *_test.py, data-{n}.csv, <name>.txt, ${x}.log, %s.txt",
        "a .py file and a .json one",
        "/etc/app.conf, ~/notes.txt, ../up.txt, a/../../b.txt, C:\\x\\y.txt, src\\a.py",
        "Node.js, Vue.js and three.js",
        "It ends. Next starts.",
        "a.py/b.py",
        "call config.load() or text.md() here",
        "prints 'see notes.md for more' at the end",
        "run `python3 -m tool input.csv`",
        "foo.bar and obj.attribute",
        "-rf.py",
        "...",
        "创建数据.csv",
    ],
)
def test_what_is_no_file_name(text):
    assert named_paths(text) == ()


def test_mentions_say_where_they_stand():
    text = "Move `a.txt` to b.txt."

    assert [text[mention.start : mention.end] for mention in find_mentions(text)] == [
        "a.txt",
        "b.txt",
    ]


@given(st.text(max_size=200))
def test_any_text_gives_only_confined_relative_paths(text):
    for path in named_paths(text):
        assert path in text.replace("//", "/") or "./" in text or "//" in text
        assert not path.startswith(("/", "..", "~", "-"))
        assert ".." not in path.split("/")


@given(
    st.lists(st.sampled_from(string.ascii_lowercase), min_size=1, max_size=8)
    .map("".join)
    .filter("www".__ne__)
)
def test_a_plain_name_between_words_is_always_found(stem):
    assert f"{stem}.txt" in named_paths(f"please write {stem}.txt, then stop")
