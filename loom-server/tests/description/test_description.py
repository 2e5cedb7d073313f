"""The OpenAPI description is what the server does: requests made from it, good and bad."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from server_site import Site

from loom_core.testing import Reply, Script

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ENDLESS = r"/stream$"
"""Paths whose answers go on: streams have tests of their own."""
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
EXAMPLES = 4
"""For each operation."""


def options(client, site):
    """How schemathesis is called."""
    return [
        *("run", f"{client.url}/openapi.json", "--header", f"Authorization: Bearer {site.token}"),
        *(
            "--exclude-path-regex",
            ENDLESS,
            "--checks",
            ",".join(CHECKS),
            "--phases",
            "examples,coverage,fuzzing,stateful",
        ),
        *("--max-examples", str(EXAMPLES), "--seed", "1", "--generation-deterministic"),
        *("--no-shrink", "--continue-on-failure", "--workers", "1", "--no-color"),
        *("--request-timeout", "20"),
    ]


async def test_no_answer_is_a_server_error_or_undocumented(site: Site):
    program = Path(sys.executable).with_name("st")
    if not program.exists() and not os.environ.get("CI"):
        pytest.skip("schemathesis is not installed")
    site.script = Script(default=Reply.calling("complete", summary="x"))
    hooks = Path(__file__).with_name("own_place.py")
    async with site.serve() as client:
        running = await asyncio.create_subprocess_exec(
            program,
            *options(client, site),
            cwd=site.root,
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": str(hooks),
                "LOOM_TEST_WORKSPACE": str(site.workspace),
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await running.communicate()

    assert running.returncode == 0, said.decode()
