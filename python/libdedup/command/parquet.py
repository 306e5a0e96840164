"""Parquet: row groups, one after another, and how a file is laid out."""

from __future__ import annotations

from typing import Any, Iterator

from .. import _core
from .._arrow import bools, cleaned_schema, read_table
from .._deduper import Deduper
from .._spans import Span, Witness
from .places import Output, Place
from .trouble import Trouble

# Encodings that can be asked for by name; dictionaries are asked for apart.
ENCODINGS = {"BYTE_STREAM_SPLIT", "DELTA_BINARY_PACKED",
             "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"}
LEVELS = {"GZIP", "ZSTD", "BROTLI"}


def import_parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise Trouble("pyarrow is not installed, and it reads Parquet: "
                      "pip install pyarrow") from None
    return pyarrow.parquet


class Part:
    """A row group on its way: read, judged, written."""

    def __init__(self, table: Any, share: float) -> None:
        self.table, self.share = table, share

    def texts(self, column: str, rows: list[int]) -> dict[int, bytes]:
        found, _ = _core.fetch(self.table, column, tuple(rows))
        return {row: b"\n\n".join(parts) for row, parts in found.items()}

    def names(self, field: str) -> list[Any]:
        names: list[Any] = self.table[field].to_pylist()
        return names


class File:
    """A file that is read. Trouble, KeyError, TypeError: it cannot be."""

    def __init__(self, place: Place, column: str) -> None:
        parquet = import_parquet()
        self.column = column
        self.file = place.open()
        if self.file.read(4) != b"PAR1":
            raise Trouble(f"{place.name}: not Parquet; JSONL is told by its "
                          "name, .jsonl, and the command dedup reads text and "
                          "WARC")
        self.file.seek(0)
        self.source = parquet.ParquetFile(self.file)
        # Of a schema without the column, or with another type.
        with Deduper(threads=1) as probe:
            self.schema = cleaned_schema(probe._core,
                                         self.source.schema_arrow, column)

    def parts(self, all_columns: bool) -> Iterator[Part]:
        """Row groups, each with its share of the file."""
        n = max(self.source.metadata.num_rows, 1)
        first = self.column.split(".")[0]
        names = self.source.schema_arrow.names
        only = None if all_columns else [
            self.column if self.column in names else first]
        for i in range(self.source.num_row_groups):
            table = self.source.read_row_group(i, columns=only)
            yield Part(table, table.num_rows / n)

    def read(self, part: Part, deduper: Deduper) -> None:
        deduper.read(part.table, self.column)

    def reference(self, part: Part, deduper: Deduper) -> None:
        deduper.reference(part.table, self.column)

    def clean(self, part: Part, deduper: Deduper, drop: bool, explain: bool
              ) -> list[list[Span]]:
        """Clean a part in place; with explain, what is removed of each row."""
        what = _core.CLEAN | (_core.SPANS if explain else 0)
        made, spans, marks, _ = deduper._guard.judge(part.table, self.column,
                                                     what)
        part.table = read_table(made)
        if drop:
            part.table = part.table.filter(bools([m == 0 for m in marks]))
        return spans_of(spans) if explain else []

    def writer(self, output: Output, level: int | None) -> Writer:
        return Writer(output, self.source, self.schema, level)

    def close(self) -> None:
        self.file.close()


def spans_of(arrow: Any) -> list[list[Span]]:
    import pyarrow

    column = pyarrow.ChunkedArray._import_from_c_capsule(
        arrow.__arrow_c_stream__())
    return [[Span(s["offset"], s["length"], s["line"], s["reason"],
                  s["resemblance"], Witness(**s["witness"]), s["documents"],
                  s["separator_offset"], s["separator_length"])
             for s in row.as_py()] if len(row) else []
            for chunk in column.chunks for row in chunk]


class Writer:

    def __init__(self, output: Output, source: Any, schema: Any,
                 level: int | None) -> None:
        self.writer = import_parquet().ParquetWriter(
            output.file, schema, **layout_of(source, schema, level))

    def write(self, part: Part) -> None:
        if part.table.num_rows > 0:
            self.writer.write_table(part.table,
                                    row_group_size=part.table.num_rows)

    def close(self) -> None:
        self.writer.close()


def layout_of(source: Any, schema: Any, level: int | None) -> dict[str, Any]:
    """How a file is written: as the one that it is made of, where a file says
    how that was. It does not say the level of compression, the version of pages,
    or how large these are."""
    meta = source.metadata
    layout: dict[str, Any] = {
        "version": meta.format_version
        if meta.format_version in ("1.0", "2.4", "2.6") else "2.6",
        "store_schema": b"ARROW:schema" in (meta.metadata or {}),
    }
    if meta.num_row_groups == 0:
        return layout
    group = meta.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    layout["compression"] = {
        c.path_in_schema: "NONE" if c.compression == "UNCOMPRESSED"
        else c.compression for c in columns}
    if level is not None:
        layout["compression_level"] = {
            c.path_in_schema: level for c in columns if c.compression in LEVELS}
    layout["use_dictionary"] = [
        c.path_in_schema for c in columns if c.has_dictionary_page]
    layout["write_statistics"] = [
        c.path_in_schema for c in columns if c.is_stats_set]
    encodings = {c.path_in_schema: encoding for c in columns
                 if not c.has_dictionary_page
                 for encoding in c.encodings if encoding in ENCODINGS}
    if encodings:
        layout["column_encoding"] = encodings
    layout["write_page_index"] = any(c.has_offset_index for c in columns)
    times = [c for c in columns if c.physical_type == "INT96"]
    if times:
        layout["use_deprecated_int96_timestamps"] = True
    if any(".list.item" in c.path_in_schema for c in columns):
        layout["use_compliant_nested_type"] = False
    sorting = group.sorting_columns
    if sorting:
        layout["sorting_columns"] = list(sorting)
    return layout
