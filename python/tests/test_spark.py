"""libdedup.spark, on Spark itself."""

import json
import shutil

import pytest

import libdedup
from spark_session import CLEAN, TEXTS, read, session, texts_of, write_lines

from pyspark.sql import functions as F

from libdedup import cluster
from libdedup.spark import clean, spans

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def spark():
    with session("local[2]") as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of lines, whose names are in the order of the documents."""
    return write_lines(tmp_path_factory.mktemp("spark"))


@pytest.mark.parametrize("splits", [1, 7])
def test_spark_gives_what_one_machine_gives(spark, folder, splits):
    made = clean(read(spark, folder), order="id", splits=splits)
    assert made.columns == ["id", "text"]
    assert made.schema == read(spark, folder).schema
    assert texts_of(made) == CLEAN
    made.release()


def test_the_order_of_files_is_the_default(spark, folder):
    made = clean(read(spark, folder), splits=5)
    assert texts_of(made) == CLEAN
    made.release()
    table = spark.createDataFrame([("a b c d e",)], "text string")
    with pytest.raises(ValueError, match="order to rely on"):
        clean(table)


def test_spans_have_reasons_and_the_witness_that_stays(spark, folder):
    made = spans(read(spark, folder), order="id", splits=5, key="id")
    got = sorted((r.document_key, r.unit_begin, r.unit_end - r.unit_begin,
                  r.line, r.reason, r.resemblance, r.witness_key,
                  r.witness_offset, r.witness_line) for r in made.collect())
    made.release()
    want = [(i, s.offset, s.length, s.line, s.reason, s.resemblance,
             *s.witness[:3]) for i, found in enumerate(
                 libdedup.Deduper().spans(TEXTS)) for s in found]
    assert got == want


def test_three_calls_in_one_session_give_the_same(spark, folder):
    made = [clean(read(spark, folder), order="id", splits=4)
            for _ in range(3)]
    assert [texts_of(m) for m in made] == [CLEAN] * 3
    for m in made:
        m.release()


def test_nulls_no_rows_and_more_splits_than_rows(spark):
    rows = [(3, "one two three four five six"), (1, None), (2, ""),
            (4, "One two three four five six!"), (5, "x" * 3_000_000)]
    df = spark.createDataFrame(rows, "n int, t string")
    made = clean(df, "t", order="n", splits=20)
    assert sorted(made.collect())[:4] == [
        (1, None), (2, ""), (3, rows[0][1]), (4, "")]
    assert clean(df.where("n > 9"), "t", order="n").collect() == []
    with pytest.raises(KeyError, match="no column 'text'"):
        clean(df, order="n")
    with pytest.raises(TypeError, match="int"):
        clean(df, "n", order="n")
    with pytest.raises(ValueError, match="threshold"):
        clean(df, "t", order="n", threshold=0.8)


def test_reference_texts_may_be_a_data_frame(spark, folder):
    df = read(spark, folder)
    made = clean(df.where("id >= 50"), order="id", splits=3,
                 against=df.where("id < 50").orderBy("id"))
    with libdedup.Deduper() as d:
        d.reference(TEXTS[:50])
        assert texts_of(made) == d.clean(TEXTS[50:])
    made.release()


def test_a_lineage_that_is_not_deterministic_is_frozen(spark):
    """Each time that it is computed, other texts: one of them is cleaned."""
    df = spark.range(40).select("id", F.concat(
        F.lit("All of this was said before in the year "),
        F.floor(F.rand() * 5).cast("string")).alias("text"))
    made = clean(df, order="id", splits=3)
    kept = [r.text for r in made.collect() if r.text]
    assert len(kept) == len(set(kept)) <= 5
    made.release()


def test_texts_that_change_between_passes_are_an_error(spark, folder,
                                                       monkeypatch):
    """The cache is lost, and what it was made of is another one."""
    source = folder / "changing"
    shutil.copytree(folder / "in", source)
    df = spark.read.schema("id long, text string").json(str(source))
    made = clean(df, order="id", splits=3)
    path = source / "1.jsonl"
    path.write_text(path.read_text(encoding="utf-8").replace("storm", "strom"),
                    encoding="utf-8")
    for kept in made.release.__self__.kept[:1]:
        kept.unpersist(blocking=True)
    with pytest.raises(Exception, match="the pass before|came twice|missing"):
        made.collect()


def test_the_command_line(spark, folder, monkeypatch, capsys):
    from libdedup import _spark_main

    monkeypatch.setattr(_spark_main, "session", lambda: spark)
    out = folder / "out"
    assert _spark_main.main(["-q", str(folder / "in" / "*.jsonl"), str(out),
                             "--splits=3"]) == 0
    got = []
    for part in sorted(out.glob("*.json")):
        got += [json.loads(line)["text"]
                for line in part.read_text(encoding="utf-8").splitlines()]
    assert got == CLEAN
    read(spark, folder).coalesce(1).write.parquet(str(folder / "p"))
    assert _spark_main.main(["-q", str(folder / "p"), str(folder / "q"),
                             "--order=id", "--exact"]) == 0
    assert texts_of(spark.read.parquet(str(folder / "q"))) == libdedup.clean(
        TEXTS, exact=True)
    assert _spark_main.main(["-q", str(folder / "p"), str(folder / "r"),
                             "-t", "0.8"]) == 2
    assert "dedup: threshold: " in capsys.readouterr().err


def test_another_version_on_executors_is_refused_by_name(spark, folder,
                                                         monkeypatch):
    monkeypatch.setattr(cluster._core, "version", "9.9.9")
    with pytest.raises(Exception, match="the plan is of libdedup 9.9.9"):
        clean(read(spark, folder), order="id", splits=2)
