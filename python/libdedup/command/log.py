"""--log: a line of JSON for each removal, with the fields of dedup --log that a
row has."""

from __future__ import annotations

import json
from typing import Any

from .._spans import Span


class Log:

    def __init__(self, path: str, column: str, name: str | None) -> None:
        self.path, self.column, self.name = path, column, name
        self.file = open(path, "w", encoding="utf-8", errors="surrogateescape")
        self.row = 0                    # of all files
        self.begins: list[tuple[int, str]] = []     # first row, file
        self.names: list[Any] = []      # of rows, with --id-field

    def begin(self, path: str) -> None:
        self.begins.append((self.row, path))

    def take_names(self, part: Any) -> None:
        """Before the part is cleaned."""
        if self.name is not None:
            self.names += part.names(self.name)

    def place(self, row: int) -> dict[str, Any]:
        first, path = next(b for b in reversed(self.begins) if b[0] <= row)
        place: dict[str, Any] = {"file": path}
        if self.name is not None:
            place["document"] = self.names[row]
        place["record"] = row - first + 1
        return place

    def witness(self, span: Span) -> dict[str, Any]:
        witness = span.witness
        if (witness.table > 0 or witness.document is None
                or witness.line is None):
            return {"table": witness.table}
        place = {} if span.reason == "listed" else self.place(witness.document)
        return {**place, "line": witness.line + 1, "offset": witness.offset}

    def add(self, rows: list[list[Span]], texts: dict[int, bytes]) -> None:
        """What is removed of the next rows, and the texts of these."""
        for row, spans in enumerate(rows):
            for span in spans:
                self._add(self.row + row, texts[row], span)
        self.row += len(rows)

    def _add(self, row: int, text: bytes, span: Span) -> None:
        line = {**self.place(row), "line": span.line + 1,
                "offset": span.offset, "length": span.length,
                "reason": span.reason,
                "similarity": round(span.resemblance, 4)}
        if span.reason == "boilerplate":
            line["documents"] = span.documents
        line["witness"] = self.witness(span)
        parts = sorted([(span.offset, span.length),
                        (span.separator_offset, span.separator_length)])
        line["removed"] = [
            {"at": begin, "text": text[begin:begin + length].decode(
                "utf-8", "replace")}
            for begin, length in parts if length > 0]
        print(json.dumps(line, ensure_ascii=False, default=str), file=self.file)
