"""A goal with what a model answers to it, and a collector that keeps what it is sent."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from loom_core.testing import Reply

REPLIES = (
    Reply.calling("write_file", path="hello.txt", content="the secret word\n"),
    Reply.calling("complete", summary="wrote what was secret"),
)
GOAL = "Create hello.txt that says the secret word in this folder"


class Collector:
    """Takes spans over HTTP, on a port of its own."""

    def __init__(self):
        self.requests = []
        self.status = 200
        taken = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                taken.requests.append((self.path, dict(self.headers), body))
                self.send_response(taken.status)
                self.end_headers()

            def log_message(self, *_arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    @property
    def spans(self):
        return [
            span
            for _, _, body in self.requests
            for resource in json.loads(body)["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]


def attributes(span):
    """Names and values, without their types."""
    return {one["key"]: next(iter(one["value"].values())) for one in span["attributes"]}
