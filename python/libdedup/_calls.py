"""One call on one corpus: clean(), mark(), groups(), explain(), top()."""

from __future__ import annotations

from os import PathLike
from typing import (Any, Iterator, Mapping, Protocol, TypeVar, Unpack,
                    overload)

from . import _core, _options, _shapes
from ._deduper import Common, Deduper
from ._guard import LOG, Guard, size_of, warn_in_map, watched
from ._options import Options

T = TypeVar("T")
Against = Any       # a table's path or bytes, a column, or a tuple of these


class _Query(Protocol):
    """A relation of duckdb: it gives a table."""

    def fetchall(self) -> Any: ...

    def __arrow_c_stream__(self, requested_schema: Any = None) -> object: ...


class _Call:
    """A new Deduper for data, which is read as often as the options need.

    counts      True: it is read twice, to count and to fetch examples
    """

    def __init__(self, data: Any, column: Any, against: Against, progress: bool,
                 options: Options, counts: bool = False) -> None:
        if options.get("scope") != "document":
            warn_in_map()
        options.setdefault("places", False)
        self.options, self.against = options, against
        self.deduper = Deduper(**options)
        self.guard = self.deduper._guard
        self.shape = _shapes.find(data, column)
        passes = 1 + self.deduper.passes_left
        if passes > 1:
            self.shape = self.shape.held()
        self.end = None
        if progress:
            self.end = watched(self.deduper._core, self.shape.rows(), passes)
        if not counts:
            self._begin(self.deduper)

    def _begin(self, deduper: Deduper) -> None:
        """All that comes before the pass that removes."""
        _refer(deduper, self.against, self.shape.column)
        while deduper.passes_left > 0:
            deduper._feed(self.shape, 0)
            deduper.again()

    def fresh(self) -> Guard:
        """A stream is read again: a Guard for it, and a corpus of its own."""
        if self.guard.core.fed > 0 and self.deduper.stats["rows"] > 0:
            self.deduper = Deduper(**self.options)
            self._begin(self.deduper)
        return self.deduper._guard

    def judge(self, data: object, column: str, what: int
              ) -> tuple[Any, Any, bytes, bytes]:
        return self.guard.judge(data, column, what)

    def __enter__(self) -> _Call:
        return self

    def __exit__(self, *error: object) -> None:
        if self.shape.is_lazy:
            return          # it has not begun
        if self.end is not None:
            self.end()
        stats = self.deduper.stats
        LOG.info("%d documents, %s, %s removed", stats["documents"],
                 size_of(stats["bytes"]), size_of(stats["removed_bytes"]))


def _refer(deduper: Deduper, against: Against, column: Any) -> None:
    """Tables first, which may not come after a text."""
    if against is None:
        return
    several = against if isinstance(against, tuple) else (against,)
    tables = [x for x in several if isinstance(x, (str, bytes, PathLike))]
    for table in tables:
        deduper.load(table, listed=True)
    for texts in several:
        if not isinstance(texts, (str, bytes, PathLike)):
            deduper.reference(texts, column)


@overload
def clean(data: _Query, column: Any = ..., *, drop_empty: bool = ...,
          against: Against = ..., progress: bool = ...,
          **options: Unpack[Options]) -> Any: ...


@overload
def clean(data: Mapping[str, Any], column: Any = ..., *, drop_empty: bool = ...,
          against: Against = ..., progress: bool = ...,
          **options: Unpack[Options]) -> dict[str, Any]: ...


@overload
def clean(data: T, column: Any = ..., *, drop_empty: bool = ...,
          against: Against = ..., progress: bool = ...,
          **options: Unpack[Options]) -> T: ...


@_options.documented
def clean(data: Any, column: Any = "text", *, drop_empty: bool = False,
          against: Against = None, progress: bool = False,
          **options: Unpack[Options]) -> Any:
    """Clean a column as one corpus; the result has the type of 'data'.

    data        as :meth:`Deduper.clean` takes it: pyarrow, pandas, polars,
                duckdb, datasets, a list of str or of dicts, an iterator of these
    column      its name, if there are several; dots lead into structs and dicts
    drop_empty  True: leave out rows of which nothing is left
    against     remove what this says, as well: a list of texts, a frame, the
                file or the bytes of a saved table, or a tuple of several
    progress    True: show how far it has come, by tqdm if it is installed
    options     those of :class:`Deduper`, which says more about them; but
                places is False:

    {options}

    If the options need several passes, it makes them, and holds an iterator in
    memory. The texts are those that ``dedup`` gives for the same documents.

    Each call is a corpus of its own. So a map that calls it for each batch or
    partition, in one process or many, gives other texts than one call: copies
    in other batches stay. Where it can be told, there is a warning; see
    README.md for what to do instead.

    TypeError, KeyError, ValueError, MemoryError: as Deduper().clean().

    >>> clean(["It rained all day long.", "Nothing new.\\nIt rained all day long."])
    ['It rained all day long.', 'Nothing new.\\n']
    """
    with _Call(data, column, against, progress, options) as call:
        return call.shape.clean(call, drop_empty)


def _of_documents(name: str, options: Options) -> None:
    """mark() and groups() are of whole rows, however short."""
    options.setdefault("unit", "document")
    options.setdefault("min_words", 1)
    if name == "groups":
        for wrong in ("boilerplate", "min_doc_words"):
            if options.get(wrong) is not None:
                raise ValueError(f"{wrong}: not with groups(): there is no row "
                                 "that stays")
        if options["unit"] != "document" or options.get("keep") == "none":
            raise ValueError("groups(): unit has to be 'document', and keep "
                             "'first': there has to be a row that stays")


@_options.documented
def mark(data: Any, column: Any = "text", *, against: Against = None,
         progress: bool = False, **options: Unpack[Options]) -> Any:
    """Which rows are duplicates? A bool for each, as a column of the package of
    'data' (pyarrow, polars, pandas, numpy), else a list.

    A row is a unit, whole and however short (unit="document", min_words=1): it
    is a duplicate if an earlier row has the same words, or all of its words in a
    row and is not much longer. threshold=0.8 finds similar ones, exact=True only
    equal ones. A null, and a row without words, is not one. Other units, as for
    clean(): a row is marked if nothing is left of it.

    data, column, against, progress, options: as for :func:`clean`

    >>> mark(["The river fell.", "It rained.", "“The river fell”"])
    [False, False, True]
    """
    _of_documents("mark", options)
    with _Call(data, column, against, progress, options) as call:
        return call.deduper._mark(call.shape)


def groups(data: Any, column: Any = "text", *, progress: bool = False,
           **options: Unpack[Options]) -> Any:
    """For each row, the number of the row that stays, from 0: its own, or that
    of the copy which :func:`mark` would keep instead of it. So equal numbers
    are a group, as a column of int64 of the package of 'data', else a list.

    data, column, progress, options: as for :func:`mark`

    ValueError: with these options no row stays, or a row is not a unit.

    >>> groups(["The river fell.", "It rained.", "“The river fell”"])
    [0, 1, 0]
    """
    _of_documents("groups", options)
    options["places"] = True
    found: list[int] = []
    with _Call(data, column, None, progress, options) as call:
        for part, name in call.shape.parts():
            rows = call.judge(part, name, _core.GROUPS)[3]
            found += memoryview(rows).cast("q").tolist()
        return call.shape.like(found, "group")


@_options.documented
def explain(data: Any, column: Any = "text", *, against: Against = None,
            progress: bool = False, **options: Unpack[Options]) -> Any:
    """What clean() would remove from a corpus, as a table with a row for each
    removal: see :meth:`Deduper.explain`, which has its columns.

    data, column, against, progress, options: as for :func:`clean`

    >>> t = explain(["It rained all day long.", "New.\\nIt rained all day long."])
    >>> t.column("row").to_pylist(), t.column("copy_row").to_pylist()
    ([1], [0])
    """
    options.setdefault("places", True)
    with _Call(data, column, against, progress, options) as call:
        return call.deduper._explain(call.shape)


def clean_and_explain(data: T, column: Any = "text", *, drop_empty: bool = False,
                      against: Against = None, progress: bool = False,
                      **options: Unpack[Options]) -> tuple[T, Any]:
    """What clean() gives, and what explain() gives, in one pass.

    data, column, drop_empty, against, progress, options: as for :func:`clean`.
    TypeError: the data is an iterator or the like, which is cleaned later.

    >>> texts, why = clean_and_explain(["The river fell by a foot."] * 2)
    >>> texts, why.column("similarity").to_pylist()
    (['The river fell by a foot.', ''], [1.0])
    """
    options.setdefault("places", True)
    with _Call(data, column, against, progress, options) as call:
        made: tuple[T, Any] = call.deduper._clean_and_explain(call.shape,
                                                              drop_empty)
        return made


def top(data: Any, column: Any = "text", n: int = 20, *, progress: bool = False,
        **options: Unpack[Options]) -> list[Common]:
    """The n lines and whole blocks that most documents have, at least two of
    them: the most frequent first, as :class:`Common`. What boilerplate=N would
    remove is of those with N documents or more.

    data, column, progress, options: as for :func:`clean`

    >>> top(["Sign up\\nThe river fell.", "Sign up\\nIt rained."])[0]
    Common(documents=2, row=0, offset=0, text='Sign up')
    """
    options["boilerplate"] = 2      # for a first pass, which counts
    options["places"] = True
    with _Call(data, column, None, progress, options, counts=True) as call:
        call.deduper._feed(call.shape, 0)
        return call.deduper._top(call.shape, n)
