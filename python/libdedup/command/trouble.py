"""Messages, errors and signals of a run."""

from __future__ import annotations

import contextlib
import sys
from typing import Iterator


class Trouble(Exception):
    """A message; the run ends, or goes on with the next file."""


class Stopped(BaseException):
    """A signal: number in args[0]."""


def complain(message: object) -> None:
    print(f"libdedup: {message}", file=sys.stderr)


class Stops:
    """Handles the signals that end a run.

    Python runs a handler in the main thread, whichever thread got the signal.
    So a mask of signals would hold nothing back.
    """

    def __init__(self) -> None:
        self.holds = False
        self.held: int | None = None

    def handle(self, number: int, frame: object) -> None:
        if not self.holds:
            raise Stopped(number)
        self.held = number

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """What must not be cut short: a signal takes effect after it."""
        self.holds = True
        try:
            yield
        finally:
            self.holds = False
            number, self.held = self.held, None
            if number is not None:
                raise Stopped(number)


stops = Stops()
