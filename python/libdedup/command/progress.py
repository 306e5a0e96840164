"""--progress: a line on standard error."""

from __future__ import annotations

import argparse
import sys
import time

from .._deduper import Deduper
from .._guard import size_of
from .trouble import complain

LARGE = 32 << 20    # bytes worth a line of progress, unasked


class Progress:
    def __init__(self, args: argparse.Namespace, size: int, passes: int
                 ) -> None:
        self.redraws = sys.stderr.isatty()
        self.size = size * passes
        self.read = 0.0
        self.start = self.last = time.monotonic()
        self.on = args.progress if args.progress is not None else (
            self.redraws and not args.quiet and size >= LARGE)
        self.shown = 0

    def add(self, n: float, deduper: Deduper) -> None:
        self.read += n
        now = time.monotonic()
        if not self.on or now - self.start < 1 or (
                now - self.last < (0.2 if self.redraws else 1)):
            return
        self.last = now
        stats = deduper.stats
        rate = self.read / (now - self.start)
        share = stats["removed_bytes"] / max(stats["bytes"], 1)
        line = (f"{size_of(self.read)} of {size_of(self.size)}, "
                f"{rate / 1e6:.1f} MB/s, {100 * share:.1f} % removed")
        if self.size > self.read and rate > 0:
            left = int((self.size - self.read) / rate)
            line += (f", {left // 60}:{left % 60:02} left" if left < 3600 else
                     f", {left // 3600}:{left // 60 % 60:02} hours left")
        if self.redraws:
            print(f"\rlibdedup: {line:<{self.shown}}", end="", file=sys.stderr,
                  flush=True)
            self.shown = len(line)
        else:
            complain(line)

    def clear(self) -> None:
        if self.shown:
            print("\r" + " " * (self.shown + 10) + "\r", end="",
                  file=sys.stderr, flush=True)
        self.shown = 0
