"""What every distribution of this repository has in common."""

import configparser
import re
import tomllib
from importlib.metadata import entry_points

import pytest

from loom_core.extensions import Group


def read(manifest):
    return tomllib.loads(manifest.read_text())["project"]


@pytest.fixture(scope="module")
def core_version(root):
    return read(root / "loom-core" / "pyproject.toml")["version"]


def test_versions_are_local_so_that_no_index_can_serve_them(manifests):
    assert len(manifests) >= 6
    assert {manifest: read(manifest)["version"].endswith("+loom") for manifest in manifests} == (
        dict.fromkeys(manifests, True)
    )


def test_members_need_exactly_this_core_and_no_other_member(manifests, core_version):
    for manifest in manifests:
        own = [need for need in read(manifest)["dependencies"] if need.startswith("loom-")]
        is_core = read(manifest)["name"] == "loom-core"

        assert own == ([] if is_core else [f"loom-core=={core_version}"]), manifest


def test_every_distribution_is_complete(manifests):
    for manifest in manifests:
        project = read(manifest)
        package = manifest.parent / "src" / project["name"].replace("-", "_")

        assert project["license"] == "MIT"
        assert project["requires-python"] == ">=3.11"
        assert (package / "__init__.py").is_file(), package
        assert (package / "py.typed").is_file(), package
        assert (
            (manifest.parent / project["readme"]).read_text().startswith(f"# {project['name']}\n")
        )
        assert any((manifest.parent / "tests").rglob("test_*.py")), manifest


def test_entry_points_are_in_groups_that_loom_has(manifests):
    groups = {group.value for group in Group}
    declared = {group for manifest in manifests for group in read(manifest).get("entry-points", {})}

    assert {"loom.tools", "loom.providers", "loom.verifiers", "loom.checks"} <= declared
    assert declared <= groups


def test_what_is_declared_is_what_is_installed(manifests):
    for manifest in manifests:
        for group, named in read(manifest).get("entry-points", {}).items():
            installed = {part.name: part.value for part in entry_points(group=group)}

            assert named.items() <= installed.items(), manifest


def test_tox_has_one_environment_for_each_distribution(root, manifests):
    tox = configparser.ConfigParser()
    tox.read(root / "tox.ini")
    folders = {manifest.parent.relative_to(root).as_posix() for manifest in manifests}

    assert set(re.findall(r"-e \./(\S+)", tox["all"]["deps"])) == folders
    for folder in folders - {"loom-core"}:
        factor = folder.rpartition("/")[2].removeprefix("loom-")
        assert factor in tox["tox"]["env_list"].split(", "), folder
        assert f"{factor}: -e ./{folder}" in tox["testenv"]["deps"]


def test_tox_tries_the_oldest_textual_that_is_allowed(root):
    tox = configparser.ConfigParser()
    tox.read(root / "tox.ini")
    needs = read(root / "loom-tui" / "pyproject.toml")["dependencies"]
    [bound] = [need for need in needs if need.startswith("textual>")]

    assert bound.startswith(f"textual>={tox['oldest']['textual'].removesuffix('.0')},")
