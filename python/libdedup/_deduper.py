"""Deduper, which reads columns in order, and clean(), which is one call."""

from __future__ import annotations

import sys
import warnings
from os import PathLike, fsdecode
from types import TracebackType
from typing import Any, ClassVar, Iterable, TypeVar, Unpack

from . import _core, _options, _shapes
from ._options import Options

T = TypeVar("T")

_MUCH = 0.9         # a share of the text that is worth a warning
_FEW = 1 << 16      # bytes of a call that are not


@_options.documented
class Deduper:
    """What has been read so far; columns are cleaned against it, in order.

    A document is one string: a row of a column. A unit of it (a block between
    blank lines, or a line that can stand alone) is removed if an earlier text
    says all of it. There always is a copy that stays, the witness, and the text
    that stays is not changed.

    {options}

    Values are those of dedup(1), and may be typed as there: '8'. A share of all
    documents for boilerplate is 0.1 or '10%'. memory is bytes, '4G', a share of
    the machine's, or None: no limit. boilerplate and keep='none' take two
    passes, see again(). threshold is of the similarity 2M/(a+b) to a text
    that stays, and may lose facts; shingles of ngram words are those of Broder
    1997. A line in a block needs twice min_words. A document with too few words
    left is never a witness; see drop_empty, too. The answers do not depend on
    threads, or on seed, which is for tests only.

    ValueError: an option is out of range. The object is for one thread at a
    time, and for the process that made it; it cannot be pickled or copied.
    Each of these raises an error that says what to do instead. If a call fails
    after some of its texts were judged (Ctrl-C, MemoryError), the object only
    raises RuntimeError from then on: it would remove copies of texts that it
    never returned.

    >>> d = Deduper(threads=1)
    >>> d.clean(["One two three four five six.", "Something else."])
    ['One two three four five six.', 'Something else.']
    >>> d.clean(["one, two, three, four, five, six"])
    ['']
    """

    __slots__ = ("_core", "_given", "_on_full", "_told", "__weakref__")

    __signature__: ClassVar = _options.signature()

    def __init__(self, **options: Unpack[Options]) -> None:
        made = _options.complete(options)
        if made["exact"] and made["contained"]:
            raise ValueError("contained=True: not with exact=True")
        self._core = _options.core(made)
        for name in ("threshold", "ngram"):
            if made["exact"] and options.get(name) is not None:
                _warn(f"{name}: it has no effect with exact=True")
        self._given = {k: v for k, v in made.items()
                       if v != _options.DEFAULTS[k]}
        self._on_full = made["on_full"]
        self._told = False

    # Columns.

    def clean(self, data: T, column: str = "text", *,
              drop_empty: bool = False) -> T:
        """Clean a column; the result has the type of what was given.

        data        a pyarrow Table, RecordBatch, ChunkedArray, Array or
                    RecordBatchReader; a pandas or polars DataFrame or Series; a
                    datasets.Dataset or IterableDataset, or a batch of one
                    (a mapping of lists); a list of str and None; any object
                    with ``__arrow_c_stream__`` or ``__arrow_c_array__``; or an
                    iterator of any of these, or of str, which is read as the
                    result is read
        column      its name, if there are several
        drop_empty  True: leave out rows of which nothing is left

        Other columns, the order of rows, nulls, index, types and metadata stay.
        A dictionary-encoded column has indices of 32 bits at least. Objects of
        other types give a :class:`libdedup.Arrow`.

        KeyError: there is no such column. TypeError: it is not of strings.
        RuntimeError: the options need another pass first: see again().

        >>> import pyarrow as pa
        >>> t = pa.table({"id": [1, 2], "text": ["One two three four five.",
        ...     "Some words.\\n\\nOne two three four five."]})
        >>> Deduper().clean(t)["text"].to_pylist()
        ['One two three four five.', 'Some words.\\n']
        """
        if self._core.passes_left() > 0:
            raise RuntimeError(
                "these options need another pass first: give all columns to "
                "read(), then call again(), then clean() them")
        made: T = _shapes.clean(_Guard(self), data, column, drop_empty)
        return made

    def spans(self, data: Any, column: str = "text") -> Any:
        """What would be removed, and why; the texts count as read.

        For a list: a list of :class:`Span` for each document. For Arrow data: a
        list<struct> column of the same package, with the same fields.
        Offsets and lengths are in bytes: see :func:`characters`.

        >>> Deduper().spans(["A b c d e.\\nF g h i j.\\nA b c d e."])[0][0].reason
        'exact'
        """
        if self._core.passes_left() > 0:
            raise RuntimeError("these options need another pass first: "
                               "see again()")
        return _shapes.spans(_Guard(self), data, column)

    def read(self, data: Any, column: str = "text") -> None:
        """Read a column and return nothing: its texts count as seen.

        For all passes but the last, and to remove the texts of one corpus from
        another one.

        >>> d = Deduper()
        >>> d.read(["This was here before, word for word."])
        >>> d.clean(["This was here before, word for word!"])
        ['']
        """
        _shapes.feed(_Guard(self), data, column, False)

    def reference(self, data: Any, column: str = "text") -> None:
        """From later columns, remove what this column says (--against), and
        what contains a text of it.

        It must come before all others, else RuntimeError.
        """
        _shapes.feed(_Guard(self), data, column, True)

    @property
    def passes_left(self) -> int:
        """Passes that must follow this one: 0 unless ``boilerplate`` or
        ``keep='none'`` is given."""
        return self._core.passes_left()

    def again(self) -> None:
        """Begin the next pass, when all columns were given to read().

        >>> pages = ["Sign up\\nFirst page.", "Sign up\\nSecond page."]
        >>> with Deduper(boilerplate=2) as d:
        ...     d.read(pages)
        ...     d.again()
        ...     d.clean(pages)
        ['First page.', 'Second page.']

        RuntimeError: these options take no other pass.
        """
        self._core.again()

    # Tables.

    def load(self, path: str | PathLike[str], *, listed: bool = False) -> None:
        """Know what a saved table knows, as if its documents had been read.

        listed      True: as reference() would

        It must come before all columns, else RuntimeError. TableError: the
        table is damaged, or was made with other options, or cannot be read.
        """
        self._core.load(path, listed)

    def save(self, path: str | PathLike[str],
             labels: Iterable[str | bytes | None] | None = None) -> None:
        """Save what is known; the file is replaced when all is on the disk.

        labels      names of the documents, one a row: logs of runs that load
                    the table have them
        """
        names = None
        if labels is not None:
            names = [name.encode("utf-8", "surrogateescape")
                     if isinstance(name, str) else name for name in labels]
        self._core.save(path, names)

    def label(self, table: int, document: int) -> str:
        """The name of a document in the i-th table that was loaded, from 1."""
        return fsdecode(self._core.label(table, document))

    # What it holds.

    @property
    def stats(self) -> dict[str, Any]:
        """Counts so far, under the names of ``dedup --json``.

        rows, documents (rows that are not null), bytes, units, removed (units
        by reason), removed_bytes, oversize (too long to judge, kept),
        unrecorded (kept and not remembered, for lack of memory), full, memory
        (bytes held), lines (with words), short_lines (of these, not compared
        by themselves), given_up (comparisons that took too many steps).
        """
        return self._core.stats()

    def close(self) -> None:
        """Free what is held. Other methods then raise ValueError."""
        self._core.close()

    def __enter__(self) -> Deduper:
        return self

    def __exit__(self, kind: type[BaseException] | None,
                 error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.close()

    def __repr__(self) -> str:
        options = "".join(f" {k}={v!r}" for k, v in self._given.items())
        try:
            s = self._core.stats()
        except Exception as error:
            return f"<libdedup.Deduper{options}: {str(error).split(':')[0]}>"
        return (f"<libdedup.Deduper{options}: {s['documents']:,} documents, "
                f"{_size(s['bytes'])} read, {_size(s['removed_bytes'])} of it "
                f"removed; holds {_size(s['memory'])}>")

    def __reduce__(self) -> Any:
        return self._core.__reduce__()

    def _check(self, before: dict[str, Any]) -> None:
        """After a call: is memory full, or is nearly all of it removed?"""
        now = self._core.stats()
        if now["full"] and self._on_full == "fail":
            self._core.spoil()
            raise MemoryError("memory is full: more of it, or on_full='pass'")
        if now["full"] and not self._told:
            self._told = True
            _warn("memory is full: what is new from here on is kept but not "
                  "remembered")
        size = now["bytes"] - before["bytes"]
        gone = now["removed_bytes"] - before["removed_bytes"]
        if size >= _FEW and gone > _MUCH * size:
            _warn(f"{100 * gone / size:.1f} % of the text was removed")


def _warn(message: str) -> None:
    """Warn at the line that called this package."""
    level, frame = 2, sys._getframe(1)
    while frame.f_back is not None and (
            frame.f_globals.get("__name__", "").startswith("libdedup")):
        frame = frame.f_back
        level += 1
    warnings.warn(message, RuntimeWarning, stacklevel=level)


class _Guard:
    """A Guard of _shapes.py for a Deduper.

    If a step fails after texts were judged, the Deduper is spoiled.
    """

    def __init__(self, deduper: Deduper) -> None:
        self._deduper = deduper
        self.core = deduper._core

    def __enter__(self) -> _core.Deduper:
        self._fed = self.core.fed
        self._before = self.core.stats()
        return self.core

    def __exit__(self, kind: type[BaseException] | None,
                 error: BaseException | None,
                 trace: TracebackType | None) -> None:
        if kind is None:
            self._deduper._check(self._before)
        elif self.core.fed != self._fed:
            self.core.spoil()

    def fresh(self) -> _Guard:
        """A corpus may be read from its beginning only with a new Deduper."""
        if self.core.fed > 0:
            raise RuntimeError(
                "this data set is read again from its beginning: all of it "
                "would go, as copies of what was read before. Use "
                "libdedup.clean(), which begins anew each time")
        return self


class _Maker:
    """A Maker of _shapes.py: fresh() makes a new Deduper."""

    def __init__(self, options: Options, data: Any, column: str) -> None:
        self._options, self._data, self._column = options, data, column

    def fresh(self) -> _Guard:
        guard = _Guard(Deduper(**self._options))
        _read_before(guard, self._data, self._column)
        return guard


def _read_before(guard: _Guard, data: Any, column: str) -> None:
    while guard.core.passes_left() > 0:
        _shapes.feed(guard, data, column, False)
        guard.core.again()


def _size(n: float) -> str:
    for unit in ("B", "kB", "MB"):
        if n < 999.5:
            return f"{n:.0f} B" if unit == "B" else f"{n:.1f} {unit}"
        n /= 1000
    return f"{n:,.2f} GB"


@_options.documented
def clean(data: T, column: str = "text", *, drop_empty: bool = False,
          **options: Unpack[Options]) -> T:
    """Clean a column as one corpus; the result has the type of 'data'.

    data        as :meth:`Deduper.clean` takes it: pyarrow, pandas, polars,
                duckdb, datasets, a list of str, an iterator of these
    column      its name, if there are several
    drop_empty  True: leave out rows of which nothing is left
    options     those of :class:`Deduper`, which says more about them; but
                places is False:

    {options}

    If the options need several passes, it makes them, and holds an iterator in
    memory. The texts are those that ``dedup`` gives for the same documents.

    >>> clean(["It rained all day long.", "Nothing new.\\nIt rained all day long."])
    ['It rained all day long.', 'Nothing new.\\n']
    """
    options.setdefault("places", False)
    guard = _Guard(Deduper(**options))
    if guard.core.passes_left() > 0:
        data = _shapes.hold(data)
    work: _Guard | _Maker = guard
    if _shapes.is_stream_of_rows(data):
        work = _Maker(options, data, column)
    else:
        _read_before(guard, data, column)
    made: T = _shapes.clean(work, data, column, drop_empty)
    return made
