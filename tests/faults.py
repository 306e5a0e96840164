#!/usr/bin/env python3
"""One call of the system fails, whichever: nothing is lost, and it is said.

usage: faults.py [--all] DEDUP SHIM     (DEDUP and SHIM may be in the environment)

For many command lines, and for each kind of call in SHIM (tests/shim.c): the
K-th allocation, read, write, open, sync, rename or mmap fails, for some K, or
for each with --all or CHECK_LONG. What must hold of each run:

  - it ends by itself, with the status that it has without the failure or 2;
  - with 2 a message says why;
  - else all it writes is right. Without memory it may keep more text than that,
    and never less;
  - a file has its final name only if it is whole: else what was there before
    is still there. Inputs stay as they were;
  - nothing else is left behind.

Reads and writes that take a byte or some, and are interrupted, change nothing.
"""
import argparse
import errno
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile

PARAGRAPHS = [
    "The ferry was late again this morning, as the wind had turned in the "
    "night and nobody had told the harbour.",
    "Members voted for the new pier by a wide margin, after a long and rather "
    "loud evening in the old hall.",
    "A storm took the roof off the market, and the stalls stood in the rain "
    "until the fire brigade came.",
    "The council will meet on Tuesday to talk about the price of bread, which "
    "has not changed since the war.",
    "Nobody was hurt when the crane fell into the harbour, but the divers had "
    "to work until the next morning.",
]

KINDS = {"alloc": errno.ENOMEM, "read": errno.EIO, "write": errno.ENOSPC,
         "open": errno.EACCES, "sync": errno.EIO, "rename": errno.EPERM,
         "mmap": errno.ENOMEM}
# A run may do without what these are for.
SPARED = {"alloc", "mmap"}
JOURNAL = "o/.dedup-journal"
LEAST = 6       # of each kind and command line, unless all are asked for


def text_of(first, n):
    """Paragraphs, most of them twice; some nearly."""
    out = []
    for i in range(first, first + n):
        p = PARAGRAPHS[i % 5].replace("the", f"the {'abcdefgh'[i // 5 % 8]}", 1)
        out += ["Votes", p, p if i % 3 else p.replace(".", " (Ada Brink)")]
    return "\n\n".join(out) + "\n"


def write_inputs(folder, dedup):
    a, b = text_of(0, 30), text_of(20, 30)
    # Removals whose groups are more than a writer holds back.
    many = "".join(f"Of ferry {i // 2} and of harbour {i // 2 * 7} it is said "
                   f"that they are closed.\n\n" for i in range(10000))
    lines = "".join(f'{{"id": {i}, "text": "{t}"}}\n' for i, t in enumerate(
        a.replace("\n", "\\n").split("\\n\\n")))
    body = a.encode()
    warc = (b"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <urn:x:1>\r\n"
            b"WARC-Date: 2024-05-01T00:00:00Z\r\nContent-Type: text/plain\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)) + body + b"\r\n\r\n"
    for name, data in {
            "a": a.encode(), "b": b.encode(), "many": many.encode(),
            "old": b"what was here\n",
            "c.gz": gzip.compress(a.encode(), mtime=0),
            "d.jsonl": lines.encode(), "e.warc": warc}.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(data)
    subprocess.run([dedup, "-q", "--seed=5", "--save=t", "b"], cwd=folder,
                   stdout=subprocess.DEVNULL, check=True)


# Words of command lines; "<a" is standard input.
CASES = [case.split() for case in """
    a
    -x a b
    <a
    -T2 a b
    c.gz
    d.jsonl
    e.warc
    -o old a
    -o out.gz a
    -o out.jsonl d.jsonl
    --output-dir=o a b c.gz
    --output-dir=o --resume a b
    --in-place a b
    --log=l a b
    --log=l.gz a
    --save=new a
    --update=t a
    --load=t a
    --against=b a
    --against=b --against-ngram=8 a
    --keep=none a b
    --keep=none <a
    --keep=last a
    -b3 a b
    -t.8 a
    --contained a b
    -u document d.jsonl
    --scope=document a b
    --diff a
    --annotate=jsonl a
    --groups=g a b
    --groups=g many
    --save=new -o old many
    --report=r.html many
    --log=l.gz many
    --report=r.html a
    --top=3 a
    --check a
    --stats --json a
    --min-doc-words=5 d.jsonl
    -M64K a b
    """.strip().splitlines()]


class Run:
    def __init__(self, tool, case, folder, **environment):
        self.folder = folder
        words = [w for w in case if not w.startswith("<")]
        source = [w[1:] for w in case if w.startswith("<")]
        with open(os.path.join(folder, source[0]) if source else os.devnull,
                  "rb") as stdin:
            got = subprocess.run(
                [tool, "--seed=5", "--quiet", "--progress=never", *words], cwd=folder,
                stdin=stdin, capture_output=True, timeout=600,
                env={**os.environ, "TMPDIR": folder, **environment})
        self.status, self.out, self.err = (got.returncode, got.stdout,
                                           got.stderr)
        self.files = {}
        for at, _, names in os.walk(folder):
            for name in names:
                path = os.path.join(at, name)
                with open(path, "rb") as file:
                    self.files[os.path.relpath(path, folder)] = file.read()


def plain(name, data):
    return gzip.decompress(data) if name.endswith(".gz") else data


def texts(data):
    """Lines of text, those within JSON and WARC, too."""
    for apart in (b"\\n", b'"text": "', b'"}'):
        data = data.replace(apart, b"\n")
    return [line for line in data.splitlines()
            if line and not line.startswith(b"Content-Length:")]


def holds_more(got, right):
    """All of the lines that should be there are, in their order."""
    lines = iter(texts(got))
    return all(any(line == other for other in lines) for line in texts(right))


def is_explained(name):
    """Files that depend on what was remembered: they are not compared."""
    return name in ("l", "l.gz", "g", "r.html", "new", "t", JOURNAL)


def breach(kind, case, run, right, before):
    """What does not hold of a run, or None."""
    if run.status not in (right.status, 2):
        return f"status {run.status}"
    if run.status == 2 and b"dedup: " not in run.err:
        return "status 2, and no message"
    shows = any(w.startswith(("--diff", "--annotate", "--top", "--check",
                              "--stats")) for w in case)
    if run.status != 2 and run.out != right.out and not (
            kind in SPARED and (shows or holds_more(run.out, right.out))):
        return "another output"
    for name, data in run.files.items():
        if data in (right.files.get(name), before.get(name)):
            continue
        if name not in right.files:
            if run.status == 2 and name.endswith((".part", JOURNAL)):
                continue
            if kind == "alloc" and name.endswith(".lock"):
                continue    # it is empty, and locks nobody out
            return f"{name}: left behind"
        if name == "r.html" and kind in ("read", "open") and run.status == 0:
            continue    # it shows what can be read again
        if run.status == 2 and name in ("l", "l.gz", "g", "r.html", JOURNAL):
            continue    # as far as the run came: these are no results
        more = holds_more(plain(name, data), plain(name, right.files[name]))
        if kind in SPARED and (is_explained(name) or more):
            continue
        # What another input would have made known is not known.
        if (run.status == 2 and more and not is_explained(name)
                and re.search(rb": cannot (read|open|rewrite)", run.err)):
            continue
        return f"{name}: another one"
    for name in before:
        if name not in run.files:
            return f"{name}: gone"
    if run.status != 2:
        for name in right.files:
            if name not in run.files:
                return f"{name}: missing"
    return None


def steps(n, every, seed):
    if every or n <= LEAST:
        return range(1, n + 1)
    return sorted({1 + (seed * 7 + i * n // LEAST) % n for i in range(LEAST)})


class Faults:
    def __init__(self, tool, shim, every):
        self.tool, self.shim, self.every = tool, shim, every
        self.runs = 0
        self.place = tempfile.mkdtemp(prefix="faults-")
        self.inputs = os.path.join(self.place, "inputs")
        os.mkdir(self.inputs)
        write_inputs(self.inputs, tool)

    def run(self, case, **environment):
        folder = os.path.join(self.place, "run")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.inputs, folder)
        self.runs += 1
        return Run(self.tool, case, folder, **environment)

    def calls(self, case, kind):
        count = os.path.join(self.place, "count")
        self.run(case, LD_PRELOAD=self.shim, FAULT_KIND=kind,
                 FAULT_COUNT=count)
        with open(count) as file:
            return int(file.read())

    def check(self, case, seed):
        """The breaches of one command line."""
        right = self.run(case)
        before = Run("true", [], self.run_folder()).files
        found = []
        for kind, number in KINDS.items():
            calls = self.calls(case, kind)
            if calls == 0 and kind in ("alloc", "read", "open"):
                found.append(f"{kind}: no call of it was seen")
            for k in steps(calls, self.every, seed):
                run = self.run(case, LD_PRELOAD=self.shim, FAULT_KIND=kind,
                               FAULT_AT=str(k), FAULT_ERRNO=str(number))
                why = breach(kind, case, run, right, before)
                if run.status == 2 and "--resume" in case and not why:
                    why = self.resumed(case, right)
                if why:
                    found.append(f"{kind} {k}: {why}; it said: "
                                 f"{run.err.decode(errors='replace')[:300]!r}")
        for most in (1, 1000) if self.every else (97,):
            run = self.run(case, LD_PRELOAD=self.shim, FAULT_SHORT=str(most))
            if "--resume" in case:
                continue        # its journal has times
            if (run.status, run.out) != (right.status, right.out) or (
                    run.files != right.files and "--report=r.html" not in case):
                found.append(f"at most {most} bytes: another result; it said: "
                             f"{run.err.decode(errors='replace')[:300]!r}")
        return found

    def resumed(self, case, right):
        """Once more, without a failure: then all is there."""
        run = Run(self.tool, case, os.path.join(self.place, "run"))
        same = all(run.files.get(name) == data
                   for name, data in right.files.items() if name != JOURNAL)
        return None if run.status == 0 and same else (
            f"--resume gives status {run.status}, {'the same' if same else 'other'}"
            f" files; {run.err.decode(errors='replace')[:300]!r}")

    def run_folder(self):
        folder = os.path.join(self.place, "run")
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(self.inputs, folder)
        return folder


def verdicts(name, cases, check):
    """A line for each case, and the count, as must.sh has them: do all hold?

    'check' takes a case and its number, and gives what does not hold of it.
    """
    failed = 0
    for i, case in enumerate(cases):
        found = check(case, i)
        failed += bool(found)
        print(f"{'not ok' if found else 'ok'} {i + 1} - {name}: "
              f"{' '.join(case) or 'no options'}", flush=True)
        for why in found[:20]:
            print("#", why)
    print(f"{len(cases) - failed} passed, {failed} failed, 0 skipped")
    return failed == 0


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--all", action="store_true",
                   default=bool(os.environ.get("CHECK_LONG")))
    p.add_argument("tool", nargs="?", default=os.environ.get("DEDUP"))
    p.add_argument("shim", nargs="?", default=os.environ.get("SHIM"))
    args = p.parse_args()
    faults = Faults(os.path.abspath(args.tool), os.path.abspath(args.shim),
                    args.all)
    try:
        good = verdicts("a call fails", CASES, faults.check)
    finally:
        shutil.rmtree(faults.place)
        print(f"# {faults.runs} runs")
    return not good


if __name__ == "__main__":
    sys.exit(main())
