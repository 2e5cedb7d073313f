"""What keys do while a session is typed into."""

import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

_ANSWERS = "yasnv"


class TypedInput(Vt100Input):
    """What is typed at this terminal; keys stay keys while something is printed.

    prompt-toolkit prints in cooked mode, where the terminal itself eats a Ctrl-D, and makes a signal of
    a Ctrl-C that ends the prompt instead of the turn.
    """

    _is_left = False

    def __init__(self) -> None:
        """Read from standard input, which is a terminal."""
        super().__init__(sys.stdin)

    def leave(self) -> None:
        """Give the terminal back to the shell at the next pause of the prompt, once."""
        self._is_left = True

    def cooked_mode(self) -> AbstractContextManager[None]:
        """The terminal as the shell had it, when it is left to that; else as it is."""
        is_left, self._is_left = self._is_left, False
        return super().cooked_mode() if is_left else nullcontext()


class Stoppable(Protocol):
    """What keys act on."""

    @property
    def is_approval(self) -> bool:
        """Whether a yes or no to a call is waited for."""
        ...

    @property
    def is_busy(self) -> bool:
        """Whether something runs that can be stopped."""
        ...

    def stop(self) -> None:
        """Stop it."""
        ...

    def take(self, line: str) -> None:
        """Take what is typed."""
        ...


def key_bindings(face: Stoppable, typed: TypedInput) -> KeyBindings:
    """Enter sends, Alt-Enter begins a line, Ctrl-C stops or clears, Ctrl-Z puts Loom aside."""
    keys = KeyBindings()

    @keys.add("enter")
    def _send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("c-c")
    def _stop(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        elif face.is_busy:
            face.stop()
        else:
            event.app.exit(exception=EOFError)

    @keys.add("c-z")
    def _put_aside(event: KeyPressEvent) -> None:
        typed.leave()
        event.app.suspend_to_background()

    def is_bare_approval() -> bool:
        return face.is_approval and not get_app().current_buffer.text

    for letter in _ANSWERS:

        @keys.add(letter, filter=Condition(is_bare_approval))
        def _answer(_event: KeyPressEvent, letter: str = letter) -> None:
            face.take(letter)

    return keys
