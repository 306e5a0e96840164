"""Saved tables: what they say of themselves, checking, merging."""

from __future__ import annotations

import os
from os import PathLike
from pathlib import Path
from typing import Any, Iterable

from . import _core

Name = str | bytes | PathLike[str]


def table_info(path: Name) -> dict[str, Any]:
    """What a saved table says of itself, as ``dedup --list --json`` has it; it is
    not checked. bytes and records_bytes are of the file, secret is equal for
    tables that can be merged, documents are those that were read.

    FileNotFoundError and other OSErrors. TableError: it is no table.

    >>> import tempfile
    >>> d = Deduper()
    >>> d.read(["It rained all day long."])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     d.save(folder + "/t")
    ...     check_table(folder + "/t")
    ...     table_info(folder + "/t")["documents"]
    1
    """
    _need(path)
    return _core.table_info(path)


def check_table(path: Name) -> None:
    """Check all of a saved table, as ``dedup --test``.

    FileNotFoundError and other OSErrors. TableError: it is damaged.
    """
    _need(path)
    _core.test_table(path)


def merge_tables(path: Name, tables: Iterable[Name], *, min_count: int = 0
                 ) -> None:
    """Write a table that knows what several know, as if their documents had been
    read one table after the other.

    path        the new table; it may be one of the tables
    min_count   leave out counts of texts that fewer documents have, of all

    The tables have the same options and secret: each was begun from one table
    (load() it before anything is read, even if it is empty), or with one seed.
    FileNotFoundError and other OSErrors. TableError: a table is damaged, or they
    do not go together; then nothing is written.
    """
    names = [os.fsencode(table) for table in tables]
    for name in names:
        _need(name)
    os.stat(Path(os.fsdecode(path)).parent)
    lock = _core.lock_table(path)
    try:
        _core.merge_tables(path, names, min_count)
    finally:
        _core.unlock_table(path, lock)


def _need(path: Name) -> None:
    """An OSError says more than a TableError."""
    with open(path, "rb"):
        pass
