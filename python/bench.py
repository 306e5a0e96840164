#!/usr/bin/env python3
"""clean() beside the command on the same text, and beside other packages.

    python3 bench.py [--mb 200] [--rounds 3] [--threads 1] [--others-mb 4]

The text is made here from a seed: documents of paragraphs, each paragraph new,
or a copy, or a copy in other case and quotes, or the same with another number,
which is another statement. The first table has times and peak memory of each
way over all of it, in rounds that alternate; medians. The second has packages
of others, on the paragraphs as rows of their own: most take too long for more
than a few MB. It tells how many rows each removes, how many copies (the same
words) it leaves, and of how many statements it leaves no row at all: whichever
of its copies stays.
"""

import argparse
import importlib.util
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COMMAND = os.environ.get("DEDUP", str(Path(__file__).parents[1] / "dedup"))
KINDS = ("new", "copy", "restyled", "number")
SHARES = (70, 15, 10, 5)

# The installed package is measured, not the sources beside this file.
sys.path = [p for p in sys.path if Path(p or ".").resolve()
            != Path(__file__).resolve().parent]


def make(size, seed=1):
    """Documents: lists of (kind, paragraph), of so many bytes in all."""
    r = random.Random(seed)
    words = ["".join(r.choices("abcdefghijklmnopqrstuvwxyz", k=r.randint(2, 9)))
             for _ in range(30000)]
    weights = [1 / (i + 10) for i in range(len(words))]
    pool, made = [], 0
    while made < size:
        document = []
        for _ in range(r.randint(3, 12)):
            kind = r.choices(KINDS, SHARES)[0] if pool else "new"
            if kind == "new":
                text = r.choices(words, weights, k=r.randint(8, 120))
                text.insert(r.randrange(len(text)), str(r.randint(10, 9999)))
                text = " ".join(text).capitalize() + "."
                pool.append(text)
            else:
                text = r.choice(pool)
            if kind == "restyled":
                text = f"“{text.title()}”"
            elif kind == "number":
                text = " ".join(str(int(w) + 10000 + made) if w.isdecimal()
                                else w for w in text.split())
            document.append((kind, text))
            made += len(text.encode()) + 2
        yield document


def text_of(document):
    return "\n\n".join(text for _, text in document) + "\n"


# Ways through all of it: each in a process of its own, for its peak.

def memory(field):
    """MiB: VmRSS, or VmHWM, its peak."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field):
            return int(line.split()[1]) / 1024
    return 0.0


def measure(function, children=False):
    """Seconds, seconds of processors, and MiB that memory rose by at its peak."""
    who = resource.RUSAGE_CHILDREN if children else resource.RUSAGE_SELF

    def spent():
        used = resource.getrusage(who)
        return used.ru_utime + used.ru_stime

    Path("/proc/self/clear_refs").write_text("5")    # the peak begins anew
    before, cpu, begin = memory("VmRSS"), spent(), time.perf_counter()
    result = function()
    seconds, cpu = time.perf_counter() - begin, spent() - cpu
    del result
    peak = (resource.getrusage(who).ru_maxrss / 1024 if children
            else memory("VmHWM") - before)
    return seconds, cpu, peak


def way_command(folder, threads):
    return measure(lambda: subprocess.run(
        [COMMAND, "-q", "-T", str(threads), "-f", "jsonl", "-o",
         f"{folder}/out.jsonl", f"{folder}/in.jsonl"], check=True), children=True)


def way_clean(folder, threads):
    import pyarrow.parquet as parquet

    import libdedup
    column = parquet.read_table(f"{folder}/in.parquet")["text"]
    return measure(lambda: libdedup.clean(column, threads=threads))


def way_list(folder, threads):
    import pyarrow.parquet as parquet

    import libdedup
    texts = parquet.read_table(f"{folder}/in.parquet")["text"].to_pylist()
    return measure(lambda: libdedup.clean(texts, threads=threads))


WAYS = {"the command, JSONL": way_command, "clean(), pyarrow": way_clean,
        "clean(), list": way_list}


# Packages of others, on rows: which rows they remove.

def rows_libdedup(texts):
    import libdedup
    return [not kept for kept in libdedup.clean(texts, threads=1)]


def rows_libdedup_t(texts):
    import libdedup
    return [not kept for kept in libdedup.clean(texts, threads=1,
                                                threshold=0.8)]


def rows_pandas(texts):
    import pandas
    series = pandas.Series(texts)
    return (~series.index.isin(series.drop_duplicates().index)).tolist()


def shingles(text, n=3):
    words = text.lower().split()
    return {" ".join(words[i:i + n]) for i in range(max(len(words) - n + 1, 1))}


def rows_datasketch(texts):
    from datasketch import MinHash, MinHashLSH
    lsh = MinHashLSH(threshold=0.8, num_perm=128)
    gone = []
    for i, text in enumerate(texts):
        sketch = MinHash(num_perm=128)
        sketch.update_batch([s.encode() for s in shingles(text)])
        gone.append(bool(lsh.query(sketch)))
        if not gone[-1]:
            lsh.insert(i, sketch)
    return gone


def rows_rensa(texts):
    from rensa import RMinHash, RMinHashLSH
    lsh = RMinHashLSH(threshold=0.8, num_perm=128, num_bands=16)
    sketches, gone = {}, []
    for i, text in enumerate(texts):
        sketch = RMinHash(num_perm=128, seed=42)
        sketch.update(list(shingles(text)))
        gone.append(any(sketch.jaccard(sketches[k]) >= 0.8
                        for k in lsh.query(sketch)))
        if not gone[-1]:
            lsh.insert(i, sketch)
            sketches[i] = sketch
    return gone


def rows_text_dedup(texts):
    """Its MinHash, as its own command runs it."""
    with tempfile.TemporaryDirectory() as folder:
        import datasets
        datasets.disable_progress_bars()
        datasets.Dataset.from_dict({"text": texts, "n": range(len(texts))}
                                   ).save_to_disk(f"{folder}/in")
        subprocess.run(
            [sys.executable, "-m", "text_dedup.minhash", "--path",
             f"{folder}/in", "--local", "--split", "train", "--cache_dir",
             f"{folder}/cache", "--output", f"{folder}/out", "--column",
             "text", "--batch_size", "10000", "--ngram", "3", "--threshold",
             "0.8", "--num_perm", "128", "--num_proc", "1"],
            check=True, capture_output=True)
        kept = set(datasets.load_from_disk(f"{folder}/out")["n"])
    return [i not in kept for i in range(len(texts))]


OTHERS = {
    "libdedup": (rows_libdedup, "libdedup"),
    "libdedup, threshold=0.8": (rows_libdedup_t, "libdedup"),
    "pandas drop_duplicates": (rows_pandas, "pandas"),
    "datasketch MinHashLSH": (rows_datasketch, "datasketch"),
    "rensa RMinHashLSH": (rows_rensa, "rensa"),
    "text-dedup minhash": (rows_text_dedup, "text_dedup"),
}


def child(name, folder, threads):
    print(json.dumps(WAYS[name](folder, threads)))


def whole(args, folder):
    import pyarrow
    import pyarrow.parquet as parquet
    size, texts = 0, []
    with open(f"{folder}/in.jsonl", "w", encoding="utf-8") as file:
        for document in make(args.mb * 1_000_000):
            text = text_of(document)
            size += len(text.encode())
            texts.append(text)
            print(json.dumps({"text": text}, ensure_ascii=False), file=file)
    parquet.write_table(pyarrow.table({"text": texts}), f"{folder}/in.parquet")
    print(f"{size / 1e6:.0f} MB in {len(texts):,} documents, "
          f"{args.threads} thread(s), {args.rounds} rounds\n")
    del texts
    found = {name: [] for name in WAYS}
    for _ in range(args.rounds):
        for name in WAYS:
            out = subprocess.run(
                [sys.executable, __file__, "--child", name, folder,
                 "--threads", str(args.threads)], check=True,
                capture_output=True, text=True).stdout
            found[name].append(json.loads(out))
    def median(name, i):
        return statistics.median(run[i] for run in found[name])

    print("| way | seconds | of CPU | to the command's | CPU to its CPU | "
          "MiB more |\n|---|---|---|---|---|---|")
    first = next(iter(WAYS))
    for name in WAYS:
        print(f"| {name} | {median(name, 0):.2f} | {median(name, 1):.2f} | "
              f"{median(name, 0) / median(first, 0):.2f} | "
              f"{median(name, 1) / median(first, 1):.2f} | "
              f"{median(name, 2):.0f} |")


def others(args):
    rows = [row for d in make(args.others_mb * 1_000_000, seed=2) for row in d]
    texts = [text for _, text in rows]
    size = sum(len(t.encode()) for t in texts)
    statements = ["".join(c for c in t.lower() if c.isalnum() or c == " ")
                  for t in texts]
    copies = len(texts) - len(set(statements))
    print(f"\n{size / 1e6:.1f} MB in {len(texts):,} paragraphs, {copies:,} of "
          f"them copies, one thread\n")
    print("| package | seconds | MB/s | rows removed | copies left | "
          "statements lost |\n|---|---|---|---|---|---|")
    for name, (function, package) in OTHERS.items():
        if importlib.util.find_spec(package) is None:
            print(f"| {name} | not installed |" + " |" * 4)
            continue
        begin = time.perf_counter()
        try:
            gone = function(texts)
        except Exception as error:
            print(f"| {name} | failed: {type(error).__name__} |"
                  + " |" * 4)
            continue
        seconds = time.perf_counter() - begin
        kept = [s for s, g in zip(statements, gone) if not g]
        print(f"| {name} | {seconds:.2f} | {size / 1e6 / seconds:.1f} | "
              f"{sum(gone):,} | {len(kept) - len(set(kept)):,} | "
              f"{len(set(statements)) - len(set(kept)):,} |")


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    p.add_argument("--mb", type=int, default=200)
    p.add_argument("--rounds", type=int, default=3)
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--others-mb", type=int, default=4)
    p.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    args = p.parse_args()
    if args.child:
        child(*args.child, args.threads)
        return
    with tempfile.TemporaryDirectory() as folder:
        whole(args, folder)
    others(args)


if __name__ == "__main__":
    main()
