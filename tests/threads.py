#!/usr/bin/env python3
"""What must hold of threads and of bounded memory, whatever the text.

usage: threads.py [--rounds=N] [--seed=N] [--large=FILE] DEDUP

  - output, log and table are the same bytes for any number of threads, and
    from a pipe;
  - with --memory, what is known is all that came up to some unit: the output
    begins as it does without the limit, all that is new stays, and the
    memory reported stays within it.
"""
import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

from corpora import (Input, Kit, contents, equal, read_log, run, said,
                     text_of, write)
from properties import Breach

OPTIONS = [[], ["-x"], ["--contained"], ["-u", "line"], ["-u", "paragraph"],
           ["-u", "document"], ["--fold-digits"], ["--scope=document"],
           ["--keep=none"], ["-b3"], ["-b3", "--keep=none"], ["-n1", "-t.5"],
           ["-m2"], ["-d"], ["--diff"], ["--annotate=text"],
           ["--annotate=jsonl"], ["--annotate=dolma"], ["-M40K"],
           ["-M40K", "-x"]]
THREADS = (1, 2, 3, 8)


def large_text(rng, size, blank):
    """One document, with listings between fences, some never closed."""
    kit = Kit(rng, leads=True, numbers=True)
    out, have = [], 0
    while have < size:
        block = kit.block()
        if rng.random() < 0.02:
            block = ["```", *block, *["x = y;"] * rng.randint(0, 400)]
        if rng.random() < 0.5:
            block = [kit.sentence(5, 30)]
        text = "\n".join(block) + "\n" * (2 if rng.random() < blank else 1)
        out.append(text)
        have += len(text)
    return "".join(out)


def results(dedup, options, paths, folder, threads, table):
    log, saved = (os.path.join(folder, n) for n in ("log", "t"))
    extra = [] if "--annotate=dolma" in options else []
    extra += ["--save=" + saved] if table else []
    output = run(dedup, *options, *extra, "--seed=5", f"-T{threads}",
                 "--log=" + log, *paths)
    return output, contents(log), contents(saved) if table else b""


def compare(dedup, options, paths, folder, threads=THREADS):
    table = "--scope=document" not in options
    if any(o.startswith("--annotate") or o in ("-d", "--diff")
           for o in options):
        table = False
    want = results(dedup, options, paths, folder, threads[0], table)
    for n in threads[1:]:
        have = results(dedup, options, paths, folder, n, table)
        for what, x, y in zip(("output", "log", "table"), have, want):
            if x != y:
                raise Breach(f"{options}: another {what} with -T{n}")
    return want[0]


def check_small(dedup, rng, folder):
    kit = Kit(rng, leads=True, numbers=True)
    given = Input(folder, "in", kit.corpus(3, 40, 20), rng.choice(Input.WAYS))
    compare(dedup, rng.choice(OPTIONS) + given.options, given.paths, folder)


def check_large(dedup, rng, folder):
    """Documents that are read in many stretches."""
    blank = rng.choice([0, 0, 0.5, 0.01])
    path = write(folder, "large.txt",
                 large_text(rng, rng.choice([300000, 900000]), blank))
    other = write(folder, "other.txt", large_text(rng, 50000, 0.5))
    options = rng.choice(OPTIONS)
    want = compare(dedup, options, [path, other], folder,
                   (1, rng.choice([2, 3, 8])))
    alone = run(dedup, *options, path)
    for n in (1, 3):
        with open(path, "rb") as f:
            data = f.read()
        have = run(dedup, *options, f"-T{n}", input=data)
        if have.replace(b'"-"', json.dumps(path).encode()) != alone and \
                "--annotate=text" not in options:
            raise Breach(f"{options}: another output from a pipe, -T{n}")


def check_memory(dedup, rng, folder):
    kit = Kit(rng)
    lines = [kit.sentence(8, 30) for _ in range(4000)]
    lines += [kit.variant(rng.choice(lines)) for _ in range(2000)]
    rng.shuffle(lines)
    path = write(folder, "in.txt", "\n\n".join(lines) + "\n")
    shape = rng.choice([[], ["-x"], ["--contained"]])
    size = rng.choice([40, 60, 80] if "-x" in shape else
                      [60, 100, 200, 400]) << 10
    options = [*shape, "-u", "line", f"-M{size}"]
    log, log2 = (os.path.join(folder, n) for n in ("log", "log2"))
    p = subprocess.run([dedup, *options, "--json", "--log=" + log, path],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said_so = p.stderr.decode().splitlines()
    stats = json.loads(said_so[-1])
    # Beside what is known there are buffers for text and for removals of it,
    # which are more where more is known.
    base = json.loads(subprocess.run(
        [dedup, "-q", *shape, "-u", "line", "-M1", "--json",
         "--log=" + log2, path], stdout=subprocess.PIPE,
        stderr=subprocess.PIPE).stderr)["memory"]
    if stats["memory"] > size + base + 65536:
        raise Breach(f"{options}: {stats['memory']} bytes held, of which "
                     f"{base} are buffers")
    if not stats["full"] or stats["unrecorded"] == 0:
        raise Breach(f"{options}: not full: {stats}")
    if not said_so[0].startswith("dedup: memory is full: "):
        raise Breach(f"{options}: {said_so}")
    for n in (2, 3):
        equal(f"{options}: -T{n}",
              run(dedup, *options, f"-T{n}", "--log=" + log2, path) ==
              p.stdout, True)
    run(dedup, *shape, "-u", "line", "--log=" + log2, path)
    some, every = read_log(log), read_log(log2)
    for r in every + some:
        r["removed"] = None
    # Removed is what would be, up to a point; after that, only copies of
    # what came before it.
    full = next((i for i, (x, y) in enumerate(zip(some, every)) if x != y),
                min(len(some), len(every)))
    # A lead needs no record of what completes it, which stands behind it.
    last = max([r["witness"]["offset"] for r in some if r["reason"] != "lead"],
               default=0)
    if len(some) > full and last > every[full]["offset"]:
        raise Breach(f"{options}: recorded again after it was full")
    if len(some) >= len(every):
        raise Breach(f"{options}: as much went as without a limit")
    got = run(dedup, *options, "--on-full=fail", "--log=" + log2, path,
              status=2)
    if not p.stdout.startswith(got):
        raise Breach(f"{options}: --on-full=fail wrote something else")


CHECKS = [check_small, check_large, check_small, check_memory]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--large", action="append", default=[])
    parser.add_argument("dedup")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for path in args.large:
            compare(args.dedup, [], [path], folder, (1, 2, 3))
    for i in range(args.rounds):
        rng = random.Random(args.seed * 1000003 + i)
        check = CHECKS[i % len(CHECKS)]
        with tempfile.TemporaryDirectory() as folder:
            try:
                check(args.dedup, rng, folder)
            except Breach as e:
                print(f"round {i} of seed {args.seed}, {check.__name__}: {e}")
                sys.exit(1)


if __name__ == "__main__":
    main()
