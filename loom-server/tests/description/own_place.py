"""A hook of schemathesis: every task that it asks for works in the directory of the test."""

import os

import schemathesis


@schemathesis.hook
def map_body(context, body):
    """Never the root of this machine, which a generated path can be."""
    if isinstance(body, dict) and isinstance(body.get("workspace"), str):
        return {**body, "workspace": os.environ["LOOM_TEST_WORKSPACE"]}
    return body
