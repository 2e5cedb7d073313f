"""The ``loom`` command, called in this process."""

import pytest
from click.testing import CliRunner

from loom_core.cli.main import main


def call(*arguments):
    """Call ``loom``; its exit code, stdout and stderr."""
    runner = CliRunner(env={"COLUMNS": "100"})
    with runner.isolation() as (stdout, stderr, _), pytest.raises(SystemExit) as end:
        main([*arguments])
    return end.value.code, stdout.getvalue().decode(), stderr.getvalue().decode()
