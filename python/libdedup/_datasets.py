"""Data sets of Hugging Face."""

from __future__ import annotations

from typing import Any, Iterator

from ._shapes import List, Part, Shape, find, is_named, package_of
from ._values import Guard

_ROWS = 1000        # in one call


class Dataset(Shape):

    @staticmethod
    def is_one(data: Any) -> bool:
        return package_of(data) == "datasets" and is_named(data, "Dataset")

    def parts(self) -> Iterator[Part]:
        for batch in self.data.with_format("arrow").iter(_ROWS):
            yield from find(batch, self.column).parts()

    def clean(self, guard: Guard, drop: bool) -> Any:
        from datasets.fingerprint import generate_random_fingerprint

        # The answers depend on what was read before: do not cache them.
        made = self.data.with_format("arrow").map(
            lambda table: find(table, self.column).clean(guard, drop),
            batched=True, batch_size=_ROWS, load_from_cache_file=False,
            new_fingerprint=generate_random_fingerprint(),
            features=self.data.features, desc="libdedup")
        return made.with_format(**self.data.format)


class Streamed(Shape):
    """An IterableDataset. Each time that it is read, it is a corpus of its own."""

    is_lazy = True

    @staticmethod
    def is_one(data: Any) -> bool:
        return package_of(data) == "datasets" and is_named(data,
                                                           "IterableDataset")

    def rows(self) -> int | None:
        return None

    def parts(self) -> Iterator[Part]:
        for batch in self.data.iter(_ROWS):
            yield from find(batch, self.column).parts()

    def clean(self, guard: Guard, drop: bool) -> Any:
        now: list[Guard] = []
        expected = [0]

        def function(batch: Any, indices: list[int]) -> Any:
            if indices[0] == 0:
                now[:] = [guard.fresh()]
            elif not now or indices[0] != expected[0]:
                raise RuntimeError("this data set is read from its middle on: "
                                   "what stands before was not seen. Read it "
                                   "from its beginning, in one process")
            expected[0] = indices[-1] + 1
            return find(batch, self.column).clean(now[0], drop)

        return self.data.map(function, batched=True, batch_size=_ROWS,
                             with_indices=True, features=self.data.features)


class Column(List):
    """What rows["text"] gives: a list comes back."""

    @staticmethod
    def is_one(data: Any) -> bool:
        return package_of(data) == "datasets" and is_named(
            data, "Column", "IterableColumn")

    def __init__(self, data: Any, column: Any) -> None:
        super().__init__(list(data), column)
