#!/usr/bin/env python3
"""What must hold of dedup whatever it reads.

usage: properties.py [--rounds=N] [--seed=N] [--options="..."] DEDUP FILE...

Each text FILE, and N texts put together at random from the blocks of all of
them, is given to DEDUP with several sets of options:

  - output and log rebuild the input, byte for byte;
  - every removal but for want of words has a witness that was kept, in the
    place the log tells, and where the reason is "exact", "repeat" or
    "contained" with the same words; where it is "near" with the same letters
    and digits;
  - the output is the same from a file and from a pipe written in small pieces;
  - a second pass removes at most a hundredth of the bytes of all texts: these
    are made to be much harder than pages are.

Prints what was breached and the text that did it, and exits 1.
"""
import argparse
import html
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
import unicodedata

from rebuild import read_log, rebuild

# Most that a second pass may remove of all texts, as a share: what stood apart
# may stand together then.
SECOND_PASS = 0.01

# Options, and whether a second pass may find next to nothing only.
OPTION_SETS = [
    ([], True),
    (["-x"], True),
    (["-u", "line"], True),
    (["-u", "paragraph"], True),
    (["-u", "document"], True),
    (["-m", "2"], True),
    (["-m", "12"], True),
    (["-t", "0.5", "-n", "1"], True),
    (["--fold-digits"], True),
    (["--contained"], True),
    (["--document-separator=Share"], True),
    (["--scope=document", "--document-separator=Share"], True),
    (["--document-separator=Share", "--min-doc-words=20"], False),
    (["--scope=document", "--document-separator=Share",
      "--min-doc-words=20"], True),
    (["-t", "0.8"], True),
    (["--keep=none"], False),
    (["--keep=none", "-x", "-u", "line"], False),
]


class Breach(Exception):
    pass


def words(data):
    """As the command compares them, for the scripts of the fixtures."""
    text = data.decode("utf-8", "replace").replace("\ufffd", " ")
    text = html.unescape(text)
    text = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(
        r"[\u3040-\u30ff\u4e00-\u9fff][\u3099\u309a]?|"
        r"[\u0e00-\u0e7f][\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]*|[^\W_]+", text)


def run(dedup, options, **how):
    p = subprocess.run([dedup, "-q", "--text", *options], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=600, **how)
    if p.returncode != 0:
        raise Breach(f"exit {p.returncode}: {p.stderr.decode()}")
    return p.stdout


def run_in_pieces(dedup, options, data, size):
    """
    Through a pipe, 1 to 'size' bytes a write.  None where the machine was so
    busy that the input seemed to pause: then what waits is let go early.
    """
    p = subprocess.Popen([dedup, "-q", "--text", "--json", *options], bufsize=0,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE)
    writer = os.fork()
    if writer == 0:     # a process of its own: no deadlock
        try:
            at = 0
            while at < len(data):
                n = random.randint(1, size)
                os.write(p.stdin.fileno(), data[at:at + n])
                at += n
        finally:
            os._exit(0)
    p.stdin.close()
    output, stats = p.stdout.read(), p.stderr.read()
    os.waitpid(writer, 0)
    if p.wait() != 0:
        raise Breach(f"exit {p.returncode} from a pipe: {stats.decode()}")
    return output if json.loads(stats)["early"] == 0 else None


def lines_before(data, offset):
    return data[:offset].count(b"\n")


def words_once(unit):
    """Words, without those of lines that repeat the line before."""
    want, before = [], None
    for line in unit.split(b"\n"):
        said = words(line)
        if said and (said != before or len(said) < 2):
            want += said
            before = said
    return want


def words_kept(data, gone, start, length):
    """Words of what was kept from there on."""
    kept, end = bytearray(), min(len(data), start + length)
    for at, text in gone + [(len(data), b"")]:
        if at > start:
            kept += data[start:min(at, end)]
        start = max(start, at + len(text))
    return words(bytes(kept))


def holds(have, want):
    return any(have[i:i + len(want)] == want
               for i in range(len(have) - len(want) + 1))


def loose(said):
    """Without accents, and where words end does not matter."""
    text = unicodedata.normalize("NFD", "".join(said))
    return "".join(c for c in text if not unicodedata.combining(c))


def check_witness(data, removal, gone):
    at, witness = removal["offset"], removal["witness"]
    place = witness["offset"]
    for where in (removal, witness):
        if where["line"] != lines_before(data, where["offset"]) + 1:
            raise Breach(f"not on that line: {where}")
        start = where["offset"]
        if start > 0 and data[start - 1:start] != b"\n":
            raise Breach(f"not where a line begins: {where}")
    if any(start <= place < start + len(text) for start, text in gone):
        raise Breach(f"witness has gone itself: {removal}")
    unit = data[at:at + removal["length"]]
    have = words_kept(data, gone, place, 8 * len(unit) + 4096)
    want = words_once(unit)
    if removal["reason"] in ("exact", "repeat", "contained"):
        said = holds(have, want)
    elif removal["reason"] == "near":
        said = loose(want) in loose(have)
    else:
        said = True
    if not said:
        raise Breach(f"witness says something else: {removal}")


def check(dedup, options, stable, data, folder):
    name, log = os.path.join(folder, "in"), os.path.join(folder, "log")
    with open(name, "wb") as f:
        f.write(data)
    output = run(dedup, [*options, "--log=" + log, "--", name])
    if rebuild(output, read_log(log), [name]) != data:
        raise Breach("output and log do not rebuild the input")
    if "--keep=none" not in options and "--fold-digits" not in options:
        gone = [(span.at, span.data)
                for span in read_log(log).get(name, [])]
        with open(log) as f:
            removals = [json.loads(line) for line in f]
        # What goes whole for want of words has no witness, nor is it one.
        short = {r["document"] for r in removals if r["reason"] == "short"}
        for removal in removals:
            if removal["document"] not in short:
                check_witness(data, removal, gone)
    with open(name, "rb") as f:
        if run(dedup, options, stdin=f) != output:
            raise Breach("standard input gives another output")
    if run_in_pieces(dedup, options, data, random.choice([1, 7, 600])) \
            not in (output, None):
        raise Breach("a pipe gives another output")
    if not stable:
        return 0, 0
    return len(output) - len(run(dedup, options, input=output)), len(data)


def compose(blocks):
    """Blocks at random, some of them often, some in pieces or joined."""
    few = random.sample(blocks, min(len(blocks), random.randint(2, 12)))
    out = []
    for _ in range(random.randint(1, 30)):
        block = random.choice(few)
        lines = block.split(b"\n")
        if random.random() < 0.3:
            start = random.randrange(len(lines))
            block = b"\n".join(lines[start:start + random.randint(1, 4)])
        if random.random() < 0.2:
            some = block.split(b" ")
            some[random.randrange(len(some))] = random.choice(
                [b"", b"other", b"7", b"two words"])
            block = b" ".join(some)
        if random.random() < 0.1:
            block = block[:random.randint(1, 200)] + random.choice(
                [b"...", "…".encode(), b" [...]", b" Read more"])
        out.append(block)
        out.append(random.choice(
            [b"\n", b"\n\n", b"\n\n", b"\n\n\n", b"\r\n", b"\n \n",
             b"\nShare\n"]))
    if random.random() < 0.3:
        out.pop()
    return b"".join(out)


def shrink(fails, data):
    """Leave out lines for as long as it still fails."""
    lines = data.splitlines(keepends=True)
    size = max(1, len(lines) // 2)
    while size > 0:
        at, smaller = 0, False
        while at < len(lines):
            less = lines[:at] + lines[at + size:]
            if fails(b"".join(less)):
                lines, smaller = less, True
            else:
                at += size
        size = size // 2 if not smaller or size > 1 else size
        if size == 1 and not smaller:
            break
    return b"".join(lines)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--options")
    parser.add_argument("dedup")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    random.seed(args.seed)
    sets = OPTION_SETS
    if args.options is not None:
        sets = [(shlex.split(args.options), True)]
    texts = []
    for name in args.files:
        with open(name, "rb") as f:
            texts.append((name, f.read()))
    blocks = [b for _, text in texts for b in re.split(rb"\r?\n\r?\n", text)
              if b]
    cases = [(name, text, sets) for name, text in texts]
    for i in range(args.rounds):
        cases.append((f"text {i} of seed {args.seed}", compose(blocks),
                      [sets[i % len(sets)]]))
    total = [0, 0]
    with tempfile.TemporaryDirectory() as folder:
        for name, data, option_sets in cases:
            for options, stable in option_sets:

                def breach(data):
                    try:
                        again = check(args.dedup, options, stable, data,
                                      folder)
                        total[0] += again[0]
                        total[1] += again[1]
                    except Exception as e:
                        return str(e) or repr(e)
                    return None

                why = breach(data)
                if why is not None:
                    small = shrink(lambda d: breach(d) is not None, data)
                    print(f"{name}: dedup {shlex.join(options)}: "
                          f"{breach(small) or why}\nsmallest: {small!r}")
                    sys.exit(1)
    if total[0] > SECOND_PASS * total[1]:
        print(f"a second pass removes {total[0]} of {total[1]} bytes")
        sys.exit(1)


if __name__ == "__main__":
    main()
