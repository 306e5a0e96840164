"""The extension: what libdedup is made of; not for use by others."""

from os import PathLike
from typing import Any

version: str
options: list[tuple[str, str, str | None, str | None, int, int, str, str]]

CLEAN: int
SPANS: int
REFERENCE: int

class TableError(Exception): ...

class Arrow:
    chunks: int
    def __len__(self) -> int: ...
    def __arrow_c_schema__(self) -> object: ...
    def __arrow_c_array__(
        self, requested_schema: object = None
    ) -> tuple[object, object]: ...
    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...

# Of lists: a Span, as a plain tuple.
_Removal = tuple[
    int, int, int, str, float,
    tuple[int | None, int | None, int | None, int],
    int, int, int,
]

class Deduper:
    fed: int
    def __init__(
        self, options: dict[str, str | None], boilerplate_share: float,
        places: bool, min_doc_words: int, /
    ) -> None: ...
    def judge(
        self, data: object, column: str, what: int, /
    ) -> tuple[Any, Any, bytes]:
        """The texts cleaned, their spans, and a byte a row: 1, nothing is left.

        data    Arrow data, which gives Arrow, or a list of str and None, which
                gives a list
        what    CLEAN and SPANS, or REFERENCE, or 0: what is not wanted is None,
                and only CLEAN gives bytes
        """
    def passes_left(self) -> int: ...
    def again(self) -> None: ...
    def load(self, path: str | PathLike[str], listed: bool, /) -> None: ...
    def save(
        self, path: str | PathLike[str], labels: list[bytes | None] | None, /
    ) -> None: ...
    def label(self, table: int, document: int, /) -> bytes: ...
    def stats(self) -> dict[str, Any]: ...
    def close(self) -> None: ...
    def spoil(self) -> None: ...

def check_option(name: str, value: str | None, /) -> str: ...
def read(data: object, /) -> Arrow: ...
def is_table(path: str | PathLike[str], /) -> bool: ...
def lock_table(path: str | PathLike[str], /) -> int: ...
def unlock_table(path: str | PathLike[str], lock: int, /) -> None: ...

# A corpus in parts: cluster.py. All calls that read a split begin with
# (options, places, secret, split, first, offsets, data, and the offsets and
# data of reference texts); texts are the two buffers of a large_string.
def cluster_secret(options: dict[str, str | None], /) -> bytes: ...
def cluster_reasons() -> list[str]: ...
def cluster_scan(
    options: dict[str, str | None], places: bool, secret: bytes, split: int,
    first: int, offsets: Any, data: Any, reference_offsets: Any,
    reference: Any, buckets: int, known: list[bytes] | None, /
) -> tuple[dict[int, bytes], bytes]: ...
def cluster_rows(
    options: dict[str, str | None], places: bool, secret: bytes, split: int,
    first: int, offsets: Any, data: Any, reference_offsets: Any,
    reference: Any, links: list[bytes], /
) -> dict[int, bytes]: ...
def cluster_match(
    asks: list[bytes], /
) -> tuple[dict[int, bytes], dict[int, bytes]]: ...
def cluster_cut(
    offsets: Any, data: Any, removals: bytes, /
) -> tuple[bytes, bytes]: ...
