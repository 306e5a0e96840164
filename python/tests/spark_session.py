"""Spark, and documents for it; skips where there is none."""

import json
import os
import shutil
import sys
from contextlib import contextmanager

import pytest

import libdedup
from conftest import make_texts

pytest.importorskip("pyarrow")
pytest.importorskip("pyspark")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("no Java is found", allow_module_level=True)

os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"

from pyspark.sql import SparkSession  # noqa: E402

TEXTS = make_texts(400, seed=3)
CLEAN = libdedup.clean(TEXTS)


@contextmanager
def session(master, **more):
    b = SparkSession.builder.master(master).appName("test")
    for name, value in {
            "spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1",
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.parquet.compression.codec": "gzip",
            "spark.ui.showConsoleProgress": "false", **more}.items():
        b = b.config(name, value)
    spark = b.getOrCreate()
    assert spark.sparkContext.master == master
    spark.sparkContext.setLogLevel("OFF")
    try:
        yield spark
    finally:
        spark.stop()


def write_lines(to):
    """Files of lines, whose names are in the order of the documents."""
    (to / "in").mkdir()
    for k in range(3):
        with open(to / "in" / f"{k}.jsonl", "w", encoding="utf-8") as file:
            for i in range(400 * k // 3, 400 * (k + 1) // 3):
                print(json.dumps({"id": i, "text": TEXTS[i]}), file=file)
    return to


def read(spark, folder):
    return spark.read.schema("id long, text string").json(str(folder / "in"))


def texts_of(df):
    return [r.text for r in sorted(df.collect(), key=lambda r: r.id)]
