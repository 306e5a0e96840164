"""What is around each call of the extension: errors, warnings, progress."""

from __future__ import annotations

import logging
import sys
import time
import warnings
from typing import Any, Callable

from . import _core

LOG = logging.getLogger("libdedup")

_MUCH = 0.9         # a share of the text that is worth a warning
_FEW = 1 << 16      # bytes of a call that are not


class Guard:
    """A Guard of _values.py: one corpus through one Deduper of the extension.

    If a step fails after texts were judged, the Deduper is spoiled.

    also        what is made beside what a shape asks for, and is left in found
    """

    def __init__(self, core: _core.Deduper, on_full: str) -> None:
        self.core = core
        self.on_full = on_full
        self.also = 0
        self.found: list[Any] = []
        self._told = False

    def judge(self, data: object, column: str, what: int
              ) -> tuple[Any, Any, bytes, bytes]:
        fed, before = self.core.fed, self.core.stats()
        try:
            made = self.core.judge(data, column, what | self.also)
            self._check(before, what & (_core.CLEAN | _core.SPANS))
        except BaseException:
            if self.core.fed != fed:
                self.core.spoil()
            raise
        if self.also:
            self.found.append(made[1])
        return made

    def fresh(self) -> Guard:
        """A corpus may be read from its beginning only with a new Deduper."""
        if self.core.fed > 0:
            raise RuntimeError(
                "this data set is read again from its beginning: all of it "
                "would go, as copies of what was read before. Use "
                "libdedup.clean(), which begins anew each time")
        return self

    def _check(self, before: dict[str, Any], removes: int) -> None:
        """After a call: is memory full, or is nearly all of it removed?"""
        now = self.core.stats()
        if now["full"] and self.on_full == "fail":
            self.core.spoil()
            raise MemoryError("memory is full: more of it, or on_full='pass'")
        if now["full"] and not self._told:
            self._told = True
            warn("memory is full: what is new from here on is kept but not "
                 "remembered")
        size = now["bytes"] - before["bytes"]
        gone = now["removed_bytes"] - before["removed_bytes"]
        LOG.debug("%d rows, %s read, %s removed", now["rows"] - before["rows"],
                  size_of(size), size_of(gone))
        if removes and size >= _FEW and gone > _MUCH * size:
            warn(f"{100 * gone / size:.1f} % of the text was removed")


def warn(message: str) -> None:
    """Warn at the line that called this package."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and (
            frame.f_globals.get("__name__", "").startswith("libdedup")):
        frame = frame.f_back
        level += 1
    warnings.warn(message, RuntimeWarning, stacklevel=level)


def size_of(n: float) -> str:
    for unit in ("B", "kB", "MB"):
        if n < 999.5:
            return f"{n:.0f} B" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1000
    return f"{n:,.2f} GB"


# A call on each part of a map sees that part alone.

_MAPS = {
    "datasets": "libdedup.clean(dataset), or map() with the clean of one "
                "Deduper, batched=True and without num_proc",
    "dask": "its partitions to one Deduper, in order",
    "distributed": "its partitions to one Deduper, in order",
    "ray": "the batches to one Deduper, in order, in one process or actor",
    "pyspark": "libdedup.spark.clean(frame)",
    "polars": "libdedup.clean(frame.collect())",
    "daft": "libdedup.clean(frame.to_arrow())",
}


def warn_in_map() -> None:
    """Is this call made by a package for one part of its data?"""
    frame = sys._getframe(1)
    while frame.f_back is not None:
        frame = frame.f_back
        name = frame.f_globals.get("__name__", "").split(".")[0]
        if name in _MAPS:
            warn(f"this is called by {name} for a part of its data: each part "
                 "is a corpus of its own, and copies in other parts stay. For "
                 f"one corpus: {_MAPS[name]}; for copies within each document "
                 "only: scope='document'")
            return


# Progress.

class Line:
    """A line on standard error, where there is no tqdm."""

    def __init__(self, total: int | None) -> None:
        self.total, self.n = total, 0
        self.start = time.monotonic()
        self.shown = False

    def update(self, n: int) -> None:
        self.n += n
        rate = self.n / max(time.monotonic() - self.start, 1e-9)
        of = f" of {self.total:,}" if self.total is not None else ""
        print(f"\rlibdedup: {self.n:,}{of} rows, {rate:,.0f} a second",
              end="", file=sys.stderr, flush=True)
        self.shown = True

    def close(self) -> None:
        if self.shown:
            print(file=sys.stderr)
            self.shown = False


class Progress:
    """How many rows were read, in all passes; the extension calls it."""

    def __init__(self, total: int | None) -> None:
        self.bar: Any
        try:
            from tqdm.auto import tqdm
        except ImportError:
            self.bar = Line(total)
        else:
            self.bar = tqdm(total=total, unit=" rows", desc="libdedup")
        self.seen = 0

    def __call__(self, row: int) -> None:
        if row < self.seen:     # the next pass begins
            self.seen = 0
        self.bar.update(row - self.seen)
        self.seen = row

    def close(self) -> None:
        self.bar.close()


def watched(core: _core.Deduper, rows: int | None, passes: int
            ) -> Callable[[], None]:
    """Show progress; what is returned ends it."""
    progress = Progress(rows * passes if rows is not None else None)
    core.watch(progress)

    def end() -> None:
        progress(core.stats()["rows"])
        core.watch(None)
        progress.close()

    return end
