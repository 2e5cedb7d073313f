"""Which files are taken to hold secrets, and finding them."""

import pytest

from loom_core.workspace import holds_secrets, secrets
from loom_core.workspace.secrets import secret_files


@pytest.fixture
def fill(root):
    def make(*names):
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text("x")

    return make


def found(root):
    return [str(path.relative_to(root.resolve())) for path in secret_files(root)]


@pytest.mark.parametrize("path", [".env", "app/.ENV.local", "tls/server.key", "secrets.yml"])
def test_a_name_tells_of_secrets(path):
    assert holds_secrets(path)


@pytest.mark.parametrize("path", [".env.example", "id_rsa.pub", "environment.py", ".envrc"])
def test_other_names_tell_of_none(path):
    assert not holds_secrets(path)


def test_secret_files_are_found_whether_ignored_or_not(root, fill):
    fill(".gitignore", ".env", "deep/er/server.pem", "main.py")
    (root / ".gitignore").write_text(".env\n")

    assert found(root) == [".env", "deep/er/server.pem"]


def test_certificates_of_installed_packages_and_directories_are_none(root, fill):
    fill(".venv/lib/cacert.pem", "node_modules/x/test.key", "x.key/readme.txt")

    assert found(root) == []


def test_a_link_stands_for_the_file_that_it_leads_to(root, fill, tmp_path):
    fill("config/production")
    (tmp_path / "outside").write_text("x")
    (root / ".env").symlink_to("config/production")
    (root / "a.key").symlink_to(tmp_path / "outside")
    (root / "b.key").symlink_to("nowhere")

    assert found(root) == ["config/production"]


def test_the_search_is_bounded_and_begins_near_the_root(root, fill, monkeypatch):
    fill(".env", "sub/one", "sub/two", "sub/deep/.env")
    monkeypatch.setattr(secrets, "MAX_ENTRIES", 5)

    assert found(root) == [".env"]
