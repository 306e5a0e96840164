#!/usr/bin/env python3
"""What must hold of dedup on JSONL, whatever the records look like.

usage: records.py [--rounds=N] [--seed=N] DEDUP FILE...

Makes records of the blocks of the text FILEs: with other fields around the
text, spacing, escapes and duplicate keys at random.  Then

  - only the bytes of the text field change, in every record;
  - the texts become what `dedup TEXT...` makes of them as so many files;
  - output and log rebuild the input, byte for byte.
"""
import argparse
import json
import os
import random
import re
import subprocess
import sys
import tempfile

from rebuild import read_log, rebuild

decoder = json.JSONDecoder(strict=True)


class Breach(Exception):
    pass


def text_span(record):
    """Where the body of the last "text" of a record's object stands."""
    span, at = None, record.index("{") + 1
    space = re.compile(r"[ \t\r\n]*")
    while True:
        at = space.match(record, at).end()
        if record[at] == "}":
            return span
        if record[at] == ",":
            at = space.match(record, at + 1).end()
        key, at = decoder.raw_decode(record, at)
        at = space.match(record, at).end() + 1      # the colon
        start = space.match(record, at).end()
        value, at = decoder.raw_decode(record, start)
        if key == "text":
            span = (start + 1, at - 1)


def body(text):
    """A JSON string, escaped in one of the many ways."""
    out = []
    style = random.random()
    for c in text:
        n = ord(c)
        if c in '"\\':
            out.append("\\" + c)
        elif n < 0x20:
            short = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}.get(c)
            if short is None or style < 0.1:
                out.append(f"\\u{n:04x}")
            else:
                out.append(short)
        elif c == "/" and style < 0.3:
            out.append("\\/")
        elif (0xd800 <= n < 0xe000 or n > 126 and style < 0.6 or
              style < 0.2 and random.random() < 0.2):
            escape = json.dumps(c)[1:-1]
            if len(escape) == 1:
                escape = f"\\u{n:04X}"
            out.append(escape)
        else:
            out.append(c)
    return "".join(out)


def record(number, text):
    space = random.choice(["", " ", "  ", "\t"])
    fields = [f'"text"{space}:{space}"{body(text)}"']
    others = [f'"id":{space}{number}', f'"id":"r{number}\\u0021"',
              '"score":-1.50E+02', '"tags":["a",{"text":"b"}, []]',
              '"t\\u00e9xt":"no"', '"meta":{"text":"The same six words once '
              'more.","x":null}']
    fields += random.sample(others, random.randint(0, 4))
    random.shuffle(fields)
    if random.random() < 0.1:       # the last of equal keys holds
        fields.insert(0, '"text":"an earlier text of the same record"')
    return ("{" + space + ("," + space).join(fields) + space + "}" +
            random.choice(["", "", " ", "\r"]))


def check(dedup, texts, folder):
    name, log = os.path.join(folder, "in.jsonl"), os.path.join(folder, "log")
    lines = [record(i, t) for i, t in enumerate(texts)]
    data = "\n".join(lines).encode() + random.choice([b"", b"\n"])
    with open(name, "wb") as f:
        f.write(data)
    run = [dedup, "-q"]
    got = subprocess.run([*run, "--log=" + log, name], check=True,
                         stdout=subprocess.PIPE).stdout
    if rebuild(got, read_log(log), [name]) != data:
        raise Breach("output and log do not rebuild the input")
    cleaned = got.decode().split("\n")[:len(lines)]
    for before, after in zip(lines, cleaned):
        a, b = text_span(before)
        c, d = text_span(after)
        if before[:a] != after[:c] or before[b:] != after[d:]:
            raise Breach(f"more than the text changed: {after}")
    names = []
    for i, text in enumerate(texts):
        names.append(os.path.join(folder, f"{i}.txt"))
        with open(names[-1], "wb") as f:
            f.write(text.encode("utf-8", "surrogatepass"))
    want = subprocess.run([*run, "-f", "text", "--text", *names], check=True,
                          stdout=subprocess.PIPE).stdout
    have = b"".join(json.loads(line)["text"].encode("utf-8", "surrogatepass")
                    for line in cleaned)
    if have != want:
        raise Breach("the texts become something else than as files")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("dedup")
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    random.seed(args.seed)
    blocks = ["a lone \ud83d surrogate between some words",
              "a lone \ude00 surrogate between other words",
              "a \x00 NUL \x1b and \x7f between some words, quoted \"\\/\""]
    for name in args.files:
        with open(name, encoding="utf-8", errors="ignore", newline="") as f:
            blocks += re.split(r"\r?\n\r?\n", f.read())
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(args.rounds):
            few = random.sample(blocks, min(len(blocks), 12))
            texts = []
            for _ in range(random.randint(1, 8)):
                some = [random.choice(few)
                        for _ in range(random.randint(0, 6))]
                texts.append(random.choice(["\n\n", "\r\n\r\n", "\n"])
                             .join(some))
            try:
                check(args.dedup, texts, folder)
            except (Breach, subprocess.CalledProcessError, ValueError) as e:
                print(f"{e}\ntexts: {texts!r}")
                sys.exit(1)


if __name__ == "__main__":
    main()
