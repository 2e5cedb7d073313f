"""Finding, listing and loading parts of installed distributions.

Fake distributions are directories on the path of a fresh interpreter, so that what is imported, and
what is not, can be seen from outside.
"""

import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(
    0, str(Path(__file__).parent)
)  # importlib mode: the modules beside it are found by name

from extension_site import Site, error_of


@pytest.fixture
def site(tmp_path):
    return Site(tmp_path)


# ---- loading


def test_load_imports_that_part_only(site):
    site.add("fake-a", "[loom.tools]\none = fake_a:One\n", fake_a="class One: pass\n")
    site.add("fake-b", "[loom.tools]\ntwo = fake_b:Two\n", fake_b="class Two: pass\n")

    answer = site.run("answer = load(Group.TOOLS, 'one').__name__")

    assert answer == "One"
    assert site.executed == ["fake_a"]


def test_names_are_sorted_leave_out_disabled_ones_and_import_nothing(site):
    site.add("fake-a", "[loom.checks]\nfk_b = fake_a:B\nfk_a = fake_a:A\nfk_c = fake_a:C\n")

    answer = site.run(
        "answer = [n for n in names(Group.CHECKS, disabled=['fk_c']) if n.startswith('fk')]"
    )

    assert answer == ["fk_a", "fk_b"]


def test_unknown_name_is_refused_with_the_near_one_the_installed_ones_and_what_to_do(site):
    site.add("fake-a", "[loom.executors]\nlocal = fake_a:A\nremote = fake_a:B\n")

    kind, text = site.run(error_of("load(Group.EXECUTORS, 'locall')"))

    assert kind == "ExtensionNotFound"
    assert "did you mean 'local'?" in text
    assert "installed: local, remote" in text
    assert "pip install" in text


def test_empty_group_says_that_nothing_is_installed(site):
    _, text = site.run(error_of("load('loom.nothing', 'x')"))

    assert "installed: nothing" in text


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("import surely_missing_xyz\n", "ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)\n", "SystemExit: 3"),
        ("assert False, 'never'\n", "AssertionError: never"),
        ("One = = 1\n", "SyntaxError"),
        ("Two = 1\n", "AttributeError"),
    ],
)
def test_part_that_cannot_be_loaded_names_distribution_and_cause(site, body, cause):
    site.add("fake-broken", "[loom.tools]\none = fake_broken:One\n", fake_broken="#raw\n" + body)

    kind, text = site.run(error_of("load(Group.TOOLS, 'one')"))

    assert kind == "PluginError"
    assert "fake-broken 1.0" in text
    assert cause in text
    assert "plugins.disabled" in text


def test_load_all_keeps_what_works_apart_from_what_does_not(site):
    site.add("fake-good", "[loom.executors]\ngood = fake_good:One\n", fake_good="One = 1\n")
    site.add("fake-bad", "[loom.executors]\nbad = fake_bad:One\n", fake_bad="raise OSError('no')\n")

    answer = site.run(
        "found = load_all(Group.EXECUTORS)\n"
        "answer = [[[p.name, p.value, p.distribution] for p in found.parts.values()],"
        " {name: str(error) for name, error in found.failures.items()}]"
    )

    assert answer[0] == [["good", 1, "fake-good"]]
    assert list(answer[1]) == ["bad"]
    assert "OSError: no" in answer[1]["bad"]


def test_load_all_of_named_parts_reports_the_missing_one(site):
    site.add("fake-a", "[loom.executors]\none = fake_a:One\ntwo = fake_a:Two\n", fake_a="One = 1\n")

    answer = site.run(
        "found = load_all(Group.EXECUTORS, ['one', 'three'])\n"
        "answer = [list(found.parts), {n: type(e).__name__ for n, e in found.failures.items()}]"
    )

    assert answer == [["one"], {"three": "ExtensionNotFound"}]


def test_disabled_part_is_never_imported(site):
    site.add("fake-a", "[loom.executors]\none = fake_a:One\n", fake_a="One = 1\n")

    answer = site.run(
        "found = load_all(Group.EXECUTORS, disabled=('one',))\n"
        "answer = [list(found.parts), list(found.failures)]"
    )
    kind, text = site.run(error_of("load(Group.EXECUTORS, 'one', disabled=('one',))"))

    assert answer == [[], []]
    assert kind == "PluginError"
    assert "disabled" in text
    assert site.executed == []


def test_name_of_two_distributions_is_refused_naming_both(site):
    for which in ("one", "two"):
        site.add(f"fake-{which}", f"[loom.tools]\nsame = fake_{which}:A\n", **{f"fake_{which}": ""})

    kind, text = site.run(error_of("load(Group.TOOLS, 'same')"))

    assert kind == "PluginError"
    assert "fake-one 1.0 and fake-two 1.0" in text
    assert site.executed == []


def test_second_copy_of_a_distribution_on_the_path_is_no_conflict(site, tmp_path):
    site.add("fake-a", "[loom.tools]\nsame = fake_a:A\n", fake_a="A = 1\n")
    shadowed = Site(tmp_path / "later")
    shadowed.add("Fake_A", "[loom.tools]\nsame = fake_a:A\n", version="0.9")

    answer = site.run(
        f"import sys; sys.path.append({str(shadowed.root)!r})\nanswer = load(Group.TOOLS, 'same')"
    )

    assert answer == 1


def test_strangers_with_broken_metadata_harm_nobody(site):
    site.add("fake-good", "[loom.executors]\ngood = fake_good:One\n", fake_good="One = 1\n")
    site.add("stranger", "[console_scripts]\nthis line is no entry point\n")
    site.add("binary", "")
    (site.root / "binary-1.0.dist-info" / "entry_points.txt").write_bytes(b"[x]\n\xff\xfe = 1\n")
    (site.root / "empty-1.0.dist-info").mkdir()

    assert site.run("answer = load(Group.EXECUTORS, 'good')") == 1


def test_importing_extensions_loads_no_stevedore():
    code = "import sys, loom_core.extensions; print('stevedore' in sys.modules)"

    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "False"


# ---- listing


def test_listing_runs_no_code_of_what_it_lists(site):
    site.add(
        "fake-a",
        "[loom.tools]\nsound = fake_a.tool:Tool\n[loom.plugins]\nfake_hooks = fake_a\n",
        fake_a__init="",
        fake_a__tool="class Tool: pass\n",
    )
    site.add("fake-bad", "[loom.tools]\nbad = fake_bad:Tool\n", fake_bad="raise SystemExit\n")

    problems = site.problems()

    assert problems == {"sound": None, "fake_hooks": None, "bad": "module 'fake_bad' has no 'Tool'"}
    assert site.executed == []


def test_listing_says_where_a_part_comes_from(site):
    site.add("fake-a", "[loom.executors]\none = fake_a:One\n", version="2.5", fake_a="One = 1\n")

    answer = site.run(
        "answer = [[i.group, i.name, i.value, i.distribution, i.version, i.problem]"
        " for i in listing() if i.name == 'one']"
    )

    assert answer == [["loom.executors", "one", "fake_a:One", "fake-a", "2.5", None]]


BROKEN = {
    "missing module": ("fake_gone:A", {}, "module 'fake_gone' is not installed"),
    "missing submodule": (
        "fake_m.gone:A",
        {"fake_m__init": ""},
        "module 'fake_m.gone' is not installed",
    ),
    "submodule of a module": ("fake_m.x:A", {"fake_m": ""}, "module 'fake_m.x' is not installed"),
    "syntax error": (
        "fake_m:A",
        {"fake_m": "#raw\nA = (\n"},
        "fake_m, line 2: '(' was never closed",
    ),
    "null bytes": ("fake_m:A", {"fake_m": "#raw\nA = 1\0\n"}, "null bytes"),
    "syntax error in the parent": (
        "fake_m.x:A",
        {"fake_m__init": "#raw\ndef\n", "fake_m__x": "A = 1\n"},
        "fake_m, line 2: invalid syntax",
    ),
    "missing attribute": ("fake_m:A", {"fake_m": "B = 1\n"}, "module 'fake_m' has no 'A'"),
    "missing library": (
        "fake_m:A",
        {"fake_m": "import surely_missing_xyz.part\nA = 1\n"},
        "fake_m, line 2: imports 'surely_missing_xyz', which is not installed",
    ),
    "missing library, imported from": (
        "fake_m:A",
        {"fake_m": "from surely_missing_xyz import A\n"},
        "fake_m, line 2: imports 'surely_missing_xyz', which is not installed",
    ),
    "missing library of a sibling": (
        "fake_m.a:A",
        {
            "fake_m__init": "",
            "fake_m__a": "from . import b\nfrom .b import A\n",
            "fake_m__b": "import surely_missing_xyz\nA = 1\n",
        },
        "fake_m.b, line 2: imports 'surely_missing_xyz', which is not installed",
    ),
    "missing name of a sibling": (
        "fake_m.a:A",
        {"fake_m__init": "", "fake_m__a": "from fake_m.b import A\n", "fake_m__b": "B = 1\n"},
        "fake_m.a, line 2: module 'fake_m.b' has no 'A'",
    ),
    "relative import too far up": (
        "fake_m:A",
        {"fake_m": "from ..x import A\n"},
        "fake_m, line 2: relative import beyond its package",
    ),
    "no module": ("not a module!:A", {}, "does not name a part"),
    "path": ("fake-m/x.py:A", {}, "does not name a part"),
    "empty part": ("fake_m..x:A", {"fake_m": ""}, "does not name a part"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_listing_shows_why_a_part_is_broken(site, case):
    value, modules, problem = BROKEN[case]
    site.add("fake-m", f"[loom.tools]\nbroken = {value}\n", **modules)

    problems = site.problems()

    assert problem in problems["broken"]
    assert site.executed == []


SOUND = {
    "conditional import": "try:\n    import surely_missing_xyz\nexcept ImportError:\n    pass\nA = 1\n",
    "type checking": "import typing\nif typing.TYPE_CHECKING:\n    import surely_missing_xyz\nA = 1\n",
    "lazy import": "class A:\n    def run(self):\n        import surely_missing_xyz\n",
    "star import": "from os.path import *\n",
    "module getattr": "def __getattr__(name):\n    return 1\n",
    "globals": "globals()['A'] = 1\n",
    "import as": "import os as A\n",
    "with": "with open(__file__) as A:\n    pass\n",
    "loop": "for A in (1,):\n    pass\n",
    "walrus": "print(A := 1)\n",
    "global": "def f():\n    global A\n    A = 1\nf()\n",
    "unpacking": "(A, *B), C = (1, 2), 3\n",
    "import cycle with itself": "import fake_m\nA = 1\n",
}


@pytest.mark.parametrize("case", SOUND)
def test_listing_accuses_no_part_that_can_be_loaded(site, case):
    site.add("fake-m", "[loom.tools]\nsound = fake_m:A\n", fake_m=SOUND[case])

    assert site.problems() == {"sound": None}
    assert site.executed == []


def test_conflict_is_shown_on_both_without_running_either(site):
    for which in ("one", "two"):
        site.add(
            f"fake-{which}",
            f"[loom.tools]\nsame = fake_{which}:A\n",
            **{f"fake_{which}": "A = 1\n"},
        )

    rows = site.run("answer = [[i.distribution, i.problem] for i in listing() if i.name == 'same']")

    assert [row[0] for row in rows] == ["fake-one", "fake-two"]
    assert all("is brought by fake-one 1.0 and fake-two 1.0" in row[1] for row in rows)
    assert site.executed == []


def test_misspelt_group_is_shown_with_the_near_one(site):
    site.add("fake-a", "[loom.tool]\none = fake_a:One\n", fake_a="One = 1\n")

    problem = site.problems()["one"]

    assert problem == "Loom has no group 'loom.tool'; did you mean 'loom.tools'?"


def test_distribution_with_unreadable_entry_points_is_shown_and_harms_no_other(site):
    site.add("fake-bad", "[loom.tools]\nthis is no entry point\n")
    site.add("fake-good", "[loom.tools]\ngood = fake_good:A\n", fake_good="A = 1\n")

    problems = site.problems()

    assert problems["good"] is None
    assert "entry_points.txt cannot be read" in problems["fake-bad"]


def test_namespace_package_is_read_without_importing_it(site):
    site.add("fake-a", "[loom.tools]\none = fake_ns.part:A\n", fake_ns__part="A = 1\n")

    assert site.problems() == {"one": None}
    assert site.executed == []


def test_nested_namespace_package_is_not_accused(site):
    site.add("fake-a", "[loom.tools]\none = fake_ns.deep.part:A\n", fake_ns__deep__part="A = 1\n")

    assert site.problems() == {"one": None}
    assert site.executed == []


def test_listing_of_what_is_really_installed_finds_each_part_once():
    from loom_core.extensions import Group, listing

    rows = [(info.group, info.name, info.distribution) for info in listing()]

    assert len(rows) == len(set(rows))
    assert {info.group for info in listing()} <= {group.value for group in Group}
