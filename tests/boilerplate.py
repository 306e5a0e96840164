#!/usr/bin/env python3
"""What must hold of boilerplate and of surveys, whatever the corpus.

usage: boilerplate.py [--rounds=N] [--seed=N] DEDUP

Counts in how many documents each line and block stands, the slow way, and
compares with what DEDUP says: with -b, of files, records, sections and pipes,
with the counts of a table, and with --top.
"""
import argparse
import json
import os
import random
import re
import sys
import tempfile
from collections import OrderedDict
from fractions import Fraction

from corpora import (Input, Kit, SEPARATOR, contents, equal, lines_of,
                     read_log, run, said, text_of)
from properties import Breach
from rebuild import read_log as read_spans, rebuild

MIN_WORDS = 5


def units_of(document, whole):
    """(line, text) of what votes; 'whole': some blocks are one unit."""
    units, at = [], 1
    for block in document:
        text = "\n".join(block)
        if whole and (block[0] == "```" or is_wrapped(block)):
            units.append((at, text))
        else:
            units += [(at + i, line) for i, line in enumerate(block)]
        at += len(block) + 1
    return units


def is_wrapped(block):
    """As Kit.wrapped() makes them, and no other block of it."""
    return len(block) > 2 and all(40 <= len(l) <= 66 and l[-1] != "."
                                  for l in block[:-1])


def count(corpus, whole, folded):
    """What each document says: in how many, and where first and second."""
    places = OrderedDict()
    for i, document in enumerate(corpus):
        for line, text in units_of(document, whole):
            words = said(text, folded)
            if words:
                where = places.setdefault(words, [])
                if not where or where[-1][0] != i:
                    where.append((i, line, text))
    return places


def judge_lines(corpus, gone, folded, keep_none=False):
    """Rules 1, 3 and 5 for -x -u line: {(document, line): reason}."""
    verdict, seen, copies = {}, {}, set()
    for i, document in enumerate(corpus):
        before = None
        for line, text in lines_of(document):
            words, here = said(text, folded), (i, line)
            if words in gone:
                verdict[here] = "boilerplate"
            elif len(words) >= MIN_WORDS and words in seen:
                verdict[here] = "exact"
                copies.add(seen[words])
            elif 2 <= len(words) < MIN_WORDS and before and \
                    before[0] == words:
                verdict[here] = "repeat"
                copies.add(before[1])
                continue
            else:
                if len(words) >= MIN_WORDS:
                    seen[words] = here
            before = words, here
    if keep_none:
        for here in copies:
            verdict[here] = "copy"
    return verdict


def judged(log, given):
    found = {}
    for r in log:
        found[given.document_of(r)] = r["reason"]
    return found


def in_company(corpus, whole=False):
    """Where texts without words are: they go with what is around them."""
    return {(i, line) for i, d in enumerate(corpus)
            for line, text in (units_of(d, True) if whole else lines_of(d))
            if not said(text)}


def check_witness(r, given, places, folded, whole):
    """Another copy, where the log says, and the right number of documents."""
    here, there = given.document_of(r), given.document_of(r["witness"])
    texts = {(i, line): said(text, folded)
             for i, d in enumerate(given.corpus)
             for line, text in units_of(d, whole)}
    if here == there or texts.get(there) != texts[here]:
        raise Breach(f"the witness of {r} is no other copy")
    if r["documents"] != len(places[texts[here]]):
        raise Breach(f"{r} counts wrong: not {len(places[texts[here]])}")


def least_of(limit, ndocuments):
    if not limit.endswith("%"):
        return int(limit)
    share = Fraction(limit[:-1]) * ndocuments / 100
    return max(2, -(-share.numerator // share.denominator))


def check_lines(dedup, rng, folder):
    """-u line -x: all of the answer is known."""
    folded, keep_none = rng.random() < 0.3, rng.random() < 0.3
    kit = Kit(rng, near=True, numbers=folded)
    corpus = kit.corpus(2, 9)
    given = Input(folder, "in", corpus, rng.choice(Input.WAYS))
    limit = rng.choice(["2", "2", "3", "4", "100%", "34%", "50.0%", "7%"])
    places = count(corpus, False, folded)
    least = least_of(limit, len(corpus))
    gone = {w for w, where in places.items() if len(where) >= least}
    want = judge_lines(corpus, gone, folded, keep_none)
    log = os.path.join(folder, "log")
    options = ["-x", "-u", "line", f"-b{limit}", *given.options]
    options += ["--fold-digits"] if folded else []
    options += ["--keep=none"] if keep_none else []
    options += [f"-T{rng.choice([1, 2, 3])}"]
    output = run(dedup, *options, "--log=" + log, *given.paths)
    have = judged(read_log(log), given)
    # Headings, too: tests/oracle.c has a rule for them.
    company = in_company(corpus) | {h for h, r in have.items()
                                    if r == "heading"}
    have = {h: r for h, r in have.items() if h not in company}
    if keep_none:
        have = {h: "copy" if want.get(h) == "copy" else r
                for h, r in have.items()}
    equal(f"{options}: what goes", sorted(have.items()),
          sorted(want.items()))
    equal(f"{options}: what stays", given.lines_left(output),
          [text for i, d in enumerate(corpus) for line, text in lines_of(d)
           if (i, line) not in want and (i, line) not in
           {h for h in company if h in judged(read_log(log), given)}])
    for r in read_log(log):
        if r["reason"] == "boilerplate" and \
                given.document_of(r) not in company:
            check_witness(r, given, places, folded, False)
    if given.way != "gz" and rebuild(output, read_spans(log), given.paths) != \
            b"".join(map(contents, given.paths)):
        raise Breach(f"{options}: output and log do not rebuild the input")
    if len(given.paths) == 1:
        with open(given.paths[0], "rb") as f:
            piped = run(dedup, *options, input=f.read())
        equal(f"{options}: a pipe gives another output", piped, output)


def check_blocks(dedup, rng, folder):
    """-u auto: what goes as boilerplate, whole blocks too."""
    corpus = Kit(rng, near=True).corpus(2, 9)
    given = Input(folder, "in", corpus, rng.choice(Input.WAYS))
    least = rng.choice([2, 3])
    places = count(corpus, True, False)
    log = os.path.join(folder, "log")
    options = [f"-b{least}", *given.options, *rng.choice(
        [[], ["-x"], ["--contained"], ["--keep=none"], ["-T2"], ["-m2"]])]
    run(dedup, *options, "--log=" + log, *given.paths)
    want = sorted({(i, line) for i, d in enumerate(corpus)
                   for line, text in units_of(d, True)
                   if len(places.get(said(text), [])) >= least})
    entries = [r for r in read_log(log) if r["reason"] == "boilerplate" and
               given.document_of(r) not in in_company(corpus, True)]
    equal(f"{options}: boilerplate",
          sorted(given.document_of(r) for r in entries), want)
    for r in entries:
        check_witness(r, given, places, False, True)


def check_table(dedup, rng, folder):
    """The counts of a table, or of two, decide in one reading."""
    kit = Kit(rng, near=False)
    first, second, third = (kit.corpus(2, 6) for _ in range(3))
    a, b, c = (Input(folder, n, d, "files") for n, d in
               (("a", first), ("b", second), ("c", third)))
    tables = [os.path.join(folder, n) for n in ("a.t", "b.t", "ab.t")]
    log = os.path.join(folder, "log")
    shape = ["-x", "-u", "line"]
    for path in tables[:2]:
        if os.path.exists(path):
            os.unlink(path)
    run(dedup, *shape, "-b2", "--save=" + tables[0], *a.paths)
    run(dedup, *shape, "-b2", "--load=" + tables[0], "--save=" + tables[2],
        *b.paths)
    total = count(first + second, False, False)
    known = count(first, False, False)
    for loads, counted in (([tables[0]], known), ([tables[2]], total)):
        least = rng.choice([2, 3])
        gone = {w: len(where) for w, where in counted.items()
                if len(where) >= least}
        run(dedup, *shape, f"-b{least}", *("--load=" + t for t in loads),
            "--log=" + log, *c.paths)
        have = sorted((c.document_of(r), r["documents"])
                      for r in read_log(log)
                      if r["reason"] == "boilerplate" and
                      c.document_of(r) not in in_company(third))
        want = sorted(((i, line), gone[said(text)])
                      for i, d in enumerate(third)
                      for line, text in lines_of(d) if said(text) in gone)
        equal("boilerplate by a table's counts", have, want)
        for r in read_log(log):
            if r["reason"] == "boilerplate" and \
                    c.document_of(r) not in in_company(third) and \
                    r["witness"] != {"table": loads[0]}:
                raise Breach(f"only the table can be known: {r}")


def check_top(dedup, rng, folder):
    corpus = Kit(rng, near=True).corpus(2, 9)
    given = Input(folder, "in", corpus, rng.choice(Input.WAYS))
    n = rng.choice([1, 3, 10, 1000])
    whole = rng.random() < 0.5
    options = [f"--top={n}", *given.options,
               *([] if whole else ["-u", "line"]), f"-T{rng.choice([1, 2])}"]
    places = count(corpus, whole, False)
    want = sorted(((-len(where), where[0]) for where in places.values()
                   if len(where) > 1), key=lambda x: (x[0], x[1][:2]))[:n]
    rows = [json.loads(line) for line in
            run(dedup, *options, "--json", *given.paths).splitlines()]
    equal(f"{options}: survey",
          [(r["documents"], given.document_of(r), r["text"]) for r in rows],
          [(-k, where[:2], where[2].split("\n")[0]) for k, where in want])
    lines = [f"{-k:8}  {where[2].split(chr(10))[0]}" for k, where in want]
    text = run(dedup, *options, *given.paths)
    equal(f"{options}: survey as text", text.decode().splitlines(), lines)
    if len(given.paths) == 1:
        equal(f"{options}: survey of a pipe", run(
            dedup, *options, input=contents(given.paths[0])), text)


def check_splits(dedup, rng, folder):
    """Splits, counted apart and judged by the merged counts, are one run."""
    kit = Kit(rng, near=rng.random() < 0.5)
    corpus = kit.corpus(3, 9)
    cuts = sorted(rng.sample(range(len(corpus) + 1), rng.choice([1, 2])))
    parts = [corpus[a:b] for a, b in
             zip([0, *cuts], [*cuts, len(corpus)]) if a < b]
    way = rng.choice(["files", "records"])
    shape = rng.choice([[], ["-u", "line"], ["-u", "paragraph"], ["-m", "3"]])
    how = rng.choice([[], ["-x"], ["--contained"], ["-t", "0.8"]])
    n = rng.choice(["2", "3", "5", "30%"])
    one = Input(folder, "one", corpus, way)
    given = [Input(folder, f"part{i}", p, way) for i, p in enumerate(parts)]
    tables = [os.path.join(folder, f"{i}.t") for i in range(len(parts))]
    for part, table in zip(given, tables):
        equal("output of --counts-only", run(
            dedup, *shape, "--seed=1", "--counts-only", f"--save={table}",
            *part.options, f"-T{rng.choice([1, 2])}", *part.paths), b"")
    merged = os.path.join(folder, "all.t")
    few = os.path.join(folder, "few.t")
    run(dedup, "--merge", *tables, "-o", merged)
    run(dedup, "--merge", "--min-count=2", *tables, "-o", few)
    equal("dropped again", contents(few), contents(
        merge_again(dedup, merged, folder)))
    options = [*shape, *how, "-b", n, "--scope=document"]
    want = run(dedup, *options, *one.options, *one.paths)
    for table in merged, few:
        equal(f"{options}: parts", without_names(b"".join(
            run(dedup, *options, f"--load={table}", *part.options,
                *part.paths) for part in given)), without_names(want))
    options = [*shape, *how, "-b", n]
    equal(f"{options}: whole", run(dedup, *options, f"--load={few}",
                                   *one.options, *one.paths),
          run(dedup, *options, *one.options, *one.paths))


def without_names(output):
    """Records number on within a file."""
    return re.sub(rb', "id": "r[0-9]+"', b"", output)


def merge_again(dedup, table, folder):
    """The table without what is in one document only."""
    to = os.path.join(folder, "again.t")
    run(dedup, "--merge", "--min-count=2", table, "-o", to)
    return to


CHECKS = [check_lines, check_blocks, check_table, check_top, check_splits]


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
