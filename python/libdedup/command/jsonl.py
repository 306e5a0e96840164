"""JSONL: records, of which no byte changes but in their texts."""

from __future__ import annotations

import gzip
import lzma
from typing import Any, Iterator

from .. import _core
from .._deduper import Deduper
from .._spans import Span
from .places import Output, Place
from .trouble import Trouble, complain

_BATCH = 8 << 20        # bytes of records in one call
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd",
          b"\xfd7zXZ": "xz"}
_LEVELS = {"gzip": 6, "zstd": 3, "xz": 6}   # as their tools


def packing_of(file: Any) -> str | None:
    """By its first bytes; the file is at its beginning again."""
    head = file.read(6)
    file.seek(0)
    return next((name for magic, name in _MAGIC.items()
                 if head.startswith(magic)), None)


def unpacked(file: Any, packing: str | None) -> Any:
    if packing == "gzip":
        return gzip.GzipFile(fileobj=file, mode="rb")
    if packing == "xz":
        return lzma.LZMAFile(file)
    if packing == "zstd":
        return _pyarrow().CompressedInputStream(file, "zstd")
    return file


def packed(file: Any, packing: str | None, level: int | None) -> Any:
    if packing is None:
        return None
    level = _LEVELS[packing] if level is None else level
    if packing == "gzip":
        return gzip.GzipFile("", "wb", level, file, 0)
    if packing == "xz":
        return lzma.LZMAFile(file, "wb", preset=level)
    return Frames(file, _pyarrow().Codec("zstd", level))


class Frames:
    """zstd of a level, which streams of pyarrow do not take: frames in a row."""

    def __init__(self, file: Any, codec: Any) -> None:
        self.file, self.codec = file, codec
        self.waits: list[bytes] = []
        self.size = 0

    def write(self, data: bytes) -> None:
        self.waits.append(data)
        self.size += len(data)
        if self.size >= _BATCH:
            self.close()

    def close(self) -> None:
        if self.size > 0:
            self.file.write(self.codec.compress(b"".join(self.waits)))
        self.waits, self.size = [], 0


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError:
        raise Trouble("pyarrow is not installed, and it reads zstd: pip "
                      "install pyarrow") from None
    return pyarrow


class Part:
    """Some records on their way: read, judged, written."""

    def __init__(self, lines: list[bytes], found: list[Any], share: float
                 ) -> None:
        self.lines, self.found, self.share = lines, found, share
        self.documents: list[Any] = [one[2] if isinstance(one, tuple) else None
                                     for one in found]

    def texts(self, column: str, rows: list[int]) -> dict[int, bytes]:
        return {row: self.documents[row] for row in rows}

    def names(self, field: str) -> list[Any]:
        return [one[2].decode("utf-8", "replace") if isinstance(one, tuple)
                else None for one in _core.json_find(self.lines, field)]


class File:

    def __init__(self, place: Place, column: str) -> None:
        self.place, self.column = place, column
        self.file = place.open()
        self.packing = packing_of(self.file)
        self.bad = 0            # records that are none
        self.first = ""

    def _batches(self) -> Iterator[list[bytes]]:
        source = unpacked(self.file, self.packing)
        rest = b""
        try:
            while data := bytes(source.read(_BATCH)):
                lines = (rest + data).split(b"\n")
                rest = lines.pop()
                if lines:
                    yield [line + b"\n" for line in lines]
        except (OSError, EOFError, lzma.LZMAError) as error:
            raise OSError(f"cannot read: {error}") from None
        if rest:
            yield [rest]

    def parts(self, all_columns: bool) -> Iterator[Part]:
        self.bad, begin = 0, 0
        size = max(self.place.size(), 1)
        before = 0
        for lines in self._batches():
            found = _core.json_find(lines, self.column)
            for i, one in enumerate(found):
                if isinstance(one, str) and lines[i].strip():
                    self.first = self.first or f"record {begin + i + 1}: {one}"
                    self.bad += 1
            begin += len(lines)
            at = min(self.file.tell(), size)
            yield Part(lines, found, (at - before) / size)
            before = at

    def read(self, part: Part, deduper: Deduper) -> None:
        deduper.read(part.documents)

    def reference(self, part: Part, deduper: Deduper) -> None:
        deduper.reference(part.documents)

    def clean(self, part: Part, deduper: Deduper, drop: bool, explain: bool
              ) -> list[list[Span]]:
        _, spans, marks, _ = deduper._guard.judge(
            part.documents, self.column, _core.SPANS | _core.MARKS)
        found: list[list[Span]] = spans
        lines = []
        for line, one, removed, gone in zip(part.lines, part.found, found,
                                            marks):
            if gone and drop:
                continue
            if removed or gone:
                line = _core.json_cut(line, one[0], one[1],
                                      [(0, len(one[2]))] if gone
                                      else ranges_of(removed))
            lines.append(line)
        part.lines = lines
        return found

    def writer(self, output: Output, level: int | None) -> Writer:
        return Writer(output, self.packing, level)

    def close(self) -> None:
        if self.bad:
            complain(f"{self.place.name}: {self.first}"
                     + (f"; {self.bad} such records" if self.bad > 1 else "")
                     + ": passed unchanged")
        self.file.close()


def ranges_of(spans: list[Span]) -> list[tuple[int, int]]:
    """What is removed of a text, with blank lines."""
    ranges = []
    for s in spans:
        begin, end = s.offset, s.offset + s.length
        if s.separator_length > 0:
            begin = min(begin, s.separator_offset)
            end = max(end, s.separator_offset + s.separator_length)
        ranges.append((begin, end))
    return ranges


class Writer:

    def __init__(self, output: Output, packing: str | None, level: int | None
                 ) -> None:
        self.packed = packed(output.file, packing, level)
        self.to = self.packed or output.file

    def write(self, part: Part) -> None:
        self.to.write(b"".join(part.lines))

    def close(self) -> None:
        if self.packed is not None:
            self.packed.close()
