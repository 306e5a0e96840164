"""Steps of datatrove pipelines.

    LocalPipelineExecutor([JsonlReader("in"), Dedup(), JsonlWriter("out")])

With several tasks, on one machine or many that share a folder:

    job = Parts("shared/dedup", tasks=8)
    for pipeline, tasks in job.pipelines(JsonlReader("in"),
                                         JsonlWriter("out")):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=8).run()
"""

from __future__ import annotations

import itertools
import os
import pickle
from os import PathLike
from pathlib import Path
from typing import Any, Iterable, Iterator, Unpack

from datatrove.pipeline.base import PipelineStep

from . import cluster
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
    (``within_tasks=True``). See :class:`Parts`.
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
                "Parts, tasks=1 (it has threads of its own), "
                "scope='document', or tables: load=[...], within_tasks=True")
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


class _Part(PipelineStep):  # type: ignore[misc]
    """A step of a corpus in parts. A task reads one split, or matches some
    buckets."""

    type = "🫂 - DEDUP"
    name = "📄 libdedup"

    def __init__(self, path: Path, plan: cluster.Plan, splits: int, what: str,
                 turn: int = 0) -> None:
        super().__init__()
        self.path, self.plan, self.splits = path, plan, splits
        self.what, self.turn = what, turn

    def run(self, data: Iterable[Any] | None, rank: int = 0,
            world_size: int = 1) -> Iterator[Any]:
        folder = cluster.Folder(self.path, self.plan, self.splits)
        if self.what == "match":
            for bucket in range(rank, self.plan.buckets, world_size):
                folder.match(bucket, self.turn)
            return
        if world_size != self.splits:
            raise ValueError(f"libdedup.datatrove.Parts: made for "
                             f"{self.splits} tasks, and there are {world_size}")
        if self.what == "cut":
            yield from self._cut(folder, rank, data or ())
            return

        def texts() -> list[str]:
            return [d.text for d in data or ()]

        if self.what == "scan":
            folder.scan(rank, texts())
        elif self.what == "rows":
            folder.rows(rank, texts)
        else:
            folder.judge(rank, texts, self.turn)

    def _cut(self, folder: cluster.Folder, rank: int, data: Iterable[Any]
             ) -> Iterator[Any]:
        if not folder.is_done(self.turn):
            raise RuntimeError(
                f"libdedup.datatrove.Parts: {self.turn} turns were not enough: "
                f"give turns={self.turn + 1} and run it again; what is done "
                "stays")
        documents = list(data)
        found = folder.found(rank)
        texts = cluster.cut([d.text for d in documents], found)
        self.stat_update("documents", value=len(documents))
        for r in cluster.removals(rank, found):
            self.stat_update("removed_bytes", value=r.end - r.begin)
            self.stat_update(f"removed_{r.reason}")
        for document, text in zip(documents, texts):
            document.text = text
            yield document


class Parts:
    """A corpus that several tasks clean, as one: a pipeline after another.

    path        a folder that all tasks share, for what they exchange
    tasks       each reads what the reader gives its rank. The texts are those
                that one task would give for the documents of rank 0, then of
                rank 1, and so on
    turns       how often texts are judged until all answers are final; one that
                is not needed costs nothing, and too few are an error
    options     those of :class:`libdedup.cluster.Plan`

    With SLURM each executor depends on the one before:

        last = None
        for pipeline, tasks in job.pipelines(reader, writer):
            last = SlurmPipelineExecutor(pipeline=pipeline, tasks=tasks,
                                         depends=last, ...)
        last.run()

    The plan stays in the folder, with its secret: who runs it again goes on.
    """

    def __init__(self, path: str | PathLike[str], *, tasks: int,
                 turns: int = 3, **options: Any) -> None:
        self.path, self.tasks, self.turns = Path(path), tasks, turns
        self.plan = cluster.Plan(**options)
        kept = self.path / "plan.pickle"
        if kept.exists():
            plan = pickle.loads(kept.read_bytes())
            if (plan.options, plan.against) != (self.plan.options,
                                                self.plan.against):
                raise ValueError(f"{path}: made with other options; give an "
                                 "empty folder")
            self.plan = plan
            return
        self.path.mkdir(parents=True, exist_ok=True)
        file = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(file, "wb") as to:
            pickle.dump(self.plan, to)

    def pipelines(self, reader: PipelineStep, *after: PipelineStep
                  ) -> list[tuple[list[PipelineStep], int]]:
        """Pipelines with their numbers of tasks, each to run when the one
        before is done. The last one reads, cuts, and then does 'after'."""
        def part(what: str, turn: int = 0) -> _Part:
            return _Part(self.path, self.plan, self.tasks, what, turn)

        buckets = min(self.plan.buckets, self.tasks)
        made = [([reader, part("scan")], self.tasks),
                ([part("match")], buckets),
                ([reader, part("rows")], self.tasks)]
        for turn in range(1, self.turns + 1):
            made += [([reader, part("judge", turn)], self.tasks),
                     ([part("match", turn)], buckets)]
        return made + [([reader, part("cut", self.turns), *after], self.tasks)]
