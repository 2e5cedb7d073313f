"""Checks derived from the words of a goal: what follows, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loom_core.planning.derived_checks import MAX_DERIVED_CHECKS, derive_checks
from loom_core.planning.told_content import FILE_AS_TOLD, WORDS_AS_TOLD

EXISTING = ("notes.txt", "calc.py", "data.csv", "settings.toml", "src/deep.py", "old.log")


def derived(text, existing=EXISTING):
    return [
        " | ".join(part for part in (check.kind, check.target, check.expected) if part)
        for check in derive_checks(text, existing)
        if check.kind not in {FILE_AS_TOLD, WORDS_AS_TOLD}  # have tests of their own
    ]


def script(path, *more):
    return [f"file_exists | {path}", f"syntax_valid | {path}", *more]


def moved(source, path):
    return [
        f"file_missing | {source}",
        f"file_same_as | {path} | {source}",
        f"file_exists | {path}",
    ]


def printing(path, text):
    return script(path, f"command_output_matches | python3 {path} | {text}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Write the file plan.txt", ["file_exists | plan.txt"]),
        ("Create a.py and b.py", script("a.py") + script("b.py")),
        ("Make pkg/one.py, plus a test file pkg/test_one.py",
         script("pkg/one.py") + script("pkg/test_one.py")),
        ("Create data.json with three cities, then write report.md about it",
         ["file_exists | data.json", "json_valid | data.json", "file_exists | report.md"]),
        ("Write ci.yaml", ["file_exists | ci.yaml", "syntax_valid | ci.yaml"]),
        ("Convert settings.toml to settings.json",
         ["file_exists | settings.json", "json_valid | settings.json",
          "file_keeps | settings.toml | everything"]),
        ("Put the number of lines in data.csv into count.txt",
         ["file_exists | count.txt", "file_computed | count.txt | number"]),
        ("Make sure that todo.md exists in the current directory", ["file_exists | todo.md"]),
        ("Look at the files in the directory. Then create todo.md.", ["file_exists | todo.md"]),
        ("Create todo.md in the directory notes", []),
        ("- create one.txt\n- create two.txt", ["file_exists | one.txt", "file_exists | two.txt"]),
        ("Erstelle bericht.md und zahlen.csv",
         ["file_exists | bericht.md", "file_exists | zahlen.csv", "syntax_valid | zahlen.csv"]),
        ("Crea el archivo 'lista.txt'", ["file_exists | lista.txt"]),
        ("创建config.json文件", ["file_exists | config.json", "json_valid | config.json"]),
        ("Создай файл план.md", ["file_exists | план.md"]),
    ],
)  # fmt: skip
def test_a_new_file_must_exist_and_parse(text, expected):
    assert derived(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Explain what this project does",
        "Improve calc.py",
        "Fix deep.py",
        "Create Notes.TXT",
        "Read input.txt and tell me how long it is",
        "Write a summary from report.txt",
        "Do not create test.py",
        "Clean up the notes, without a setup.py, please",
        "Write config.json or config.yaml",
        "Schreibe liste.json oder liste.yaml",
        "Write a script that creates out.txt",
        "Schreibe ein Skript, das ausgabe.txt erzeugt",
        "Create app.py in the src folder",
        "Erstelle app.py im Ordner src",
        "Put main.rs into src/",
        "If there is time, write extra.md",
        "Write something like example.md",
        "Create https://example.com/a.json",
    ],
)
def test_no_check_where_the_wording_leaves_doubt(text):
    assert derived(text) == []


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("Write gen.py that creates numbers.txt with the numbers 1 to 10", "numbers.txt"),
        ("Schreibe gen.py, das zahlen.txt erzeugt", "zahlen.txt"),
        ("Create load.py which reads cities.json", "cities.json"),
        ("Write main.py using helpers.py", "helpers.py"),
        ("Use gen.py to create out.txt", "out.txt"),
        ("Create tsconfig.json", "json_valid"),
        ("Create lines.jsonl", "json_valid"),
        ("Write app.js", "syntax_valid"),
    ],
)
def test_what_must_not_be_demanded(text, never):
    assert not [check for check in derived(text) if never in check]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Delete old.log", ["file_missing | old.log"]),
        ("Please remove the file `old.log` from the project.", ["file_missing | old.log"]),
        ("Rename notes.txt to ideas.txt", moved("notes.txt", "ideas.txt")),
        ("Move notes.txt into archive.txt", moved("notes.txt", "archive.txt")),
        ("Remove the unused import from calc.py", []),
        ("Remove calc.py's unused import", []),
        ("Delete data.csv rows older than a year", []),
        ("Delete old.log if it is empty", []),
        ("Delete old.log and notes.txt", ["file_missing | old.log", "file_missing | notes.txt"]),
        ("Delete the files old.log, 'notes.txt' and data.csv.",
         ["file_missing | old.log", "file_missing | notes.txt", "file_missing | data.csv"]),
        ("Delete old.log and notes.txt rows older than a year", ["file_missing | old.log"]),
        ("Delete old.log or notes.txt", []),
        ("Do not delete old.log", []),
        ("Never remove old.log", []),
        ("Delete gone.txt and lost.txt", []),
        ("Supprime perdu.txt", []),
        ("Delete old.log and write fresh.txt", ["file_missing | old.log", "file_exists | fresh.txt"]),
        ("Benenne notes.txt in ideen.txt um", ["file_exists | ideen.txt"]),
    ],
)  # fmt: skip
def test_deleting_and_renaming_never_demand_the_removed_file(text, expected):
    assert derived(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Create greet.py which prints "Good day" and exits', "Good day"),
        ("Make shout.py that prints Hello, Loom!", "Hello, Loom"),
        ("Create sum.py that prints 42", "42"),
        ("Write hey.py, a program that says Nice to meet you! when I run it", "Nice to meet you"),
        ("Create a.py. When run, it displays the text 'All set'.", "All set"),
        ('Write b.py so that it outputs the line "x = 1" to the terminal.', "x = 1"),
        ("Write a program that says “Bonsoir” and save it as c.py", "Bonsoir"),
        ('Schreibe d.py, das "Hallo Welt" ausgibt', "Hallo Welt"),
        ("Crée e.py qui affiche « Bonjour le monde »", "Bonjour le monde"),
        ("Crea f.py que imprime 'Hola'", "Hola"),
        ("创建g.py文件,打印“你好”", "你好"),
    ],
)
def test_a_new_scripts_literal_output_is_looked_for(text, expected):
    checks = [check for check in derive_checks(text, EXISTING) if check.kind.startswith("command")]

    assert [(check.kind, check.expected) for check in checks] == [
        ("command_output_matches", expected)
    ]


@pytest.mark.parametrize(
    "text",
    [
        'Create z.py that prints "Fizz" for multiples of three and "Buzz" otherwise',
        'Create z.py that prints "abc" reversed',
        'Create z.py that prints the length of "abc"',
        'Create z.py that prints "Hello, {name}" nicely',
        'Create z.py that prints "Dear X..." once',
        "Create z.py that prints `total`",
        "Create z.py that prints Fibonacci numbers",
        "Create z.py that prints all the prime numbers below 100!",
        "Create z.py that prints 10 lines",
        "Create z.py that prints 1 to 5",
        "Create z.py that prints the sum of 3 and 4",
        'Create z.py that prints "yes" if 7 is prime',
        'Create z.py; it prints nothing, does not print "debug"',
        'Create z.py that prints "a\\tb"',
    ],
)
def test_text_that_is_not_literal_output_is_not_looked_for(text):
    assert not [check for check in derived(text) if "output_matches" in check]


@pytest.mark.parametrize(
    "text",
    [
        'Create z.py that asks for a name and prints "Hello"',
        'Create z.py that starts a server and prints "ready"',
        "Create z.py that prints the first of its arguments",
        "Create z.py with a function greet that prints a word",
        "Create z.py with double(n) and print something",
        "Create z.py that downloads a page and prints it",
        "Create z.py that prints the words in missing.txt",
        "Create z.py and run.sh, which prints it",
        "Create test_z.py that prints what it tests",
        "Create z.py that uses numpy and prints a matrix",
        "Create z.py that plays a game and prints the score",
        "Create z.py that prints the time for ever: loop forever",
        "Create z.sh that prints a line",
        "Create z.py with the constants of physics",
        'In calc.py, print "done" at the end',
    ],
)
def test_a_program_is_not_run_blindly(text):
    assert not [check for check in derived(text) if "command" in check]


def test_a_shell_script_is_run_where_its_output_is_known():
    assert derived("Write a shell script today.sh that prints the word ready.") == [
        "file_exists | today.sh",
        "command_output_matches | bash today.sh | ready",
    ]


def test_a_new_script_must_do_what_is_said_of_it():
    assert derived("Write primes.py. It prints the first ten primes.") == script(
        "primes.py", "command_prints | python3 primes.py"
    )
    assert derived("Write primes.py and make sure it runs.") == script(
        "primes.py", "command_succeeds | python3 primes.py"
    )
    assert derived("Write primes.py and do not run it.") == script("primes.py")


def test_a_script_may_read_files_that_are_there_or_that_the_goal_creates():
    assert "command_prints | python3 z.py" in derived(
        "Create z.py that prints the rows of data.csv"
    )
    assert "command_prints | python3 z.py" in derived(
        "Write words.txt and z.py. Running the latter prints the words of words.txt."
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Set port to 8080 in settings.toml", ["port = 8080"]),
        ("In settings.toml, change the max_size setting from 3 to 5.", ["max_size = 5"]),
        ("Update `debug` to false in settings.toml", ["debug = false"]),
        ("Create a.json with the keys \"name\" set to \"x y\" and \"port\" set to 80.",
         ["name = \"x y\"", "port = 80"]),
        ("Write app.toml with host = 'here' and ratio = 0.5", ["host = \"here\"", "ratio = 0.5"]),
        ("Ändere settings.toml: port = 90", ["port = 90"]),
        ("Set the title to uppercase in settings.toml", []),
        ("Set timeout to 90 seconds in settings.toml", []),
        ("Set width to 50% in settings.toml", []),
        ("Change the number of workers to 4 in calc.py", []),
        ("Set a to 1 or 2 in settings.toml", []),
        ("Write main.py that sets port to 8080 in settings.toml", []),
        ("Create a.toml with x = 1 and b.toml with x = 2", []),
        ("Change x to 1, then change x to 2 in settings.toml", []),
    ],
)  # fmt: skip
def test_stated_values_must_be_set(text, expected):
    found = [check for check in derive_checks(text, EXISTING) if check.kind == "setting_equals"]

    assert [check.expected for check in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Create m.py with a function double(n)", ["m.py | double"]),
        ("Add a function called triple to calc.py", ["calc.py | triple"]),
        (
            "Write m.py with a class `Stack` and a function named push",
            ["m.py | Stack", "m.py | push"],
        ),
        ("Write m.py with a function that doubles a number", []),
        ("Write m.py and n.py with a function double(n)", []),
        ("Write m.js with a function double(n)", []),
    ],
)
def test_named_functions_must_be_defined(text, expected):
    found = [check for check in derived(text) if check.startswith("python_defines")]

    assert found == [f"python_defines | {one}" for one in expected]


def test_examples_of_calls_must_come_true():
    text = 'Write m.py with join(a, b), where join("x", 2) should return "x-2" and join() is None.'

    commands = [
        check for check in derive_checks(text, ()) if check.kind == "command_output_matches"
    ]

    assert [check.expected for check in commands] == ["as expected"] * 2
    assert 'value = join("x", 2); ' in commands[0].target
    assert 'if value == "x-2" else' in commands[0].target
    assert "value = join(); " in commands[1].target


@pytest.mark.parametrize(
    "text",
    [
        "Write m.py with f(x) which returns x + 1",
        "Write m.py where f(x) returns 3",
        "Write m.py where f(3) returns an error",
        "Write m.py where f(__import__('os')) returns 3",
        "Write m.py where obj.f(3) returns 4",
        "Write my-module.py where f(3) returns 4",
        "Write m.py where f(3) returns 4px",
    ],
)
def test_what_is_no_example_is_not_run(text):
    assert not [check for check in derived(text) if "python3 -c" in check]


def test_literal_output_of_what_is_not_run_is_looked_for_in_the_file():
    assert derived('Create run.js that prints "ready"') == [
        "file_exists | run.js",
        "file_contains | run.js | ready",
    ]
    assert "file_contains | z.py | Hi" in derived(
        'Create z.py with a function greet() that prints "Hi"'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Create a.txt containing "Buy milk"', ["a.txt | Buy milk"]),
        ("Create a.json with the keys 'name', 'port' and 'debug'",
         ["a.json | name", "a.json | port", "a.json | debug"]),
        ('Make a.md with "one" and b.md with the line "two"', ["a.md | one", "b.md | two"]),
        ('Add the line "buy milk" to notes.txt', ["notes.txt | buy milk"]),
        ("Append 'debug = true' to the end of settings.toml.", ["settings.toml | debug = true"]),
        ('Replace "foo" with "bar" in notes.txt', ["notes.txt | bar"]),
        ('Create a file with the text "hi" named a.txt', ["a.txt | hi"]),
        ('Create a.csv with the header "name,age"', ["a.csv | name,age"]),
        ("Create a.csv with the columns name,age and two rows", ["a.csv | name,age"]),
        ("Create a.csv with the header name and age", []),
        ('Create a.txt with "TODO" removed', []),
        ('Create a.txt with "Dear <name>"', []),
        ('Do not add "x" to notes.txt', []),
        ('Write log.py that adds "x" to notes.txt', []),
        ('Create a.json with "naïve" in it', []),
        ("Create a.txt with the first line of notes.txt", []),
    ],
)  # fmt: skip
def test_literal_content_is_looked_for_in_its_file(text, expected):
    found = [check for check in derived(text) if check.startswith("file_contains")]

    assert found == [f"file_contains | {one}" for one in expected]


def test_a_long_list_of_files_gives_a_bounded_number_of_checks():
    goal = "Create " + ", ".join(f"part{index}.json" for index in range(60))

    assert len(derive_checks(goal, ())) == MAX_DERIVED_CHECKS


def test_a_path_is_quoted_for_the_shell():
    assert "command_prints | python3 a+b.py" in derived("Create a+b.py that prints the date")


@given(st.text(max_size=300), st.lists(st.text(max_size=10), max_size=3))
def test_no_text_raises(text, existing):
    assert len(derive_checks(text, existing)) <= MAX_DERIVED_CHECKS


PIECES = (
    *("create", "write", "delete", "run", "prints", "that", "and", "or", "to", "with", "if", "not"),
    *("a.py", "b.txt", "notes.txt", '"hi"', "'x y'", "the", "file", ".", ","),
)


@given(st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join))
def test_derived_checks_only_ever_concern_named_files(text):
    for check in derive_checks(text, EXISTING):
        assert any(name in check.target for name in ("a.py", "b.txt", "notes.txt"))
