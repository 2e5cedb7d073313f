"""How many threads make tokens: all that were planned, or one where they only wait for each other."""

_IN_A_ROW = 2
_SLOW_SHARE = 0.5


class Pace:
    """Decides by the speed of whole answers that ran alone.

    llama.cpp's threads wait for each other at every layer, so that cores which are busy elsewhere make
    many threads slower than one. When decoding falls to half of its best twice in a row, one thread is
    tried; if that is slower still, as with a long prompt, all come back for good.
    """

    def __init__(self, threads: int) -> None:
        """Begin with the threads that were planned."""
        self.threads = threads
        """Threads that the next answer should be made with."""
        self._planned = threads
        self._is_settled = threads == 1
        self._best = 0.0
        self._recent: list[float] = []
        self._slow_rate = 0.0

    def note(self, tokens_per_second: float, threads: int) -> None:
        """Take the speed of one answer in, and with how many threads it was made."""
        if self._is_settled or threads != self.threads:
            return
        if self.threads == self._planned:
            self._watch(tokens_per_second)
        else:
            self._judge(tokens_per_second)

    def _watch(self, rate: float) -> None:
        """Try one thread once decoding has become slow."""
        self._best = max(self._best, rate)
        is_slow = rate <= self._best * _SLOW_SHARE
        self._recent = [*self._recent, rate] if is_slow else []
        if len(self._recent) == _IN_A_ROW:
            self._slow_rate, self._recent, self.threads = max(self._recent), [], 1

    def _judge(self, rate: float) -> None:
        """Stay with one thread unless it is slower than what it was to mend."""
        self._recent.append(rate)
        if len(self._recent) == _IN_A_ROW:
            self._is_settled = True
            if max(self._recent) < self._slow_rate:
                self.threads = self._planned
