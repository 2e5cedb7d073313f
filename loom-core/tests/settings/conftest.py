"""A project directory, a user's home and the settings read from them."""

from pathlib import Path

import pytest

from loom_core.settings import home_directory, load_settings


class Machine:
    """A user with a home directory, standing in a project."""

    def __init__(self, root: Path):
        self.project = root / "project"
        self.user = root / "user"
        self.home = self.user / ".loom"
        self.project.mkdir()
        self.home.mkdir(parents=True)
        self.environ = {"HOME": str(self.user)}

    def write_project(self, text):
        return self._write(self.project, text)

    def write_user(self, text):
        return self._write(self.home, text)

    def load(self, *, cwd=None, flags=None, config_file=None, **environ):
        environ = {**self.environ, **environ}
        return load_settings(
            cwd=cwd or self.project,
            home=home_directory(environ),
            environ=environ,
            flags=flags,
            config_file=config_file,
        )

    def _write(self, directory, text):
        path = directory / "loom.toml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)
