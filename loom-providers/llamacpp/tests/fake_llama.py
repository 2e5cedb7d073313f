"""A model without llama.cpp: says what it was told to, and waits where a test wants it to."""

import threading

from loom_core.errors import ModelUnavailable


def text_piece(text, finish=None):
    return {"choices": [{"finish_reason": finish, "delta": {"content": text}}]}


HELLO = (text_piece("Hello"), text_piece("", "stop"))


class FakeLlama:
    """Hands over pieces; ``hold`` keeps it between the first and the second one."""

    def __init__(self, plan=None, pieces=HELLO):
        self.plan = plan
        self.window = plan.window if plan else 1000
        self.pieces = list(pieces)
        self.error = None
        self.bodies = []
        self.hold = threading.Event()
        self.hold.set()
        self.began = threading.Event()
        self.was_cancelled = threading.Event()
        self.is_closed = False
        self.most_at_once = 0
        self._running = 0
        self._lock = threading.Lock()

    def chat(self, body, on_chunk):
        with self._lock:
            self.bodies.append(body)
            self._running += 1
            self.most_at_once = max(self.most_at_once, self._running)
        try:
            self._answer(on_chunk)
        finally:
            with self._lock:
                self._running -= 1

    def _answer(self, on_chunk):
        if self.error:
            raise self.error
        for piece in self.pieces:
            if on_chunk(piece):
                self.was_cancelled.set()
                return
            self.began.set()
            while not self.hold.wait(0.01):
                if on_chunk({}):
                    self.was_cancelled.set()
                    return

    def count_tokens(self, messages):
        return 100 + len(messages)

    def close(self):
        self.is_closed = True


class Loader:
    """Loads fakes, and keeps them."""

    def __init__(self, error=""):
        self.loaded = []
        self._error = error

    def __call__(self, plan):
        if self._error:
            raise ModelUnavailable(self._error)
        self.loaded.append(FakeLlama(plan))
        return self.loaded[-1]
