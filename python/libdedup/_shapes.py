"""Containers of text: how texts are taken out, and one like it is made.

A package is imported only if there is an object of it. The extension does all
work on text; it is called through a Guard.
"""

from __future__ import annotations

import itertools
from types import TracebackType
from typing import Any, Callable, Iterable, Iterator, Mapping, Protocol

from . import _core
from ._spans import Span, Witness

_ROWS = 1000        # of a data set, or of an iterator of str, in one call

_WANTED = ("it has to be Arrow data (pyarrow, pandas, polars, duckdb, "
           "datasets, ...), a list of str, or an iterator of these")


class Guard(Protocol):
    """The extension's Deduper for one step: with the guard as core, call it."""

    def __enter__(self) -> _core.Deduper: ...

    def __exit__(self, kind: type[BaseException] | None,
                 error: BaseException | None,
                 trace: TracebackType | None) -> None: ...

    def fresh(self) -> Guard:
        """The guard for a corpus that is read from its beginning."""
        ...


class Maker(Protocol):
    """Makes a guard for each time that a stream is read."""

    def fresh(self) -> Guard: ...


def _package(data: object) -> str:
    """The package whose type it is, or a parent of whose type."""
    for kind in type(data).__mro__:
        name = kind.__module__.split(".")[0].removeprefix("_")
        if name in ("pyarrow", "pandas", "polars", "datasets", "nanoarrow",
                    "numpy", "duckdb"):
            return name
    return ""


def _is_named(data: object, *names: str) -> bool:
    return any(kind.__name__ in names for kind in type(data).__mro__)


def _is_arrow(data: object) -> bool:
    return (hasattr(data, "__arrow_c_stream__")
            or hasattr(data, "__arrow_c_array__"))


def _is_reader(data: object) -> bool:
    return _package(data) == "pyarrow" and _is_named(data, "RecordBatchReader")


def is_stream_of_rows(data: object) -> bool:
    """Can it be read several times, each time from its beginning?"""
    return (_package(data) == "datasets"
            and _is_named(data, "IterableDataset"))


def hold(data: Any) -> Any:
    """The same data, so that it can be read again."""
    if _is_reader(data):
        return data.read_all().to_reader()
    if isinstance(data, Iterator) and not _is_arrow(data):
        return _Held(data)
    if _is_arrow(data) and _package(data) not in (
            "pyarrow", "pandas", "polars", "datasets"):
        return _HeldArrow(data)
    return data


class _HeldArrow:
    """The data of a query or stream, and the object itself."""

    def __init__(self, like: Any) -> None:
        self.like, self.arrow = like, _core.read(like)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.arrow.__arrow_c_stream__(requested_schema)


class _Held:
    """An iterator's items."""

    def __init__(self, items: Iterator[Any]) -> None:
        self.items = list(items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.items)


def _refuse(data: object) -> TypeError:
    if isinstance(data, (str, bytes)):
        return TypeError("one text is no column: give a list, [text]")
    if _package(data) == "polars":
        return TypeError(f"a {type(data).__name__} has no rows yet: give what "
                         "its collect() returns")
    if _package(data) == "datasets":
        return TypeError(f"a {type(data).__name__} is several corpora: give "
                         "one of its splits, or datasets.concatenate_datasets()")
    return TypeError(f"of type {type(data).__name__}: {_WANTED}")


def _cleaned(guard: Guard, data: Any, column: str) -> tuple[Any, bytes]:
    """Arrow data or a list without what is removed; and marks: a byte a row,
    1 if nothing is left of it."""
    with guard as core:
        made, _, marks = core.judge(data, column, _core.CLEAN)
        return made, marks


# Rows with nothing left.

def _mask(marks: bytes) -> list[bool]:
    return [mark == 0 for mark in marks]


def _only(values: Any, marks: bytes) -> Any:
    """The rows of a list, numpy array or the like that are kept."""
    kept = itertools.compress(values, _mask(marks))
    if isinstance(values, (list, tuple)):
        return type(values)(kept)
    if _package(values) == "numpy":
        return values[_mask(marks)]
    return list(kept)


# Lists.

def _strings(data: Iterable[Any], isnull: Callable[[Any], bool] | None = None
             ) -> list[str | None]:
    if isnull is None:
        return data if isinstance(data, list) else list(data)
    return [None if x is not None and not isinstance(x, str) and isnull(x)
            else x for x in data]


def _clean_list(guard: Guard, data: Any, column: str, drop: bool) -> Any:
    texts, marks = _cleaned(guard, _strings(data), column)
    if drop:
        texts = _only(texts, marks)
    return tuple(texts) if isinstance(data, tuple) else texts


def _clean_numpy(guard: Guard, data: Any, column: str, drop: bool) -> Any:
    import numpy

    if data.ndim != 1:
        raise TypeError(f"an array of {data.ndim} dimensions is no column")
    texts = _clean_list(guard, data.tolist(), column, drop)
    return numpy.array(texts, dtype=data.dtype)


def _clean_mapping(guard: Guard, data: Any, column: str, drop: bool) -> Any:
    """A batch: names to lists, of one length."""
    if column not in data:
        raise KeyError(f"no column {column!r}; there are: "
                       + ", ".join(map(str, data)))
    values = data[column]
    if _is_arrow(values):
        if drop:
            raise TypeError("drop_empty: a mapping of Arrow columns; give a "
                            "table")
        return {**data, column: clean(guard, values, column, False)}
    texts, marks = _cleaned(guard, _strings(values), column)
    batch = {**data, column: texts}
    return {k: _only(v, marks) for k, v in batch.items()} if drop else batch


# Arrow.

def _like_pyarrow(data: Any, arrow: _core.Arrow) -> Any:
    import pyarrow

    if _is_named(data, "Table"):
        return pyarrow.table(arrow)
    if _is_named(data, "RecordBatch"):
        return pyarrow.record_batch(arrow)
    if _is_named(data, "ChunkedArray"):
        return pyarrow.chunked_array(arrow)
    if _is_named(data, "Array"):
        return pyarrow.array(arrow)
    return arrow


def _clean_pyarrow(guard: Guard, data: Any, column: str, drop: bool) -> Any:
    import pyarrow

    if _is_reader(data):
        return _clean_reader(guard, data, column, drop)
    arrow, marks = _cleaned(guard, data, column)
    made = _like_pyarrow(data, arrow)
    return made.filter(pyarrow.array(_mask(marks))) if drop else made


def _clean_reader(guard: Guard, data: Any, column: str, drop: bool) -> Any:
    """Batch by batch, as they are read."""
    import pyarrow

    # A wrong column raises its error before anything is read.
    empty = pyarrow.RecordBatch.from_pylist([], schema=data.schema)
    schema = pyarrow.schema(_cleaned(guard, empty, column)[0])

    def batches() -> Iterator[Any]:
        for batch in data:
            yield _clean_pyarrow(guard, batch, column, drop)

    return pyarrow.RecordBatchReader.from_batches(schema, batches())


def _clean_polars(guard: Guard, data: Any, column: str, drop: bool) -> Any:
    import polars

    if not _is_named(data, "DataFrame", "Series"):
        raise _refuse(data)
    # The texts of an Enum are fixed; a cleaned text may not be one of them.
    if _is_named(data, "Series"):
        if isinstance(data.dtype, polars.Enum):
            data = data.cast(polars.String)
    elif isinstance(data.schema.get(column), polars.Enum):
        data = data.with_columns(polars.col(column).cast(polars.String))
    arrow, marks = _cleaned(guard, data, column)
    made: Any
    if _is_named(data, "Series"):
        made = polars.Series(data.name, arrow)
    else:
        made = polars.DataFrame(arrow)
    return made.filter(polars.Series(_mask(marks), dtype=polars.Boolean)
                       ) if drop else made


def _clean_other(guard: Guard, data: Any, column: str, drop: bool) -> Any:
    """Data of other packages: only the protocol is known."""
    if drop:
        try:
            import pyarrow
        except ImportError:
            raise TypeError("drop_empty: for this type it takes pyarrow, which "
                            "is not installed") from None
    arrow, marks = _cleaned(guard, data, column)
    if drop:
        reader = pyarrow.RecordBatchReader.from_stream(arrow)
        keep = pyarrow.array(_mask(marks))
        arrow = _core.read(reader.read_all().filter(keep))
    like = data.like if isinstance(data, _HeldArrow) else data
    if _package(like) == "nanoarrow":
        import nanoarrow

        return getattr(nanoarrow, type(like).__name__)(arrow)
    if _package(like) == "duckdb":
        try:
            import pyarrow
        except ImportError:
            return arrow
        return pyarrow.table(arrow)
    return arrow


# pandas: columns only, so that index and types of the others stay.

def _pandas_arrow(series: Any) -> Any:
    """Its values as a ChunkedArray, if pandas holds them as Arrow data."""
    if not hasattr(series.dtype, "__from_arrow__"):
        return None
    try:
        import pyarrow
    except ImportError:
        return None
    array = series.array.__arrow_array__()
    return array if isinstance(array, pyarrow.ChunkedArray) else (
        pyarrow.chunked_array([array]))


def _clean_series(guard: Guard, series: Any, column: str
                  ) -> tuple[Any, bytes]:
    import pandas

    arrow = _pandas_arrow(series)
    name = series.name if series.name is not None else column
    if arrow is not None:
        import pyarrow

        made, marks = _cleaned(guard, arrow, str(name))
        values = series.dtype.__from_arrow__(pyarrow.chunked_array(made))
        return pandas.Series(values, index=series.index, name=series.name,
                             dtype=series.dtype), marks
    if not isinstance(series.dtype, pandas.CategoricalDtype) and (
            series.dtype != object and not isinstance(
                series.dtype, pandas.StringDtype)):
        raise TypeError(f"column {str(name)!r} is {series.dtype}: it has to be "
                        "of strings")
    values = series.tolist()
    texts, marks = _cleaned(guard, _strings(values, pandas.isna), str(name))
    kept = [old if new is None else new for old, new in zip(values, texts)]
    dtype = (None if isinstance(series.dtype, pandas.CategoricalDtype)
             else series.dtype)
    made = (pandas.Series(pandas.Categorical(kept)) if dtype is None
            else pandas.Series(kept, dtype=dtype))
    made.index, made.name = series.index, series.name
    return made, marks


def _pandas_column(data: Any, column: str) -> Any:
    if column not in data.columns:
        raise KeyError(f"no column {column!r}; there are: "
                       + ", ".join(map(str, data.columns)))
    series = data[column]
    if not _is_named(series, "Series"):
        raise ValueError(f"there are {series.shape[1]} columns {column!r}")
    return series


def _clean_pandas(guard: Guard, data: Any, column: str, drop: bool) -> Any:
    if _is_named(data, "DataFrame"):
        made, marks = _clean_series(guard, _pandas_column(data, column),
                                    column)
        made = data.assign(**{column: made.array})
    elif _is_named(data, "Series"):
        made, marks = _clean_series(guard, data, column)
    else:
        raise _refuse(data)
    return made[_mask(marks)] if drop else made


# Data sets of Hugging Face.

def _clean_dataset(guard: Any, data: Any, column: str, drop: bool) -> Any:
    if _is_named(data, "IterableDataset"):
        return _clean_iterable(guard, data, column, drop)
    if not _is_named(data, "Dataset"):
        raise _refuse(data)
    from datasets.fingerprint import generate_random_fingerprint

    # The answers depend on what was read before: do not cache them.
    made = data.with_format("arrow").map(
        lambda table: clean(guard, table, column, drop),
        batched=True, batch_size=_ROWS, load_from_cache_file=False,
        new_fingerprint=generate_random_fingerprint(), features=data.features,
        desc="libdedup")
    return made.with_format(**data.format)


def _clean_iterable(maker: Maker, data: Any, column: str, drop: bool
                    ) -> Any:
    """Each time that it is read, it is a corpus of its own."""
    now: list[Guard] = []
    expected = [0]

    def function(batch: Any, indices: list[int]) -> Any:
        if indices[0] == 0:
            now[:] = [maker.fresh()]
        elif not now or indices[0] != expected[0]:
            raise RuntimeError("this data set is read from its middle on: what "
                               "stands before was not seen. Read it from its "
                               "beginning, in one process")
        expected[0] = indices[-1] + 1
        return clean(now[0], batch, column, drop)

    return data.map(function, batched=True, batch_size=_ROWS,
                    with_indices=True, features=data.features)


# Iterators.

def _clean_iterator(guard: Guard, data: Iterable[Any], column: str, drop: bool
                    ) -> Iterator[Any]:
    """Item by item; single strings in batches."""
    texts: list[str | None] = []
    for item in data:
        if item is None or isinstance(item, str):
            texts.append(item)
            if len(texts) < _ROWS:
                continue
            item = None
        if texts:
            yield from _clean_list(guard, texts, column, drop)
            texts = []
        if item is not None:
            yield clean(guard, item, column, drop)
    if texts:
        yield from _clean_list(guard, texts, column, drop)


_Cleaner = Callable[[Guard, Any, str, bool], Any]

_CLEANERS: dict[str, _Cleaner] = {
    "pyarrow": _clean_pyarrow, "polars": _clean_polars,
    "pandas": _clean_pandas, "numpy": _clean_numpy,
}


def clean(guard: Any, data: Any, column: str, drop: bool) -> Any:
    package = _package(data)
    if package == "datasets" and not isinstance(data, Mapping):
        return _clean_dataset(guard, data, column, drop)
    if _is_named(data, "LazyFrame", "DatasetDict", "IterableDatasetDict"):
        raise _refuse(data)
    if package in _CLEANERS:
        return _CLEANERS[package](guard, data, column, drop)
    if _is_arrow(data):
        return _clean_other(guard, data, column, drop)
    if isinstance(data, Mapping):
        return _clean_mapping(guard, data, column, drop)
    if isinstance(data, (list, tuple)):
        if any(not isinstance(x, str) and x is not None and (
                _is_arrow(x) or isinstance(x, (list, tuple, Mapping)))
               for x in data[:1]):
            return type(data)(_clean_iterator(guard, data, column, drop))
        return _clean_list(guard, data, column, drop)
    if isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise _refuse(data)
    return _clean_iterator(guard, data, column, drop)


# Spans and reading make no container.

def _parts(data: Any, column: str) -> Iterator[Any]:
    """The same texts as Arrow data and lists of str."""
    package = _package(data)
    if _is_named(data, "LazyFrame", "DatasetDict", "IterableDatasetDict"):
        raise _refuse(data)
    if package == "datasets" and not isinstance(data, Mapping):
        if not _is_named(data, "Dataset", "IterableDataset"):
            raise _refuse(data)
        if _is_named(data, "Dataset"):
            data = data.with_format("arrow")
        for batch in data.iter(_ROWS):
            yield from _parts(batch, column)
    elif package == "pandas":
        import pandas

        if _is_named(data, "DataFrame"):
            data = _pandas_column(data, column)
        arrow = _pandas_arrow(data)
        yield (_strings(data.tolist(), pandas.isna) if arrow is None
               else arrow)
    elif package == "numpy":
        yield data.tolist()
    elif _is_arrow(data):
        yield data
    elif isinstance(data, Mapping):
        if column not in data:
            raise KeyError(f"no column {column!r}; there are: "
                           + ", ".join(map(str, data)))
        yield from _parts(data[column], column)
    elif isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        raise _refuse(data)
    else:
        texts: list[str | None] = []
        for item in data:
            if isinstance(item, str) or item is None:
                texts.append(item)
            elif _is_arrow(item) or isinstance(item, (list, tuple, Mapping)):
                if texts:
                    yield texts
                    texts = []
                yield from _parts(item, column)
            else:
                texts.append(item)      # the extension names its row
        yield texts


def feed(guard: Guard, data: Any, column: str, reference: bool) -> None:
    for part in _parts(data, column):
        with guard as core:
            core.judge(part, column, _core.REFERENCE if reference else 0)


def _like(data: Any, arrow: _core.Arrow) -> Any:
    """A column of the package of 'data'."""
    package = _package(data)
    if package == "pyarrow":
        import pyarrow

        column = pyarrow.chunked_array(arrow)
        return (column.combine_chunks() if _is_named(data, "Array",
                                                     "RecordBatch") else column)
    if package == "polars":
        import polars

        return polars.Series("spans", arrow)
    if package == "nanoarrow":
        import nanoarrow

        return nanoarrow.ArrayStream(arrow)
    return arrow


def spans(guard: Guard, data: Any, column: str) -> Any:
    if _is_arrow(data) and _package(data) not in ("pandas", "datasets"):
        with guard as core:
            return _like(data, core.judge(data, column, _core.SPANS)[1])
    found: list[list[Span]] = []
    for part in _parts(data, column):
        with guard as core:
            if not isinstance(part, list):
                part = _texts_of(part, column)
            rows: list[list[_core._Removal]] = core.judge(
                part, column, _core.SPANS)[1]
            found += [[Span(*r[:5], Witness(*r[5]), *r[6:]) for r in row]
                      for row in rows]
    if _package(data) == "pandas":
        import pandas

        index = data.index
        return pandas.Series(found, index=index, name="spans", dtype=object)
    return found


def _texts_of(part: Any, column: str) -> list[str | None]:
    """Arrow data of pyarrow as a list."""
    if hasattr(part, "column_names"):
        part = part[column]
    texts: list[str | None] = part.to_pylist()
    return texts
