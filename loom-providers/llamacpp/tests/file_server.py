"""A web server with one file that can break off, ignore ranges, or refuse."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer:
    """Serves one file on loopback; what it should do wrong is set as attributes."""

    def __init__(self, content):
        self.content = content
        self.knows_ranges = True
        self.status = 200
        self.redirect_to = ""
        self.cuts = []
        """How many bytes the next answers send before the connection breaks."""
        self.ranges = []
        """The Range header of each request, empty for none."""
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,))

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_error):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(self):
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer._answer(self)

            def log_message(self, *_message):
                pass

        return Handler

    def _answer(self, request):
        asked = request.headers.get("Range", "")
        self.ranges.append(asked)
        if self.redirect_to or self.status >= 400:
            request.send_response(302 if self.redirect_to else self.status)
            request.send_header("Location", self.redirect_to)
            request.send_header("Content-Length", "0")
            request.end_headers()
            return
        begin = (
            int(asked.removeprefix("bytes=").removesuffix("-"))
            if asked and self.knows_ranges
            else 0
        )
        body = self.content[begin:]
        request.send_response(206 if begin else 200)
        if begin:
            last = len(self.content) - 1
            request.send_header("Content-Range", f"bytes {begin}-{last}/{len(self.content)}")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body[: self.cuts.pop(0)] if self.cuts else body)
