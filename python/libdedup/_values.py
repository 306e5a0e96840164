"""Texts as Python holds them: in lists, in lists of lists, in dicts.

The value of a row is a str, bytes or None, or a list of these: then they are the
parts of one document, with a blank line between. A dotted path leads through
dicts, and lists of dicts: "meta.text", "messages.content".
"""

from __future__ import annotations

from typing import Any, Iterator, Mapping, Protocol

from . import _core

_BETWEEN = "\n\n"       # as job.c has it


class Guard(Protocol):
    """The extension's Deduper for one step; see _deduper.py."""

    def judge(self, data: object, column: str, what: int
              ) -> tuple[Any, Any, bytes, bytes]: ...

    def fresh(self) -> Guard:
        """The guard for a corpus that is read from its beginning."""
        ...


def is_list(value: object) -> bool:
    return isinstance(value, (list, tuple)) or is_numpy(value)


def is_numpy(value: object) -> bool:
    """An array; numbers and texts of numpy are what they are."""
    kind = type(value)
    return kind.__module__ == "numpy" and kind.__name__ == "ndarray"


def like(old: Any, new: list[Any]) -> Any:
    """A list of the type of another."""
    if isinstance(old, tuple):
        return tuple(new)
    if is_numpy(old):
        import numpy

        # A cut text is no longer than it was.
        made = numpy.empty(len(new), dtype=old.dtype)
        for i, value in enumerate(new):     # which may be a list
            made[i] = value
        return made
    return new


# Paths.

def split(column: Any, names: Any) -> tuple[Any, list[str]]:
    """The one of the names that a dotted column begins with, and what follows."""
    if column in names:
        return column, []
    parts = column.split(".") if isinstance(column, str) else []
    for n in range(len(parts) - 1, 0, -1):
        if ".".join(parts[:n]) in names:
            return ".".join(parts[:n]), parts[n:]
    raise KeyError(f"no column {column!r}; there are: "
                   + ", ".join(map(str, names)))


def pick(value: Any, path: list[str]) -> Any:
    """What a path leads to; None if it is not there."""
    if not path or value is None:
        return value
    if is_list(value):
        return [pick(one, path) for one in value]
    if not isinstance(value, Mapping):
        raise TypeError(f"{path[0]!r} is no field of a "
                        f"{type(value).__name__}: it has to be in a dict")
    return pick(value.get(path[0]), path[1:])


def put(value: Any, path: list[str], new: Any) -> Any:
    """The same, with something else where the path leads to."""
    if not path:
        return new
    if value is None:
        return None
    if is_list(value):
        return like(value, [put(one, path, n) for one, n in zip(value, new)])
    if path[0] not in value:
        return value
    return {**value, path[0]: put(value[path[0]], path[1:], new)}


# Lists as documents.

def _leaves(value: Any) -> Iterator[Any]:
    if is_list(value):
        for one in value:
            yield from _leaves(one)
    else:
        yield value


def as_bytes(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8",
                                                            "surrogatepass")


def _joined(value: Any) -> Any:
    """The document that a row is."""
    if not is_list(value):
        return value
    parts = [x for x in _leaves(value) if x is not None]
    for part in parts:
        if not isinstance(part, (str, bytes)):
            return part         # the extension names its row
    if parts and all(isinstance(part, bytes) for part in parts):
        return _BETWEEN.encode().join(parts)
    if all(isinstance(part, str) for part in parts):
        return _BETWEEN.join(parts)
    return _BETWEEN.encode().join(map(as_bytes, parts))


def _cut(value: Any, spans: list[Any], gone: bool, at: list[int]) -> Any:
    """A row without what is removed; it begins at byte at[0]."""
    if is_list(value):
        return like(value, [_cut(one, spans, gone, at) for one in value])
    if value is None:
        return None
    data = as_bytes(value)
    begin, end = at[0], at[0] + len(data)
    at[0] = end + len(_BETWEEN)
    kept, last = [], begin
    for span in spans:
        for offset, length in sorted([(span[0], span[1]), (span[7], span[8])]):
            if offset < end and offset + length > last:
                kept.append(data[last - begin:max(offset, last) - begin])
                last = min(offset + length, end)
    made = b"" if gone else b"".join(kept) + data[last - begin:]
    if made == data:
        return value
    return made if isinstance(value, bytes) else made.decode("utf-8",
                                                             "surrogatepass")


class Texts:
    """The values of a column, one a row."""

    def __init__(self, values: list[Any]) -> None:
        self.values = values
        self.nested = any(is_list(value) for value in values)
        self.rows = list(map(_joined, values)) if self.nested else values

    def clean(self, guard: Guard, column: str) -> tuple[list[Any], bytes]:
        """The same without what is removed; and marks: a byte a row, 1 if
        nothing is left of it."""
        if not self.nested:
            made, _, marks, _ = guard.judge(self.rows, column, _core.CLEAN)
            return made, marks
        _, spans, marks, _ = guard.judge(self.rows, column,
                                         _core.SPANS | _core.MARKS)
        return [_cut(value, found, mark == 1, [0]) if found or mark else value
                for value, found, mark in zip(self.values, spans, marks)
                ], marks
