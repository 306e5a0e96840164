#!/usr/bin/env python3
"""recall.py DEDUP FILE.jsonl... [--show N] [-- OPTION...]

What stays of real pages although a line that was kept earlier says it in full, found by brute force; what goes
although no line that was kept says it; and what a second pass over the output takes.

A line says another in full if the words of that stand in it one after another, both have 8 words or more and
2|a|/(|a|+|b|) is 0.8 or more; or if both have the same words, 5 or more.  Words are runs of letters, marks and digits
after NFKC case folding; Han, kana and the like are left out, and so are lines with more than one sign of code in 25
characters.  Prints Markdown.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import unicodedata
from collections import defaultdict

WORD = re.compile(r"[\w\u0300-\u036f]+")


def words(line):
    text = unicodedata.normalize("NFKC", line).casefold()
    return tuple(WORD.findall(text.replace("_", " ")))


def is_prose(line):
    """Code goes only as a whole listing: its lines do not count."""
    odd = sum(c in "{}[]()<>=;$%&|#@\\^~`*+/_" for c in line)
    return 25 * odd < len(line)


class Lines:
    """Lines that were kept, to be found by any four words in a row."""

    def __init__(self):
        self.lines, self.same, self.four = [], {}, defaultdict(list)

    def add(self, w):
        n = len(self.lines)
        self.lines.append(w)
        self.same.setdefault(w, n)
        for i in range(len(w) - 3):
            if len(w) >= 8:
                self.four[w[i:i + 4]].append((n, i))

    def says(self, w):
        if len(w) >= 5 and w in self.same:
            return True
        if len(w) < 8:
            return False
        for n, i in self.four.get(w[:4], ()):
            line = self.lines[n]
            if (len(line) <= 1.5 * len(w) and
                    line[i:i + len(w)] == w):
                return True
        return False


def texts(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line)["text"] for line in f if line.strip()]


def run(dedup, options, path, out):
    subprocess.run([dedup, "-q", "-f", "jsonl", "-o", out, *options, path],
                   check=True)


def measure(dedup, options, path, show):
    with tempfile.TemporaryDirectory() as tmp:
        once, twice = os.path.join(tmp, "once"), os.path.join(tmp, "twice")
        run(dedup, options, path, once)
        run(dedup, options, once, twice)
        before, after, again = texts(path), texts(once), texts(twice)
    # All that is kept, for what goes; and only what is before, for what stays.
    kept, earlier = Lines(), Lines()
    for text in after:
        for line in text.split("\n"):
            kept.add(words(line))
    gone = lost = stays = 0
    for text, rest in zip(before, after):
        left = rest.split("\n")
        at = 0
        for line in text.split("\n"):
            if at < len(left) and left[at] == line:
                at += 1
                w = words(line)
                if is_prose(line) and earlier.says(w):
                    stays += 1
                    if show > 0:
                        show -= 1
                        print("STAYS", line[:150], file=sys.stderr)
                earlier.add(w)
            elif len(words(line)) >= 5 and is_prose(line):
                if kept.says(words(line)):
                    gone += 1
                else:
                    lost += 1
    size = sum(len(t.encode("utf-8", "surrogatepass")) for t in after)
    more = size - sum(len(t.encode("utf-8", "surrogatepass")) for t in again)
    return gone, stays, lost, size, more


def main():
    args = sys.argv[1:]
    options = []
    if "--" in args:
        at = args.index("--")
        args, options = args[:at], args[at + 1:]
    show = 0
    if "--show" in args:
        at = args.index("--show")
        show = int(args[at + 1])
        del args[at:at + 2]
    print("| pages | lines that a kept one says | of them stay | recall | "
          "go without one | second pass, bytes | share |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for path in args[1:]:
        gone, stays, lost, size, more = measure(args[0], options, path, show)
        all_said = max(1, gone + stays)
        print(f"| {os.path.basename(path)} | {gone + stays} | {stays} | "
              f"{gone / all_said:.4f} | {lost} | {more} | "
              f"{100 * more / max(1, size):.3f} % |")


main()
