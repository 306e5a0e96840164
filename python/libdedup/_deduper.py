"""Deduper: what was read so far. Columns go through it in order."""

from __future__ import annotations

import os
import tempfile
from os import PathLike, fsdecode
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Iterable, NamedTuple, TypeVar, Unpack

from . import _core, _options, _shapes
from ._guard import LOG, Guard, size_of, warn
from ._options import Options
from ._spans import Span, Witness

T = TypeVar("T")

_EXAMPLE = 200      # bytes shown of a text, as by dedup --top


class Common(NamedTuple):
    """A text that is in many documents."""

    documents: int
    """How many have it."""
    row: int
    """The first of these, from 0, over all columns."""
    offset: int
    """In bytes of that row."""
    text: str
    """Its first line, up to 200 bytes."""


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

    __slots__ = ("_core", "_given", "_guard", "__weakref__")

    __signature__: ClassVar = _options.signature()

    def __init__(self, **options: Unpack[Options]) -> None:
        made = _options.complete(options)
        if made["exact"] and made["contained"]:
            raise ValueError("contained=True: not with exact=True")
        self._core = _options.core(made)
        for name in ("threshold", "ngram"):
            if made["exact"] and options.get(name) is not None:
                warn(f"{name}: it has no effect with exact=True")
        self._given = {k: v for k, v in made.items()
                       if v != _options.DEFAULTS[k]}
        self._guard = Guard(self._core, made["on_full"])

    # Columns.

    def clean(self, data: T, column: Any = "text", *,
              drop_empty: bool = False) -> T:
        """Clean a column; the result has the type of what was given.

        data        a pyarrow Table, RecordBatch, ChunkedArray, Array or
                    RecordBatchReader; a pandas or polars DataFrame or Series; a
                    datasets.Dataset or IterableDataset, or a batch of one
                    (a dict of lists); a list of str, bytes and None, or of
                    dicts (rows); any object with ``__arrow_c_stream__`` or
                    ``__arrow_c_array__``; or an iterator of any of these, of
                    str, or of dicts, which is read as the result is read
        column      its name, if there are several. A dot leads into structs and
                    dicts: ``"meta.text"``, ``"messages.content"``
        drop_empty  True: leave out rows of which nothing is left

        The column has strings, binary, or lists of these: then each item is a
        part of one document, with a blank line between, and stays where it is.
        Other columns, the order of rows, nulls, index, types and metadata stay.
        A dictionary-encoded column has indices of 32 bits at least. Objects of
        other types give a :class:`libdedup.Arrow`.

        KeyError: there is no such column. TypeError: it is not of strings, or
        the data is of a type that is not listed here. RuntimeError: the options
        need another pass first: see again().

        >>> import pyarrow as pa
        >>> t = pa.table({"id": [1, 2], "text": ["One two three four five.",
        ...     "Some words.\\n\\nOne two three four five."]})
        >>> Deduper().clean(t)["text"].to_pylist()
        ['One two three four five.', 'Some words.\\n']
        """
        self._need_last_pass()
        made: T = _shapes.find(data, column).clean(self._guard, drop_empty)
        return made

    def spans(self, data: Any, column: Any = "text") -> Any:
        """What would be removed, and why; the texts count as read.

        For a list: a list of :class:`Span` for each document. For Arrow data: a
        list<struct> column of the same package, with the same fields.
        Offsets and lengths are in bytes: see :func:`characters`. Of a list of
        parts they are in the parts, joined by a blank line ("\\\\n\\\\n").

        >>> Deduper().spans(["A b c d e.\\nF g h i j.\\nA b c d e."])[0][0].reason
        'exact'
        """
        self._need_last_pass()
        shape = _shapes.find(data, column)
        found = [self._guard.judge(part, name, _core.SPANS)[1]
                 for part, name in shape.parts()]
        if shape.spans_are_arrow:
            return shape.spans(found)
        rows: list[Any] = []
        for one in found:
            rows += one if isinstance(one, list) else _lists_of(one)
        return shape.like(rows, "spans")

    def explain(self, data: Any, column: Any = "text") -> Any:
        """What would be removed, as a table with a row for each removal.

        Its columns: row (from 0, over all columns that were given), offset and
        length (bytes in it), line (from 0), reason, similarity, copy_row,
        copy_offset, copy_line, copy_table (where the copy that stays is; table
        0 is what was read), documents (of boilerplate: how many have it), and
        text, which is removed. It is a polars or pandas DataFrame if the data is
        of these, else a pyarrow Table, or a :class:`libdedup.Arrow` if pyarrow
        is not installed. The texts count as read.

        >>> t = Deduper().explain(["A b c d e.\\nF g h i j.\\nA b c d e."])
        >>> t.column("text").to_pylist(), t.column("copy_line").to_pylist()
        (['A b c d e.'], [0])
        """
        return self._explain(_shapes.find(data, column))

    def _explain(self, shape: _shapes.Shape) -> Any:
        self._need_last_pass()
        return shape.table([self._guard.judge(part, name, _core.TABLE)[1]
                            for part, name in shape.parts()] or self._nothing())

    def clean_and_explain(self, data: T, column: Any = "text", *,
                          drop_empty: bool = False) -> tuple[T, Any]:
        """What clean() and explain() give, in one pass.

        TypeError: the data is an iterator or the like, which is cleaned later.

        >>> texts, why = Deduper().clean_and_explain(["A b c d e."] * 2)
        >>> texts, why.column("reason").to_pylist()
        (['A b c d e.', ''], ['exact'])
        """
        made: tuple[T, Any] = self._clean_and_explain(
            _shapes.find(data, column), drop_empty)
        return made

    def _clean_and_explain(self, shape: _shapes.Shape, drop: bool
                           ) -> tuple[Any, Any]:
        self._need_last_pass()
        if shape.is_lazy:
            raise TypeError(f"a {type(shape.data).__name__} is cleaned as it is "
                            "read: give a list or a table")
        guard = self._guard
        guard.also, guard.found = _core.TABLE, []
        try:
            made = shape.clean(guard, drop)
            return made, shape.table(guard.found or self._nothing())
        finally:
            guard.also, guard.found = 0, []

    def _nothing(self) -> list[_core.Arrow]:
        """The table of no removals."""
        return [self._core.judge([], "text", _core.TABLE)[1]]

    def mark(self, data: Any, column: Any = "text") -> Any:
        """Is nothing left of a row? A bool for each, False for a null, as a
        column of the same package, else a list; the texts count as read.

        See :func:`libdedup.mark`, for which a row is a unit.
        """
        return self._mark(_shapes.find(data, column))

    def _mark(self, shape: _shapes.Shape) -> Any:
        self._need_last_pass()
        marks: list[bool] = []
        for part, name in shape.parts():
            found = self._guard.judge(part, name, _core.MARKS)[2]
            marks += [mark == 1 for mark in found]
        return shape.like(marks, "duplicate")

    def read(self, data: Any, column: Any = "text") -> None:
        """Read a column and return nothing: its texts count as seen.

        For all passes but the last, and to remove the texts of one corpus from
        another one.

        >>> d = Deduper()
        >>> d.read(["This was here before, word for word."])
        >>> d.clean(["This was here before, word for word!"])
        ['']
        """
        self._feed(_shapes.find(data, column), 0)

    def reference(self, data: Any, column: Any = "text") -> None:
        """From later columns, remove what this column says (--against), and
        what contains a text of it.

        It must come before all others, else RuntimeError.
        """
        self._feed(_shapes.find(data, column), _core.REFERENCE)

    def _feed(self, shape: _shapes.Shape, what: int) -> None:
        for part, name in shape.parts():
            self._guard.judge(part, name, what)

    def _need_last_pass(self) -> None:
        if self._core.passes_left() > 0:
            raise RuntimeError(
                "these options need another pass first: give all columns to "
                "read(), then call again(), then give them once more")

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

    def top(self, data: Any, column: Any = "text", n: int = 20
            ) -> list[Common]:
        """The n lines and whole blocks that most documents have, two at least.

        data        all that was read, once more: the texts are fetched from it

        The Deduper has counted, for ``boilerplate``; ValueError: it has not. See
        :func:`libdedup.top`.
        """
        return self._top(_shapes.find(data, column), n)

    def _top(self, shape: _shapes.Shape, n: int) -> list[Common]:
        if "boilerplate" not in self._given or not self._given.get("places", True):
            raise ValueError("top(): only with boilerplate, and with places")
        found = self._core.top(n)
        texts = _fetch(shape, sorted({row for _, row, _ in found}))
        return [Common(documents, row, offset, _example(texts[row], offset))
                for documents, row, offset in found]

    # Tables.

    def load(self, table: str | PathLike[str] | bytes, *, listed: bool = False
             ) -> None:
        """Know what a saved table knows, as if its documents had been read.

        table       its file, or the bytes that to_bytes() gave
        listed      True: as reference() would

        It must come before all columns, else RuntimeError. FileNotFoundError and
        other OSErrors: there is no such file. TableError: the table is damaged,
        or was made with other options.
        """
        if isinstance(table, (bytes, bytearray, memoryview)):
            with tempfile.TemporaryDirectory(prefix="libdedup-") as folder:
                path = Path(folder, "table")
                path.write_bytes(table)
                self._core.load(path, listed)   # it stays open
            return
        with open(table, "rb"):
            pass            # an OSError says more than a TableError
        self._core.load(table, listed)
        LOG.info("loaded %s", os.fspath(table))

    def save(self, path: str | PathLike[str],
             labels: Iterable[str | bytes | None] | None = None) -> None:
        """Save what is known; the file is replaced when all is on the disk.

        labels      names of the documents, one a row: logs of runs that load
                    the table have them

        FileNotFoundError: there is no such folder. TableError: it cannot be
        written.
        """
        names = None
        if labels is not None:
            names = [name.encode("utf-8", "surrogateescape")
                     if isinstance(name, str) else name for name in labels]
        os.stat(Path(path).parent)
        self._core.save(path, names)
        LOG.info("saved %s", os.fspath(path))

    def to_bytes(self, labels: Iterable[str | bytes | None] | None = None
                 ) -> bytes:
        """The table that save() writes, as bytes for load().

        >>> d = Deduper()
        >>> d.read(["The mayor resigned late on Friday."])
        >>> other = Deduper()
        >>> other.load(d.to_bytes())
        >>> other.clean(["The mayor resigned late on Friday."])
        ['']
        """
        with tempfile.TemporaryDirectory(prefix="libdedup-") as folder:
            path = Path(folder, "table")
            self.save(path, labels)
            return path.read_bytes()

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
                f"{size_of(s['bytes'])} read, {size_of(s['removed_bytes'])} of it "
                f"removed; holds {size_of(s['memory'])}>")

    def __reduce__(self) -> Any:
        return self._core.__reduce__()


def _lists_of(arrow: Any) -> list[list[Span]]:
    """Spans of Arrow data as those of lists are."""
    import pyarrow

    rows = pyarrow.ChunkedArray._import_from_c_capsule(
        arrow.__arrow_c_stream__()).to_pylist()
    return [[Span(s["offset"], s["length"], s["line"], s["reason"],
                  s["resemblance"], Witness(**s["witness"]), s["documents"],
                  s["separator_offset"], s["separator_length"])
             for s in row] for row in rows]


# Examples of what is frequent.

def _fetch(shape: _shapes.Shape, rows: list[int]) -> dict[int, bytes]:
    """The documents of some rows."""
    found: dict[int, bytes] = {}
    begin = 0
    for part, name in shape.parts():
        if isinstance(part, list):
            n = len(part)
            found |= {row: _shapes.as_bytes(part[row - begin]) for row in rows
                      if begin <= row < begin + n}
        else:
            some, n = _core.fetch(part, name, tuple(row - begin for row in rows))
            found |= {begin + row: b"\n\n".join(texts)
                      for row, texts in some.items()}
        begin += n
    if set(found) != set(rows):
        raise ValueError("this is not the data that was read")
    return found


def _example(document: bytes, offset: int) -> str:
    """The first line of a text."""
    line = document[offset:offset + _EXAMPLE].split(b"\n")[0]
    return line.decode("utf-8", "ignore").removesuffix("\r")
