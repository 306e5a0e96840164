#!/usr/bin/env python3
"""What must hold of saved tables and reference texts, whatever the corpus.

usage: tables.py [--rounds=N] [--seed=N] DEDUP

  - cleaning B with the table of A gives what one run over A and B gives for B,
    with the same reasons and witnesses, and leaves the same table;
  - merging is associative, to the byte, and a merged table is as good as its
    parts loaded together;
  - a run against B, whether text or table, removes the lines of B from A and
    nothing else.
"""
import argparse
import json
import os
import random
import sys
import tempfile

from boilerplate import judge_lines
from corpora import (Input, Kit, contents, equal, lines_of, read_log, run,
                     said, text_of, write)
from properties import Breach, words

SHAPES = [[], ["-x"], ["--contained"], ["-u", "paragraph"], ["--fold-digits"],
          ["-u", "line", "-m2"], ["-n1"], ["-u", "document"]]


def without_tables(log):
    """Entries of a log as they are where there is no table."""
    for r in log:
        r["witness"].pop("table", None)
    return log


# What a text adds that is near another one: see same_tables().
RECORDED = "units", "shingles", "records_bytes"


def summary(dedup, table):
    """What a table holds; it also tells which runs it was made by."""
    listed = json.loads(run(dedup, "--list", "--json", table))
    return {k: v for k, v in listed.items() if k not in ("table", "bytes")}


def same_tables(what, dedup, loaded, once, exact):
    """
    A table saved after another one was loaded, and one of a single run.  A
    text that is near one of the loaded table is removed and not recorded,
    since no place of that table could be named for it; in a single run it is.
    With -x no text is near.
    """
    a, b = summary(dedup, loaded), summary(dedup, once)
    if not exact:
        for k in RECORDED:
            if a.pop(k) > (most := b.pop(k)):
                raise Breach(f"{what}: more {k} than {most}")
    equal(what, a, b)


def check_load(dedup, rng, folder):
    """B with the table of A, or of A and C, is B after A and C."""
    kit = Kit(rng, leads=rng.random() < 0.3, numbers=rng.random() < 0.3)
    shape = rng.choice(SHAPES)
    way = rng.choice(Input.WAYS)
    a, b, c = (Input(folder, n, kit.corpus(1, 5), way) for n in "abc")
    options = [*shape, *a.options, f"-T{rng.choice([1, 1, 2, 3])}"]
    path = {n: os.path.join(folder, n) for n in
            ("empty.t", "a.t", "c.t", "ac.t", "ac2.t", "acb.t", "acb2.t",
             "all.t", "log", "log2")}

    def clean(*arguments):
        return run(dedup, *options, *arguments)

    clean("-f", "text", "--save=" + path["empty.t"], "/dev/null")
    seeded = rng.random() < 0.5
    secret = "--seed=7" if seeded else "--load=" + path["empty.t"]
    clean(secret, "--save=" + path["a.t"], *a.paths)
    both = clean("--load=" + path["a.t"], *c.paths, "--save=" + path["ac.t"])
    once = clean(secret, *a.paths, *c.paths, "--save=" + path["ac2.t"])
    same_tables(f"{options}: saved after loading or after one run", dedup,
                path["ac.t"], path["ac2.t"], "-x" in shape)
    if not once.endswith(both):
        raise Breach(f"{options}: one run and one with a table differ")
    want = clean(secret, *a.paths, *c.paths, *b.paths, "--log=" + path["log"],
                 "--save=" + path["all.t"])[len(once):]
    clean(secret, *a.paths, *c.paths, "--log=" + path["log2"])
    skip = len(read_log(path["log2"]))
    log = read_log(path["log"])[skip:]
    have = clean("--load=" + path["ac.t"], *b.paths, "--save=" + path["acb.t"],
                 "--log=" + path["log2"])
    equal(f"{options}: B with a table", have, want)
    equal(f"{options}: B with a table, its log",
          without_tables(read_log(path["log2"])), log)
    for r, plain in zip(read_log(path["log2"]), log):
        known = plain["witness"]["file"] not in b.paths
        equal(f"{options}: table of {r}", r["witness"].get("table"),
              path["ac.t"] if known else None)
    same_tables(f"{options}: table of B", dedup, path["acb.t"],
                path["all.t"], "-x" in shape)
    # What two tables know, each made without the other.
    clean(secret, "--save=" + path["c.t"], *c.paths)
    merge(dedup, path["ac2.t"], path["a.t"], path["c.t"])
    apart = clean("--load=" + path["a.t"], "--load=" + path["c.t"], *b.paths,
                  "--log=" + path["log"], "--save=" + path["acb.t"])
    merged = clean("--load=" + path["ac2.t"], *b.paths,
                   "--log=" + path["log2"], "--save=" + path["acb2.t"])
    equal(f"{options}: B with two tables or with these merged", apart, merged)
    equal(f"{options}: and the log", without_tables(read_log(path["log"])),
          without_tables(read_log(path["log2"])))
    equal(f"{options}: and the table", contents(path["acb.t"]) ==
          contents(path["acb2.t"]), True)
    if "-x" in shape and seeded:    # else the empty one is in it twice
        equal(f"{options}: merged, or loaded and saved",
              contents(path["ac2.t"]) == contents(path["ac.t"]), True)
    run(dedup, "--test", *(p for p in path.values() if p.endswith(".t")))


def merge(dedup, to, *tables):
    run(dedup, "--merge", *tables, "-o", to)


def check_merge(dedup, rng, folder):
    kit = Kit(rng, numbers=True)
    shape = rng.choice(SHAPES)
    limit = rng.choice([[], ["-b2"]])
    options = [*shape, *limit, f"--seed={rng.randrange(2**64)}"]
    tables = []
    for name in "abcd":
        given = Input(folder, name, kit.corpus(0, 5), "files")
        tables.append(os.path.join(folder, name + ".t"))
        run(dedup, *options, "--save=" + tables[-1], *given.paths,
            "/dev/null")
    a, b, c, d = tables
    out = [os.path.join(folder, f"out{i}.t") for i in range(9)]
    merge(dedup, out[0], a, b, c, d)
    merge(dedup, out[1], a, b)
    merge(dedup, out[2], out[1], c)
    merge(dedup, out[3], out[2], d)
    merge(dedup, out[4], c, d)
    merge(dedup, out[5], b, out[4])
    merge(dedup, out[6], a, out[5])
    merge(dedup, out[7], out[1], out[4])
    merge(dedup, out[1], out[1], c, d)      # one of its own inputs
    for i in (1, 3, 6, 7):
        equal(f"{options}: grouping {i} of a merge",
              contents(out[i]) == contents(out[0]), True)
    merge(dedup, out[8], a)
    equal(f"{options}: a merge of one", contents(out[8]) == contents(a), True)
    run(dedup, "--test", *out)
    listed = json.loads(run(dedup, "--list", "--json", out[0]))
    parts = [json.loads(line) for line in
             run(dedup, "--list", "--json", *tables).splitlines()]
    for key in ("documents", "counted"):
        equal(f"{options}: {key} of a merge", listed[key],
              sum(p[key] for p in parts))


def check_update(dedup, rng, folder):
    kit = Kit(rng)
    options = [*rng.choice(SHAPES), "--seed=3", *rng.choice([[], ["-b2"]])]
    a, b = (Input(folder, n, kit.corpus(1, 5), "files") for n in "ab")
    path, other = (os.path.join(folder, n) for n in ("u.t", "s.t"))
    first = run(dedup, *options, "--update=" + path, *a.paths)
    counts = "-b2" in options
    second = run(dedup, *options, "--update=" + path, *b.paths)
    whole = run(dedup, *options, "--save=" + other, *a.paths, *b.paths)
    if not counts:      # else one run knows all when it begins to remove
        equal(f"{options}: two updates, or one run", first + second, whole)
        same_tables(f"{options}: and the table", dedup, path, other,
                    "-x" in options)
    if os.path.exists(path + ".lock"):
        raise Breach("a lock was left behind")


def check_against_lines(dedup, rng, folder):
    """A minus B, exactly: nothing else goes than would without B."""
    folded = rng.random() < 0.2
    kit = Kit(rng, near=True, numbers=folded)
    corpus, reference = kit.corpus(1, 6), kit.corpus(1, 4)
    a = Input(folder, "a", corpus, rng.choice(Input.WAYS))
    log, table = (os.path.join(folder, n) for n in ("log", "b.t"))
    shape = ["-x", "-u", "line", *(["--fold-digits"] if folded else [])]
    extra = rng.choice([[], [], ["--keep=none"], ["-b2"], ["-T2"],
                        ["--scope=document"]])
    how = rng.choice(["text", "jsonl", "gz", "table"])
    # Text has one document a file.
    b = Input(folder, "b", [sum(reference, [])] if how in ("text", "table")
              else reference, how if how in ("jsonl", "gz") else "files")
    against = b.paths[0]
    if how == "table":
        run(dedup, *shape, "--save=" + table, *b.paths)
        against = table
    run(dedup, *shape, *a.options, *extra, "--against=" + against,
        "--log=" + log, *a.paths)
    listed = {said(line, folded) for d in b.corpus for _, line in lines_of(d)}
    listed = {words for words in listed if len(words) >= 5}
    have = {a.document_of(r) for r in read_log(log)
            if r["reason"] == "listed"}
    # What is boilerplate goes as that.
    boilerplate = {a.document_of(r) for r in read_log(log)
                   if r["reason"] == "boilerplate"}
    want = {(i, line) for i, d in enumerate(corpus)
            for line, text in lines_of(d) if said(text, folded) in listed}
    equal(f"{shape} {extra} {how}: what is listed", sorted(have),
          sorted(want - boilerplate))
    if not extra:
        rest = judge_lines(corpus, listed, folded)
        # Headings, too: tests/oracle.c has a rule for them.
        equal(f"{shape} {how}: all that goes",
              sorted((a.document_of(r), r["reason"]) for r in read_log(log)
                     if r["reason"] != "heading"),
              sorted((h, "listed" if r == "boilerplate" else r)
                     for h, r in rest.items()))
    for r in read_log(log):
        if r["reason"] == "listed" and (
                r["witness"]["file"] != b.paths[0] or
                (how == "table") != ("table" in r["witness"])):
            raise Breach(f"not a witness in the reference: {r}")


def check_against_near(dedup, rng, folder):
    """
    Cleaning A against B: nothing that stays is listed when it is asked again,
    a table of B and its text are the same, and B may repeat itself.
    """
    kit = Kit(rng)
    shape = rng.choice([[], ["--contained"], ["-u", "paragraph"], ["-n1"]])
    a = Input(folder, "a", kit.corpus(1, 6), "jsonl")
    b = Input(folder, "b", [sum(kit.corpus(1, 4), [])], "files")
    again = write(folder, "again.txt",
                  b"\n\n".join(2 * [contents(b.paths[0])]))
    log, log2, table = (os.path.join(folder, n) for n in ("l", "l2", "t"))
    options = [*shape, f"-T{rng.choice([1, 2])}"]
    have = run(dedup, *options, "--against=" + b.paths[0], "--log=" + log,
               *a.paths)
    equal(f"{options}: against a text that repeats itself", have,
          run(dedup, *options, "--against=" + again, *a.paths))
    left = write(folder, "left.jsonl", have)
    run(dedup, *options, "--against=" + b.paths[0], "--log=" + log2, left)
    equal(f"{options}: still listed",
          [r for r in read_log(log2) if r["reason"] == "listed"], [])
    for r in read_log(log):
        if r["reason"] == "listed" and (
                r["similarity"] < 0.8 or r["witness"]["file"] != b.paths[0]):
            raise Breach(f"not near, or no witness: {r}")
    # A table of B lacks what is like something else in B, but knows the rest.
    run(dedup, *options, "--save=" + table, *b.paths)
    run(dedup, *options, "--against=" + table, "--log=" + log2, *a.paths)
    for r in read_log(log2):
        if r["reason"] == "listed" and r["witness"]["table"] != table:
            raise Breach(f"not a witness in the table: {r}")
    # All that B says in units long enough is listed: a copy of it goes.
    same = write(folder, "same.txt", contents(b.paths[0]))
    left = run(dedup, *options, "--against=" + b.paths[0], same).decode()
    for text in left.split("\n\n" if "paragraph" in shape else "\n"):
        if len(said(text)) >= 5:
            raise Breach(f"{options}: stays though it is in B: {text!r}")


def check_refusals(dedup, rng, folder):
    """Any flipped bit and any truncation is refused, and nothing written."""
    kit = Kit(rng)
    a = Input(folder, "a", kit.corpus(1, 3), "files")
    table, bad, out = (os.path.join(folder, n) for n in ("a.t", "b.t", "o"))
    shape = rng.choice(SHAPES)
    run(dedup, *shape, "-b2", "--save=" + table, *a.paths)
    good = contents(table)
    for _ in range(6):
        data = bytearray(good)
        if rng.random() < 0.3:
            data = data[:rng.randrange(len(data))]
        elif rng.random() < 0.1:
            data += bytes(rng.randint(1, 9))
        else:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        write(folder, "b.t", bytes(data))
        for arguments in (["--load=" + bad], ["--against=" + bad],
                          ["--update=" + bad]):
            if arguments[0].startswith("--against") and \
                    data[:8] != good[:8]:
                continue        # that is a text
            got = run(dedup, *shape, *arguments, *a.paths, status=2)
            equal(f"{arguments} of a damaged table: output", got, b"")
            equal("a damaged table: after", contents(bad), bytes(data))
        run(dedup, "--test", bad, status=2)
        run(dedup, "--list", bad, status=2)
        run(dedup, "--merge", table, bad, "-o", out, status=2)
        if os.path.exists(out):
            raise Breach("a damaged table was merged")


CHECKS = [check_load, check_merge, check_against_lines, check_update,
          check_load, check_against_near, check_against_lines, check_refusals]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("dedup")
    args = parser.parse_args()
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
