"""The journal of an attempt that is played again: answers what was recorded, and writes it anew."""

from collections.abc import Callable, Sequence

from loom_core import errors
from loom_core.engine.journal import FinishedStep, StepJournal, Written
from loom_core.engine.lease import Lease
from loom_core.errors import ModelError
from loom_core.events import Event, EventBody, ModelCallFailed
from loom_core.replaying.recording import Place, Recording, is_input
from loom_core.replaying.stage import Stage
from loom_core.store import Store


class ReplayJournal(StepJournal):
    """Gives each step the end that it had, and puts everything into the new run's journal.

    What the harness itself writes comes in between as the harness decides, so that afterwards the
    two journals can be compared.
    """

    def __init__(
        self,
        recording: Recording,
        stage: Stage,
        played: dict[Place, int],
        store: Store,
        task_id: str,
        *,
        fence: int,
        subtask_id: str = "",
        attempt: int = 0,
        recorded: Sequence[Event] = (),
        steps_done: int = 0,
        watch: Callable[[str, EventBody], None] | None = None,
        lease: Lease | None = None,
    ) -> None:
        """Play a place of a recording; the arguments after the first three are as for ``StepJournal``.

        A place may be come back to: after a wait for a human, and after a plan that nobody replaced. So
        ``played`` says how many records of each place were played, by whichever journal of a replay.
        """
        self._place = (subtask_id, attempt)
        past = recording.at(self._place)
        said = [event for event in recorded if not is_input(event.body)]
        super().__init__(
            store,
            task_id,
            fence=fence,
            subtask_id=subtask_id,
            attempt=attempt,
            recorded=[*(event for event in past if is_input(event.body)), *said],
            steps_done=steps_done,
            watch=watch,
            lease=lease,
        )
        self._stage = stage
        self._script = [event.body for event in past]
        self._all_played = played

    @property
    def _played(self) -> int:
        """How many records of this place were played."""
        return self._all_played.get(self._place, 0)

    @_played.setter
    def _played(self, count: int) -> None:
        self._all_played[self._place] = count

    def finished(self, step: int) -> FinishedStep | None:
        """The recorded end of a step, which is written with all that led to it."""
        end = super().finished(step)
        if end is not None:
            self._play_until(end)
        return end

    def failure(self, step: int) -> ModelError | None:
        """The error of a call that gave no answer; a step that was never taken is one too."""
        failed = self.failed_call(step)
        if failed is None:
            place = f"{self.subtask_id or 'the plan'}, attempt {self.attempt}"
            return errors.RequestRejected(f"{place} has no recorded step {step}")
        last = next(
            body
            for body in reversed(self._script)
            if isinstance(body, ModelCallFailed) and body.step == step
        )
        self._play_until(last)
        return super().failure(step) or getattr(errors, failed.error, ModelError)(failed.message)

    def _submit(self, bodies: Sequence[EventBody], *, is_urgent: bool) -> Written:
        """Write what the harness says, after what came from outside before it."""
        for body in bodies:
            self._play_before(body)
        return super()._submit(bodies, is_urgent=is_urgent)

    def _play_until(self, end: EventBody) -> None:
        """Write everything from outside up to a record, unless that was done."""
        if any(body is end for body in self._script[self._played :]):
            while self._played < len(self._script):
                body = self._script[self._played]
                self._played += 1
                self._play(body)
                if body is end:
                    return

    def _play_before(self, body: EventBody) -> None:
        """Write what came from outside before a record of the same type."""
        types = [type(one) for one in self._script[self._played :]]
        if type(body) not in types:
            return
        until = self._played + types.index(type(body))
        for one in self._script[self._played : until]:
            self._play(one)
        self._played = until + 1

    def _play(self, body: EventBody) -> None:
        """Write one record if it came from outside, with what it did to the workspace."""
        if is_input(body):
            self._stage.carry_out(body)
            super()._submit([body], is_urgent=False)
