"""A step of a datatrove pipeline.

    LocalPipelineExecutor([JsonlReader("in"), Dedup(), JsonlWriter("out")])
"""

from __future__ import annotations

import itertools
from os import PathLike
from typing import Any, Iterable, Iterator, Unpack

from datatrove.pipeline.base import PipelineStep

from ._deduper import Deduper
from ._options import Options

_DOCUMENTS = 1000   # in one call


class Dedup(PipelineStep):  # type: ignore[misc]
    """Clean the text of documents, as one corpus.

    drop_empty  True: leave out documents of which nothing is left. (datatrove's
                writers leave the field "text" out if it is empty.)
    load        saved tables, whose texts count as read
    options     those of :class:`libdedup.Deduper`

    Its stats: documents, bytes, removed_bytes, removed_exact and so on, dropped.

    Each task of an executor is a process with documents of its own, and would
    not see what the others keep. So ValueError if there is more than one task,
    unless that makes no difference: with ``scope="document"``, or if ``load``
    names tables and copies among the tasks' own documents may stay
    (``within_tasks=True``).
    """

    type = "🫂 - DEDUP"
    name = "📄 libdedup"

    def __init__(
        self,
        *,
        drop_empty: bool = False,
        load: Iterable[str | PathLike[str]] = (),
        within_tasks: bool = False,
        **options: Unpack[Options],
    ) -> None:
        super().__init__()
        self.drop_empty = drop_empty
        self.load = list(load)
        self.within_tasks = within_tasks
        options.setdefault("places", False)
        self.options = options
        with Deduper(**options) as probe:      # a wrong option raises here
            self.passes = 1 + probe.passes_left

    def run(self, data: Iterable[Any] | None, rank: int = 0,
            world_size: int = 1) -> Iterator[Any]:
        if world_size > 1 and self.options.get("scope") != "document" and not (
                self.load and self.within_tasks):
            raise ValueError(
                f"libdedup.datatrove.Dedup: there are {world_size} tasks, and "
                "none would see what the others keep: copies would stay. Use "
                "tasks=1 (it has threads of its own), scope='document', or "
                "tables: load=[...], within_tasks=True")
        with Deduper(**self.options) as deduper:
            for table in self.load:
                deduper.load(table)
            documents: Iterable[Any] = data or ()
            if deduper.passes_left > 0:
                documents = list(documents)
                while deduper.passes_left > 0:
                    for batch in _batches(documents):
                        deduper.read([d.text for d in batch])
                    deduper.again()
            yield from self._clean(deduper, documents)
            self._count(deduper.stats)

    def _clean(self, deduper: Deduper, documents: Iterable[Any]
               ) -> Iterator[Any]:
        for batch in _batches(documents):
            with self.track_time("batch"):
                texts = deduper.clean([d.text for d in batch])
            for document, text in zip(batch, texts):
                if self.drop_empty and document.text and not text:
                    self.stat_update("dropped")
                    continue
                document.text = text
                yield document

    def _count(self, stats: dict[str, Any]) -> None:
        for name in ("documents", "bytes", "removed_bytes"):
            self.stat_update(name, value=stats[name])
        for reason, n in stats["removed"].items():
            if n > 0:
                self.stat_update(f"removed_{reason}", value=n)


def _batches(documents: Iterable[Any]) -> Iterator[list[Any]]:
    all_of_them = iter(documents)
    while batch := list(itertools.islice(all_of_them, _DOCUMENTS)):
        yield batch
