"""What people hold, how its texts are read, and what is given back.

    what                                    read as     given back
    pyarrow, polars, nanoarrow, duckdb,     Arrow       the same type: _arrow.py
      others with the PyCapsule protocol
    pandas DataFrame, Series                Arrow, or   the same type: _pandas.py
                                            a list
    datasets Dataset, IterableDataset       in batches  the same type: _datasets.py
    dict of columns (a batch)               a list      a dict
    list or tuple of str, bytes, None       a list      a list or tuple
    list or tuple of dicts (rows)           a list      the same, of new dicts
    list or tuple of columns                each        the same
    numpy array, datasets Column            a list      numpy array, list
    iterator of any of these                as it is    an iterator
                                            read on

Anything else is refused by the name of its type: an Iterable in general may be
anything, a text that would be read letter by letter, or names of columns. The
table is SHAPES, at the end. A package is imported only if there is an object of
it. The extension does all work on text; it is called through a Guard.
"""

from __future__ import annotations

import io
import itertools
from typing import Any, Iterable, Iterator, Mapping

from . import _core
from ._values import (Guard, Texts, as_bytes, is_list, is_numpy, like, pick, put,
                      split)

__all__ = ["Shape", "as_bytes", "find"]

_ROWS = 1000        # of an iterator, in one call

_WANTED = ("it has to be Arrow data (pyarrow, pandas, polars, duckdb, "
           "datasets, ...), a list of str or of dicts, or an iterator of these")

_ONE_BY_ONE = "give its batches to one Deduper, one after another, in order"

# What is refused, and what to do instead.
_INSTEAD = {
    ("polars", "LazyFrame"): "a LazyFrame has no rows yet: give what its "
                             "collect() returns",
    ("datasets", "DatasetDict"): "a DatasetDict is several corpora: give one of "
        "its splits, or datasets.concatenate_datasets()",
    ("datasets", "IterableDatasetDict"): "an IterableDatasetDict is several "
        "corpora: give one of its splits",
    ("dask", ""): "a dask collection: give what its compute() returns; or "
                  + _ONE_BY_ONE,
    ("ray", ""): "a Ray dataset: " + _ONE_BY_ONE
                 + ": ds.iter_batches(batch_format='pyarrow')",
    ("pyspark", ""): "a Spark frame: give what its toArrow() or toPandas() "
                     "returns; or " + _ONE_BY_ONE,
}


def package_of(data: object) -> str:
    """The package whose type it is, or a parent of whose type."""
    known = ("pyarrow", "pandas", "polars", "datasets", "nanoarrow", "numpy",
             "duckdb", "dask", "ray", "pyspark")
    for kind in type(data).__mro__:
        name = kind.__module__.split(".")[0].removeprefix("_")
        if name in known:
            return name
    return ""


def is_named(data: object, *names: str) -> bool:
    return any(kind.__name__ in names for kind in type(data).__mro__)


def is_arrow(data: object) -> bool:
    return (hasattr(data, "__arrow_c_stream__")
            or hasattr(data, "__arrow_c_array__"))


def refuse(data: object) -> TypeError:
    if isinstance(data, (str, bytes)):
        return TypeError("one text is no column: give a list, [text]")
    for (package, name), words in _INSTEAD.items():
        if package_of(data) == package and (not name or is_named(data, name)):
            return TypeError(words)
    if isinstance(data, io.IOBase):
        return TypeError("an open file is no column: give a list of its texts, "
                         "or of the dicts of its lines")
    return TypeError(f"of type {type(data).__name__}: {_WANTED}")


def only(values: Any, marks: bytes) -> Any:
    """The rows of a list that are kept."""
    if is_list(values):
        return like(values, list(itertools.compress(
            values, [mark == 0 for mark in marks])))
    return list(itertools.compress(values, [mark == 0 for mark in marks]))


Part = tuple[Any, str]


class Shape:
    """Something that has a column of texts."""

    def __init__(self, data: Any, column: Any) -> None:
        self.data, self.column = data, column
        self.name = str(column)

    @staticmethod
    def is_one(data: Any) -> bool:
        raise NotImplementedError

    def rows(self) -> int | None:
        """How many, if that is known."""
        return len(self.data) if hasattr(self.data, "__len__") else None

    def parts(self) -> Iterator[Part]:
        """The same texts as Arrow data and lists, which the extension takes,
        each with the name that the column has there."""
        raise NotImplementedError

    def clean(self, guard: Guard, drop: bool) -> Any:
        """The same without what is removed; drop: without rows of which nothing
        is left."""
        raise NotImplementedError

    def held(self) -> Shape:
        """The same, so that it can be read again."""
        return self

    # What is told of rows.

    spans_are_arrow = False     # as they come; else lists of Span
    is_lazy = False             # cleaned when the result is read

    def like(self, values: list[Any], name: str) -> Any:
        """A value a row, as a column of the same package."""
        return values

    def spans(self, found: list[_core.Arrow]) -> Any:
        """A column of spans, if these are Arrow data."""
        return found[0]

    def table(self, found: list[_core.Arrow]) -> Any:
        """The removals, as a table of the same package."""
        arrow = _core.join(found)
        try:
            import pyarrow
        except ImportError:
            return arrow
        return pyarrow.RecordBatchReader.from_stream(arrow).read_all()


# Lists.

class List(Shape):
    """Of texts; a tuple, too."""

    @staticmethod
    def is_one(data: Any) -> bool:
        return isinstance(data, (list, tuple))

    def parts(self) -> Iterator[Part]:
        yield Texts(list(self.data)).rows, self.name

    def clean(self, guard: Guard, drop: bool) -> Any:
        made, marks = Texts(list(self.data)).clean(guard, self.name)
        return like(self.data, only(made, marks) if drop else made)

    def like(self, values: list[Any], name: str) -> Any:
        return tuple(values) if isinstance(self.data, tuple) else values


class Numpy(List):

    @staticmethod
    def is_one(data: Any) -> bool:
        return is_numpy(data)

    def __init__(self, data: Any, column: Any) -> None:
        super().__init__(data, column)
        if data.ndim != 1:
            raise TypeError(f"an array of {data.ndim} dimensions is no column")

    def parts(self) -> Iterator[Part]:
        yield Texts(self.data.tolist()).rows, self.name

    def clean(self, guard: Guard, drop: bool) -> Any:
        made, marks = Texts(self.data.tolist()).clean(guard, self.name)
        return like(self.data, only(made, marks) if drop else made)

    def like(self, values: list[Any], name: str) -> Any:
        import numpy

        return numpy.array(values)


class Rows(Shape):
    """A list or tuple of dicts; None among them is a row without a text."""

    @staticmethod
    def is_one(data: Any) -> bool:
        return isinstance(data, (list, tuple)) and any(
            isinstance(row, Mapping) for row in data)

    def __init__(self, data: Any, column: Any,
                 path: list[str] | None = None) -> None:
        super().__init__(data, column)
        for i, row in enumerate(data):
            if row is not None and not isinstance(row, Mapping):
                raise TypeError(f"row {i} is of type {type(row).__name__}, and "
                                "others are dicts")
        if path is None:    # a row without the column is one without a text
            first, path = split(column, {k: None for row in data
                                         for k in row or ()})
            path = [first, *path]
        self.path = path

    def _texts(self) -> Texts:
        return Texts([pick(row, self.path) for row in self.data])

    def parts(self) -> Iterator[Part]:
        yield self._texts().rows, self.name

    def clean(self, guard: Guard, drop: bool) -> Any:
        texts, marks = self._texts().clean(guard, self.name)
        made = [put(row, self.path, text)
                for row, text in zip(self.data, texts)]
        return like(self.data, only(made, marks) if drop else made)


class Batch(Shape):
    """A dict of columns of one length; what others there are stays."""

    @staticmethod
    def is_one(data: Any) -> bool:
        return isinstance(data, Mapping)

    def __init__(self, data: Any, column: Any) -> None:
        super().__init__(data, column)
        self.key, self.path = split(column, data)
        self.values = data[self.key]
        if is_named(self.values, "Column") and (
                package_of(self.values) == "datasets"):
            self.values = list(self.values)
        if not is_list(self.values) and not is_arrow(self.values):
            raise TypeError(
                f"column {self.key!r} of this dict is a "
                f"{type(self.values).__name__}, not a list: one row is no "
                "column. Give it batches (map(..., batched=True), "
                "map_batches()), or a list of rows")

    def rows(self) -> int | None:
        return len(self.values) if hasattr(self.values, "__len__") else None

    def _inner(self) -> Shape:
        return find(self.values, ".".join(self.path) or self.key)

    def _texts(self) -> Texts:
        return Texts([pick(value, self.path) for value in self.values])

    def parts(self) -> Iterator[Part]:
        if is_arrow(self.values):
            yield from self._inner().parts()
        else:
            yield self._texts().rows, self.name

    def clean(self, guard: Guard, drop: bool) -> Any:
        if is_arrow(self.values):
            if drop:
                raise TypeError("drop_empty: a dict of Arrow columns; give a "
                                "table")
            return {**self.data, self.key: self._inner().clean(guard, False)}
        texts, marks = self._texts().clean(guard, self.name)
        made = {**self.data, self.key: like(self.values, [
            put(value, self.path, text)
            for value, text in zip(self.values, texts)])}
        return {k: only(v, marks) for k, v in made.items()} if drop else made


# Columns one after another.

class Columns(Shape):
    """A list or tuple of columns or frames."""

    @staticmethod
    def is_one(data: Any) -> bool:
        return isinstance(data, (list, tuple)) and len(data) > 0 and (
            is_arrow(data[0]) or isinstance(data[0], list)
            or package_of(data[0]) in ("pandas", "datasets", "numpy"))

    def rows(self) -> int | None:
        return None

    def parts(self) -> Iterator[Part]:
        for item in self.data:
            yield from find(item, self.column).parts()

    def clean(self, guard: Guard, drop: bool) -> Any:
        return like(self.data, [find(item, self.column).clean(guard, drop)
                                for item in self.data])


class Stream(Shape):
    """An iterator of texts, rows, or any of these; it is read as the result is.
    What it holds is known by its items, which come in runs of one kind."""

    is_lazy = True

    @staticmethod
    def is_one(data: Any) -> bool:
        return isinstance(data, (Iterator, _Held)) and not isinstance(
            data, io.IOBase)

    def _runs(self) -> Iterator[tuple[bool, Shape]]:
        """Shapes; and whether it is a run of texts or rows."""
        path: list[str] | None = None
        for kind, run in itertools.groupby(self.data, _Kinds()):
            if kind is None:
                for item in run:
                    if isinstance(item, tuple):
                        raise TypeError("an iterator of tuples: give rows as "
                                        "dicts, such as iter_rows(named=True)")
                    yield False, find(item, self.column)
                continue
            while batch := list(itertools.islice(run, _ROWS)):
                if kind is str:
                    yield True, List(batch, self.column)
                else:
                    rows = Rows(batch, self.column, path)
                    path = rows.path    # the first rows say what it is
                    yield True, rows

    def parts(self) -> Iterator[Part]:
        for _, shape in self._runs():
            yield from shape.parts()

    def clean(self, guard: Guard, drop: bool) -> Any:
        return self._clean(guard, drop)

    def _clean(self, guard: Guard, drop: bool) -> Iterator[Any]:
        for is_run, shape in self._runs():
            made = shape.clean(guard, drop)
            if is_run:
                yield from made
            else:
                yield made

    def held(self) -> Shape:
        return Stream(_Held(self.data), self.column)


class _Kinds:
    """The kind of each item: single texts, rows, or None: a column or a frame.
    None among rows is a row."""

    def __init__(self) -> None:
        self.last: type | None = str

    def __call__(self, item: object) -> type | None:
        if item is not None:
            self.last = (str if isinstance(item, (str, bytes)) else
                         dict if isinstance(item, Mapping)
                         and not is_arrow(item) else None)
        return self.last or (str if item is None else None)


class _Held:
    """An iterator's items."""

    def __init__(self, items: Iterable[Any]) -> None:
        self.items = list(items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


# The table.

def _shapes() -> list[type[Shape]]:
    """In the order of asking: the first one that it is."""
    from ._arrow import Other, Polars, Pyarrow, Reader
    from ._datasets import Column, Dataset, Streamed
    from ._pandas import Frame, Series

    return [Dataset, Streamed, Column, Frame, Series, Reader, Pyarrow, Polars,
            Numpy, Other, Batch, Rows, Columns, List, Stream]


SHAPES: list[type[Shape]] = []


def find(data: Any, column: Any) -> Shape:
    """The shape of what somebody holds; TypeError: it has none."""
    if not SHAPES:
        SHAPES.extend(_shapes())
    if not any(package_of(data) == package and (not name or is_named(data, name))
               for package, name in _INSTEAD):
        for shape in SHAPES:
            if shape.is_one(data):
                return shape(data, column)
    raise refuse(data)
