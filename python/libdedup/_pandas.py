"""pandas: columns only, so that index and types of the others stay."""

from __future__ import annotations

from typing import Any, Iterator

from . import _core
from ._shapes import Part, Shape, is_named, package_of
from ._values import Guard, Texts, pick, put, split


def _arrow_of(series: Any) -> Any:
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


def _is_categorical(series: Any) -> bool:
    import pandas

    return isinstance(series.dtype, pandas.CategoricalDtype)


class Series(Shape):

    @staticmethod
    def is_one(data: Any) -> bool:
        return package_of(data) == "pandas" and is_named(data, "Series")

    def __init__(self, data: Any, column: Any,
                 path: list[str] | None = None) -> None:
        import pandas

        super().__init__(data, column)
        self.path = path or []
        if data.name is not None and not self.path:
            self.name = str(data.name)
        self.arrow = _arrow_of(data)
        if self.arrow is None and not _is_categorical(data) and (
                data.dtype != object
                and not isinstance(data.dtype, pandas.StringDtype)):
            raise TypeError(f"column {self.name!r} is {data.dtype}: it has to "
                            "be of strings")

    def _where(self) -> str:
        """The texts in the Arrow data, which has no name of its own."""
        return ".".join(self.path) or self.name

    def _texts(self) -> tuple[list[Any], Texts]:
        import pandas

        values = self.data.tolist()
        known = [None if _is_missing(value, pandas) else value
                 for value in values]
        return values, Texts([pick(value, self.path) for value in known])

    def parts(self) -> Iterator[Part]:
        if self.arrow is not None:
            yield self.arrow, self._where()
        else:
            yield self._texts()[1].rows, self.name

    def _clean_arrow(self, guard: Guard) -> tuple[Any, bytes]:
        import pandas
        import pyarrow

        made, _, marks, _ = guard.judge(self.arrow, self._where(), _core.CLEAN)
        chunks = pyarrow.ChunkedArray._import_from_c_capsule(
            made.__arrow_c_stream__())
        dtype = self.data.dtype
        return pandas.Series(dtype.__from_arrow__(chunks), dtype=dtype,
                             index=self.data.index, name=self.data.name), marks

    def column_cleaned(self, guard: Guard) -> tuple[Any, bytes]:
        """The series, and a byte a row: 1 if nothing is left of it."""
        import pandas

        if self.arrow is not None:
            return self._clean_arrow(guard)
        values, texts = self._texts()
        new, marks = texts.clean(guard, self.name)
        kept = [old if text is None else put(old, self.path, text)
                for old, text in zip(values, new)]
        made = (pandas.Series(pandas.Categorical(kept))
                if _is_categorical(self.data)
                else pandas.Series(kept, dtype=self.data.dtype))
        made.index, made.name = self.data.index, self.data.name
        return made, marks

    def clean(self, guard: Guard, drop: bool) -> Any:
        made, marks = self.column_cleaned(guard)
        return made[[mark == 0 for mark in marks]] if drop else made

    def like(self, values: list[Any], name: str) -> Any:
        import pandas

        return pandas.Series(values, index=self.data.index, name=name,
                             dtype={"duplicate": "bool", "group": "int64"}.get(
                                 name, object))

    def table(self, found: list[_core.Arrow]) -> Any:
        made = super().table(found)
        if not hasattr(made, "to_pandas"):
            raise TypeError("a table for pandas takes pyarrow, which is not "
                            "installed: give a list")
        return made.to_pandas()


class Frame(Series):
    """A DataFrame: one of its columns. Names need not be strings."""

    @staticmethod
    def is_one(data: Any) -> bool:
        return package_of(data) == "pandas" and is_named(data, "DataFrame")

    def __init__(self, data: Any, column: Any) -> None:
        self.key, path = split(column, data.columns)
        series = data[self.key]
        if not is_named(series, "Series"):
            raise ValueError(f"there are {series.shape[1]} columns {column!r}")
        self.frame = data
        super().__init__(series, column, path)

    def clean(self, guard: Guard, drop: bool) -> Any:
        made, marks = self.column_cleaned(guard)
        frame = self.frame.copy(deep=False)
        frame[self.key] = made.array
        return frame[[mark == 0 for mark in marks]] if drop else frame


def _is_missing(value: Any, pandas: Any) -> bool:
    """None, NaN, NA; of lists and dicts it cannot be asked."""
    return not isinstance(value, (str, bytes, list, tuple, dict)) and (
        pandas.api.types.is_scalar(value) and bool(pandas.isna(value)))

