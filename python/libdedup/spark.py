"""Clean a DataFrame of Spark, as one machine would.

    from libdedup.spark import clean
    clean(spark.read.parquet("in")).write.parquet("out")

    python -m libdedup.spark IN OUT --column text

All executors need this package, in the same version as the driver.
"""

from __future__ import annotations

import hashlib
import logging
import time
from functools import reduce
from typing import (TYPE_CHECKING, Any, Callable, Iterable, Iterator,
                    Sequence, Unpack)

import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F
from pyspark.sql import types as T

from . import cluster
from ._options import Options

if TYPE_CHECKING:
    from pyspark.sql import Column

log = logging.getLogger("libdedup.spark")

SPLIT, ROW = "_dedup_split", "_dedup_row"
_FOUND = -1         # in place of a bucket: what goes, not what is asked
_BLOBS = "split int, bucket int, facts boolean, blob binary, sum binary"
_SAMPLE = 10_000    # values of a column of order, to find where splits begin
_SPANS = T.StructType([
    T.StructField(name, kind) for name, kind in [
        ("document", T.LongType()), ("begin", T.LongType()),
        ("end", T.LongType()), ("unit_begin", T.LongType()),
        ("unit_end", T.LongType()), ("line", T.LongType()),
        ("reason", T.StringType()), ("resemblance", T.DoubleType()),
        ("witness", T.LongType()), ("witness_offset", T.LongType()),
        ("witness_line", T.LongType())]])


def clean(df: DataFrame, column: str = "text", *,
          order: str | Sequence[str] | None = None, splits: int | None = None,
          against: DataFrame | Iterable[str] = (), buckets: int | None = None,
          **options: Unpack[Options]) -> DataFrame:
    """The same columns, rows and types; 'column' without what is removed.

    order       columns that sort the documents. None: they are read from files,
                in the order of these by name, and of their lines or rows
    splits      parts of the corpus; None: as many as 'df' has partitions. A task
                holds one, and what it has to know
    against     texts, or a DataFrame with the same column: what they say goes
    buckets     parts of what is exchanged; None: a part for each 4 splits
    options     those of :class:`libdedup.cluster.Plan`

    It reads 'df' once, into the executors' disks, and all passes read that; it
    runs all of them but the last, which cuts. The rows come in no order. When
    they are read, release() of what is returned frees the disks.

    ValueError: there is no order to rely on, or an option has no part here.
    """
    plan = _plan(df, column, against, buckets, splits, options)
    job = _Job(df, column, order, splits, plan)
    return job.clean()


def spans(df: DataFrame, column: str = "text", *,
          order: str | Sequence[str] | None = None, splits: int | None = None,
          against: DataFrame | Iterable[str] = (), buckets: int | None = None,
          key: str | None = None, **options: Unpack[Options]) -> DataFrame:
    """What clean() removes, and why: a row a removal, with the fields of
    :class:`libdedup.cluster.Removal`. The witness stays.

    key     a column that names documents: 'document_key' and 'witness_key'
    """
    plan = _plan(df, column, against, buckets, splits, options)
    return _Job(df, column, order, splits, plan).spans(key)


def _plan(df: DataFrame, column: str, against: Any, buckets: int | None,
          splits: int | None, options: Any) -> cluster.Plan:
    if column not in df.columns:
        raise KeyError(f"no column {column!r}; there are: "
                       + ", ".join(df.columns))
    if not isinstance(df.schema[column].dataType, T.StringType):
        raise TypeError(f"column {column!r} is "
                        f"{df.schema[column].dataType.simpleString()}: it has "
                        "to be of strings")
    if isinstance(against, DataFrame):
        against = [r[0] or "" for r in against.select(column).toLocalIterator()]
    n = splits or df.rdd.getNumPartitions()
    return cluster.Plan(against=against,
                        buckets=buckets or max(1, min(4096, n // 4 + 1)),
                        **options)


# The order of documents, and what is frozen.

def _by_order(df: DataFrame, order: Sequence[str], n: int) -> DataFrame:
    """Splits are ranges of the first column, rows are sorted by all."""
    for name in order:
        if name not in df.columns:
            raise KeyError(f"order: no column {name!r}")
    first = F.col(order[0])
    values = df.select(first).where(first.isNotNull())
    total = values.count()
    bounds: list[Any] = []
    if n > 1 and total > 0:
        some = values.sample(min(1.0, 2.0 * _SAMPLE / total), 1)
        sample = sorted(r[0] for r in some.limit(2 * _SAMPLE).collect())
        bounds = sorted({sample[len(sample) * k // n] for k in range(1, n)
                         if sample})
    kind = df.schema[order[0]].dataType
    split: Column = F.lit(0)
    if bounds:
        limits = F.array(*[F.lit(b).cast(kind) for b in bounds])
        split = F.coalesce(
            F.size(F.filter(limits, lambda b: b <= first)), F.lit(0))
    rank = F.row_number().over(
        Window.partitionBy(SPLIT).orderBy(*map(F.col, order)))
    return (df.withColumn(SPLIT, split.cast("int"))
            .repartition(n, SPLIT)
            .withColumn(ROW, (rank - 1).cast("long")))


def _by_files(df: DataFrame, n: int) -> DataFrame:
    """Splits are ranges of the lines or rows of all files, in their order."""
    try:
        rows = df.select("*", F.col("_metadata.file_path").alias("_dedup_file"),
                         F.col("_metadata.file_block_start")
                         .alias("_dedup_block"))
        rows.schema
    except Exception as error:
        raise ValueError(
            "order: these rows do not come from files alone, and so have no "
            "order to rely on: name the columns that sort them"
        ) from error
    rows = rows.withColumn("_dedup_id", F.monotonically_increasing_id())
    chunks = (rows.groupBy("_dedup_file", "_dedup_block")
              .agg(F.min("_dedup_id").alias("least"), F.count("*").alias("n"))
              .collect())
    chunks.sort(key=lambda c: (c[0], c[1]))
    total, base = sum(c["n"] for c in chunks), []
    at = 0
    for c in chunks:
        base.append((c[0], c[1], at - c["least"]))
        at += c["n"]
    size = max(1, -(-total // n))
    table = df.sparkSession.createDataFrame(
        base, "_dedup_file string, _dedup_block long, _dedup_base long")
    number = F.col("_dedup_id") + F.col("_dedup_base")
    return (rows.join(F.broadcast(table), ["_dedup_file", "_dedup_block"])
            .withColumn(SPLIT, F.floor(number / size).cast("int"))
            .withColumn(ROW, number % size)
            .drop("_dedup_file", "_dedup_block", "_dedup_id", "_dedup_base")
            .repartition(n, SPLIT))


# What the tasks do; each gets the rows of one split or bucket.

def _sum(texts: Any) -> bytes:
    """Of a split's texts: a pass that sees others fails."""
    made = hashlib.blake2b(digest_size=16)
    for one in cluster._texts(texts):
        made.update(one)
    return made.digest()


def _sorted(key: Any, table: pa.Table) -> tuple[int, pa.Table]:
    """The rows of a split in order: all of them, each once."""
    rows = table.column(ROW).to_pylist()
    if any(a >= b for a, b in zip(rows, rows[1:])):
        table = table.sort_by(ROW)
        rows = table.column(ROW).to_pylist()
    if rows != list(range(len(rows))):
        raise RuntimeError("rows of a split are missing, or come twice: the "
                           "data changed while they were numbered; write them "
                           "down first, or name an order")
    return key[0].as_py(), table


def _made(split: int, blobs: dict[int, bytes], *, turned: bool = False,
          facts: bool = False, sum: bytes | None = None) -> pa.Table:
    """Blobs of a split by bucket, or 'turned': of a bucket by split."""
    n = len(blobs)
    mine = pa.array([split] * n, pa.int32())
    other = pa.array(list(blobs), pa.int32())
    return pa.table({
        "split": other if turned else mine,
        "bucket": mine if turned else other,
        "facts": pa.array([facts] * n, pa.bool_()),
        "blob": pa.array(list(blobs.values()), pa.binary()),
        "sum": pa.array([sum if sum is not None else cluster.digest([b])
                         for b in blobs.values()], pa.binary())})


def _blobs(table: pa.Table) -> list[bytes]:
    made: list[bytes] = table.column("blob").to_pylist()
    return made


def _scan(plan: cluster.Plan, column: str) -> Callable[..., pa.Table]:
    def scan(key: Any, table: pa.Table) -> pa.Table:
        split, table = _sorted(key, table)
        return _made(split, cluster.scan(plan, split, table.column(column)))
    return scan


def _match(key: Any, table: pa.Table) -> pa.Table:
    links, facts = cluster.match(_blobs(table))
    bucket = key[0].as_py()
    return pa.concat_tables([_made(bucket, links, turned=True),
                             _made(bucket, facts, turned=True, facts=True)])


def _rows(plan: cluster.Plan, column: str) -> Callable[..., pa.Table]:
    def rows(key: Any, table: pa.Table, links: pa.Table) -> pa.Table:
        if links.num_rows == 0:
            return _made(0, {})
        split, table = _sorted(key, table)
        return _made(split, cluster.rows(plan, split, table.column(column),
                                         _blobs(links)), turned=True)
    return rows


def _judge(plan: cluster.Plan, column: str) -> Callable[..., pa.Table]:
    def judge(key: Any, table: pa.Table, known: pa.Table) -> pa.Table:
        if table.num_rows == 0:
            return _made(0, {})
        split, table = _sorted(key, table)
        texts = table.column(column)
        found, asks = cluster.judge(plan, split, texts, _blobs(known))
        return pa.concat_tables([
            _made(split, {_FOUND: found}, sum=_sum(texts)),
            _made(split, asks)])
    return judge


def _cut(column: str) -> Callable[..., pa.Table]:
    def cut(key: Any, table: pa.Table, found: pa.Table) -> pa.Table:
        split, table = _sorted(key, table)
        texts = table.column(column)
        if found.num_rows != 1 or found.column("sum")[0].as_py() != _sum(texts):
            raise RuntimeError(f"split {split}: {cluster.CHANGED}")
        at = table.column_names.index(column)
        return table.set_column(at, table.field(at), cluster.cut(
            texts, _blobs(found)[0]))
    return cut


def _removals(table_of: pa.Table) -> pa.Table:
    made = [r for split, blob in zip(table_of.column("split").to_pylist(),
                                     _blobs(table_of))
            for r in cluster.removals(split, blob)]
    columns = list(zip(*made)) or [()] * len(_SPANS)
    return pa.table({f.name: pa.array(
        c, pa.string() if f.name == "reason" else
        pa.float64() if f.name == "resemblance" else pa.int64())
        for f, c in zip(_SPANS, columns)})


class _Job:
    """All passes over one corpus."""

    def __init__(self, df: DataFrame, column: str,
                 order: str | Sequence[str] | None, splits: int | None,
                 plan: cluster.Plan) -> None:
        self.column, self.plan, self.schema = column, plan, df.schema
        self.kept: list[DataFrame] = []
        n = splits or df.rdd.getNumPartitions()
        if n < 1:
            n = 1
        if isinstance(order, str):
            order = [order]
        begun = time.monotonic()
        numbered = _by_order(df, order, n) if order else _by_files(df, n)
        self.text = self._keep(numbered.sortWithinPartitions(SPLIT, ROW))
        counts = self.text.groupBy(SPLIT).count().collect()
        self.splits = sorted(r[0] for r in counts)
        self._say("freeze", begun, f"{sum(r[1] for r in counts):,} documents "
                  f"in {len(self.splits)} splits")
        try:
            self.found = self._passes()
        except BaseException:
            self.release()
            raise

    def _keep(self, df: DataFrame) -> DataFrame:
        df = df.persist(StorageLevel.DISK_ONLY)
        self.kept.append(df)
        return df

    def release(self) -> None:
        for df in self.kept:
            df.unpersist()
        self.kept = []

    def _say(self, what: str, begun: float, more: str = "") -> None:
        log.info("%s: %.1f s, %s", what, time.monotonic() - begun, more)

    def _counted(self, df: DataFrame, what: str, begun: float) -> DataFrame:
        """Kept, made now, and said how much it is."""
        df = self._keep(df)
        n, size = df.agg(F.count("*"), F.sum(F.length("blob"))).collect()[0]
        self._say(what, begun, f"{n} blobs, {size or 0:,} bytes")
        return df

    def _matched(self, asks: DataFrame, what: str
                 ) -> tuple[DataFrame, dict[int, list[Any]]]:
        """Links and facts, and a checksum of the facts of each split."""
        begun = time.monotonic()
        df = self._keep(asks.groupBy("bucket").applyInArrow(_match, _BLOBS))
        size = 0
        sums: dict[int, list[Any]] = {}
        found = df.select("split", "bucket", "facts", "sum",
                          F.length("blob").alias("length")).collect()
        for r in sorted(found, key=lambda r: (r[0], r[1])):
            size += r["length"]
            if r["facts"]:
                sums.setdefault(r[0], []).append((r[1], bytes(r["sum"])))
        self._say(what, begun, f"{len(found)} blobs, {size:,} bytes")
        return df, sums

    def _by_split(self, texts: DataFrame, blobs: DataFrame) -> Any:
        return texts.groupBy(SPLIT).cogroup(blobs.groupBy("split"))

    def _passes(self) -> DataFrame:
        """What goes, a blob a split."""
        plan, column, begun = self.plan, self.column, time.monotonic()
        text = self.text.select(SPLIT, ROW, column)
        asks = self._counted(text.groupBy(SPLIT).applyInArrow(
            _scan(plan, column), _BLOBS), "scan", begun)
        made, sums = self._matched(asks, "match")
        links, facts = made.where("not facts"), made.where("facts")
        begun = time.monotonic()
        rows = self._counted(self._by_split(text, links).applyInArrow(
            _rows(plan, column), _BLOBS), "rows", begun)
        judged: dict[int, DataFrame] = {}       # turn -> what it made
        turn_of = {split: 0 for split in self.splits}
        changed = list(self.splits)
        while changed:
            turn = len(judged) + 1
            if turn > len(self.splits) + 1:
                raise RuntimeError("the answers do not come to rest")
            begun = time.monotonic()
            some = text
            known = rows.unionByName(facts)
            if len(changed) < len(self.splits):
                some = some.where(F.col(SPLIT).isin(changed))
                known = known.where(F.col("split").isin(changed))
            judged[turn] = self._counted(
                self._by_split(some, known).applyInArrow(
                    _judge(plan, column), _BLOBS),
                f"judge, turn {turn}, {len(changed)} splits", begun)
            turn_of |= dict.fromkeys(changed, turn)
            now = _newest(judged, turn_of).where(F.col("bucket") != _FOUND)
            before = sums
            facts, sums = self._matched(now, f"match, turn {turn}")
            changed = [s for s in self.splits
                       if sums.get(s) != before.get(s)]
        if not judged:      # there are no rows
            return rows
        return _newest(judged, turn_of).where(F.col("bucket") == _FOUND)

    def clean(self, numbers: bool = False) -> DataFrame:
        """With 'numbers', and the columns that sort the rows."""
        made: DataFrame = self._by_split(self.text, self.found).applyInArrow(
            _cut(self.column), self.text.schema)
        if not numbers:
            made = made.select(*[f.name for f in self.schema])
        setattr(made, "release", self.release)
        return made

    def spans(self, key: str | None) -> DataFrame:
        made = self._keep(self.found.mapInArrow(_removals_of, _SPANS))
        made = _followed(made, self._keep)
        if key is not None:
            number = F.shiftleft(F.col(SPLIT).cast("long"),
                                 cluster.SHIFT) + F.col(ROW)
            names = self.text.select(number.alias("number"),
                                     F.col(key).alias("name"))
            for of in ("document", "witness"):
                made = made.join(
                    names.select(F.col("number").alias(of),
                                 F.col("name").alias(f"{of}_key")),
                    of, "left")
        setattr(made, "release", self.release)
        return made


def _newest(judged: dict[int, DataFrame], turn_of: dict[int, int]
            ) -> DataFrame:
    """Of each split what its last turn made."""
    last = len(judged)
    parts = []
    for turn, df in judged.items():
        of = [s for s, t in turn_of.items() if t == turn]
        if of:
            parts.append(df if turn == last
                         else df.where(F.col("split").isin(of)))
    return reduce(DataFrame.unionByName, parts)


def _removals_of(batches: Iterator[pa.RecordBatch]
                 ) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield from _removals(pa.Table.from_batches([batch])).to_batches()


def _followed(made: DataFrame, keep: Callable[[DataFrame], DataFrame]
              ) -> DataFrame:
    """Witnesses that go lead to their own, twice as far each time."""
    while True:
        to = made.where(F.col("reason") != "listed").select(
            F.col("document").alias("_document"),
            F.col("unit_begin").alias("_begin"),
            F.col("witness").alias("_witness"),
            F.col("witness_offset").alias("_offset"),
            F.col("witness_line").alias("_line"))
        gone = ((F.col("reason") != "listed")
                & (F.col("witness") == F.col("_document"))
                & (F.col("witness_offset") == F.col("_begin")))
        joined = keep(made.join(to, gone, "left"))
        if joined.where(F.col("_document").isNotNull()).limit(1).count() == 0:
            return made
        made = joined.select(
            *[name for name in made.columns
              if not name.startswith("witness")],
            F.coalesce("_witness", "witness").alias("witness"),
            F.coalesce("_offset", "witness_offset").alias("witness_offset"),
            F.coalesce("_line", "witness_line").alias("witness_line"))


if __name__ == "__main__":
    import sys

    from ._spark_main import main

    sys.exit(main())
