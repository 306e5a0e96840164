"""Arrow data of pyarrow, polars and others."""

from __future__ import annotations

from array import array as array_of
from typing import Any, Iterator

from . import _core
from ._shapes import Part, Shape, is_arrow, is_named, package_of, refuse
from ._values import Guard


def cleaned(guard: Guard, data: Any, column: str) -> tuple[Any, list[bool]]:
    """The data without what is removed; and for each row, is any of it left?"""
    made, _, marks, _ = guard.judge(data, column, _core.CLEAN)
    return made, [mark == 0 for mark in marks]


def cleaned_schema(judge: Any, schema: Any, column: str) -> Any:
    """That of cleaned data; 'judge' is a Guard, or the extension's Deduper."""
    import pyarrow

    empty = pyarrow.RecordBatchReader.from_batches(schema, [])
    return read_table(judge.judge(empty, column, _core.CLEAN)[0]).schema


class Whole(Shape):
    """Arrow data that is there; the extension takes it as it is."""

    spans_are_arrow = True

    def parts(self) -> Iterator[Part]:
        yield self.data, self.name


# pyarrow.table() and pyarrow.array() of a list would import pandas.

def bools(values: list[bool]) -> Any:
    import pyarrow

    bits = bytearray(len(values) // 8 + 1)
    for i, value in enumerate(values):
        bits[i >> 3] |= value << (i & 7)
    return pyarrow.Array.from_buffers(pyarrow.bool_(), len(values), [
        None, pyarrow.py_buffer(bytes(bits))])


def read_table(arrow: Any) -> Any:
    import pyarrow

    return pyarrow.RecordBatchReader.from_stream(arrow).read_all()


class Pyarrow(Whole):
    """A Table, RecordBatch, ChunkedArray or Array."""

    @staticmethod
    def is_one(data: Any) -> bool:
        return package_of(data) == "pyarrow" and is_arrow(data)

    def _like(self, arrow: Any) -> Any:
        import pyarrow

        if is_named(self.data, "Table"):
            return read_table(arrow)
        if is_named(self.data, "RecordBatch"):
            return read_table(arrow).combine_chunks().to_batches()[0] if (
                arrow.chunks != 1) else pyarrow.RecordBatch._import_from_c_capsule(
                    *arrow.__arrow_c_array__())
        if is_named(self.data, "ChunkedArray"):
            return pyarrow.ChunkedArray._import_from_c_capsule(
                arrow.__arrow_c_stream__())
        return pyarrow.Array._import_from_c_capsule(*arrow.__arrow_c_array__())

    def clean(self, guard: Guard, drop: bool) -> Any:
        arrow, stays = cleaned(guard, self.data, self.name)
        made = self._like(arrow)
        return made.filter(bools(stays)) if drop else made

    def _in_chunks(self) -> bool:
        return is_named(self.data, "Table", "ChunkedArray")

    def like(self, values: list[Any], name: str) -> Any:
        import pyarrow

        array = bools(values) if name == "duplicate" else (
            pyarrow.Array.from_buffers(pyarrow.int64(), len(values), [
                None, pyarrow.py_buffer(array_of("q", values))]))
        return pyarrow.chunked_array([array]) if self._in_chunks() else array

    def spans(self, found: list[_core.Arrow]) -> Any:
        import pyarrow

        column = pyarrow.ChunkedArray._import_from_c_capsule(
            found[0].__arrow_c_stream__())
        return column if self._in_chunks() else column.combine_chunks()


class Reader(Pyarrow):
    """A RecordBatchReader: batch by batch, as the result is read."""

    is_lazy = True

    @staticmethod
    def is_one(data: Any) -> bool:
        return package_of(data) == "pyarrow" and is_named(data,
                                                          "RecordBatchReader")

    def rows(self) -> int | None:
        return None

    def clean(self, guard: Guard, drop: bool) -> Any:
        import pyarrow

        # A wrong column raises its error before anything is read.
        schema = cleaned_schema(guard, self.data.schema, self.name)

        def batches() -> Iterator[Any]:
            for batch in self.data:
                yield Pyarrow(batch, self.column).clean(guard, drop)

        return pyarrow.RecordBatchReader.from_batches(schema, batches())

    def held(self) -> Shape:
        return _HeldReader(self.data.read_all(), self.column)


class _HeldReader(Reader):
    """Gives a reader each time that it is read."""

    def parts(self) -> Iterator[Part]:
        yield self.data, self.name

    def clean(self, guard: Guard, drop: bool) -> Any:
        return Reader(self.data.to_reader(), self.column).clean(guard, drop)


class Polars(Whole):

    @staticmethod
    def is_one(data: Any) -> bool:
        return package_of(data) == "polars" and is_named(data, "DataFrame",
                                                         "Series")

    def __init__(self, data: Any, column: Any) -> None:
        import polars

        super().__init__(data, column)
        # The texts of an Enum are fixed; a cleaned text may not be one of them.
        if is_named(data, "Series"):
            if isinstance(data.dtype, polars.Enum):
                self.data = data.cast(polars.String)
        elif isinstance(data.schema.get(column), polars.Enum):
            self.data = data.with_columns(polars.col(column).cast(polars.String))

    def clean(self, guard: Guard, drop: bool) -> Any:
        import polars

        arrow, stays = cleaned(guard, self.data, self.name)
        made: Any = (polars.Series(self.data.name, arrow)
                     if is_named(self.data, "Series")
                     else polars.DataFrame(arrow))
        return made.filter(polars.Series(stays, dtype=polars.Boolean)
                           ) if drop else made

    def like(self, values: list[Any], name: str) -> Any:
        import polars

        return polars.Series(name, values, dtype=polars.Boolean if (
            name == "duplicate") else polars.Int64)

    def spans(self, found: list[_core.Arrow]) -> Any:
        import polars

        return polars.Series("spans", found[0])

    def table(self, found: list[_core.Arrow]) -> Any:
        import polars

        return polars.DataFrame(_core.join(found))


class Other(Whole):
    """Data of other packages: only the protocol is known of these."""

    @staticmethod
    def is_one(data: Any) -> bool:
        return is_arrow(data)

    def __init__(self, data: Any, column: Any) -> None:
        super().__init__(data, column)
        self.package, self.kind = package_of(data), type(data).__name__
        if self.package in ("pandas", "polars"):
            raise refuse(data)

    def rows(self) -> int | None:
        return None         # it may be a query

    def held(self) -> Shape:
        self.data = _core.read(self.data)
        return self

    def clean(self, guard: Guard, drop: bool) -> Any:
        if drop:
            try:
                import pyarrow  # noqa: F401
            except ImportError:
                raise TypeError("drop_empty: for this type it takes pyarrow, "
                                "which is not installed") from None
        arrow, stays = cleaned(guard, self.data, self.name)
        if drop:
            arrow = _core.read(read_table(arrow).filter(bools(stays)))
        return self._like(arrow)

    def _like(self, arrow: Any) -> Any:
        if self.package == "nanoarrow":
            import nanoarrow

            return getattr(nanoarrow, self.kind)(arrow)
        if self.package == "duckdb":
            try:
                return read_table(arrow)
            except ImportError:
                return arrow
        return arrow

    def spans(self, found: list[_core.Arrow]) -> Any:
        if self.package == "nanoarrow":
            import nanoarrow

            return nanoarrow.ArrayStream(found[0])
        return found[0]
