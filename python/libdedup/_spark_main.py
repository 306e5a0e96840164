"""python -m libdedup.spark: a Parquet or JSONL data set, on Spark."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from typing import Any

from . import _core, _options
from .command.main import Once, add_option, check_values

DONE, TROUBLE = 0, 2

# What has no part here is refused with the reason, not unknown.
HERE = {k: o for k, o in _options.ALL.items()
        if k not in ("places", "on_full", "threads", "seed")}


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="python -m libdedup.spark", allow_abbrev=False,
        description="Strip duplicate and near-duplicate paragraphs from a "
        "column of a data set, as one corpus, on Spark. Rows come out in their "
        "order. By itself it uses the processors of this machine; "
        "spark-submit says where else.",
        epilog="Exit status: 0 done; 2 trouble. The rules: man dedup.")
    p.register("action", None, Once)
    p.add_argument("input", metavar="IN", help="a file, folder or pattern")
    p.add_argument("output", metavar="OUT", help="a folder that is not there")
    p.add_argument("--column", "--text-field", default="text", metavar="NAME",
                   help="column to clean (text)")
    p.add_argument("--format", choices=("parquet", "jsonl"),
                   help="of IN and OUT; else by the name of IN")
    p.add_argument("--order", action="append", metavar="NAME",
                   help="a column that sorts the documents; may be given "
                   "again; else the order of files and their rows")
    p.add_argument("--splits", type=int, metavar="N",
                   help="parts of the corpus; a task holds one")
    p.add_argument("--against", metavar="IN",
                   help="remove what the same column of this data set says")
    p.add_argument("--log", metavar="OUT",
                   help="write what is removed, as JSON lines, to this folder")
    p.add_argument("-q", "--quiet", action="store_true", help="no progress")
    g = p.add_argument_group("Options")
    for o in HERE.values():
        add_option(g, o, o.help)
    p.add_argument("-V", "--version", action="version",
                   version=f"libdedup {_core.version}")
    return p


def session() -> Any:
    from pyspark.sql import SparkSession

    # Outside of spark-submit, the workers are of the same installation.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("dedup").config(
        "spark.ui.showConsoleProgress", "false")
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def read(spark: Any, path: str, kind: str) -> Any:
    return spark.read.parquet(path) if kind == "parquet" else (
        spark.read.json(path))


def run(args: argparse.Namespace, options: dict[str, Any]) -> None:
    from . import spark as here

    kind = args.format or (
        "jsonl" if any(end in args.input for end in (".json", ".jsonl"))
        else "parquet")
    spark = session()
    df = read(spark, args.input, kind)
    against: Any = ()
    if args.against:
        against = read(spark, args.against, kind)
    plan = here._plan(df, args.column, against, None, args.splits, options)
    job = here._Job(df, args.column, args.order, args.splits, plan)
    made = job.clean(numbers=True).sort(here.SPLIT, here.ROW).drop(
        here.SPLIT, here.ROW)
    write = made.write.mode("error")
    if kind == "parquet":
        write.parquet(args.output)
    else:
        write.option("ignoreNullFields", "false").json(args.output)
    if args.log:
        job.spans(None).sort("document", "begin").write.json(args.log)
    job.release()


def main(argv: list[str] | None = None) -> int:
    p = parser()
    args = p.parse_args(argv)
    options = {k: getattr(args, k) for k in HERE
               if getattr(args, k) is not None}
    check_values(p, options)
    if not args.quiet:
        logging.basicConfig(format="dedup: %(message)s")
        logging.getLogger("libdedup.spark").setLevel(logging.INFO)
    try:
        run(args, options)
    except (KeyError, TypeError, ValueError) as error:
        print(f"dedup: {error.args[0]}", file=sys.stderr)
        return TROUBLE
    except Exception as error:
        # Spark's own, with the traces of all its threads.
        lines = str(error).strip().splitlines()
        print(f"dedup: {lines[-1] if lines else error!r}", file=sys.stderr)
        return TROUBLE
    return DONE
