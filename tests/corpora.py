"""Random corpora for tests of the command, and how they are given to it.

A corpus is a list of documents, a document a list of blocks, a block a list
of lines without their newlines.  Few words, few lines and few blocks are used
again and again, so that every rule meets every other.
"""
import gzip
import json
import os
import subprocess

from properties import Breach, words

SEPARATOR = "====="
VOCABULARY = """the ferry left late and harbour was cold before people came
    with bread from island market while two dogs slept under old table near
    window where she wrote letters about rain storm council budget vote road
    bridge school winter summer garden river stone glass paper silver""".split()


class Kit:
    """What documents are made from."""

    def __init__(self, rng, near=True, leads=False, numbers=False):
        self.rng, self.near, self.leads = rng, near, leads
        self.numbers = numbers
        self.long = [self.sentence(5, 24) for _ in range(10)]
        self.wide = [self.sentence(24, 30) for _ in range(5)]
        self.short = [self.phrase(1, 4) for _ in range(8)]
        self.blocks = [self.block() for _ in range(14)]

    def word(self):
        if self.numbers and self.rng.random() < 0.1:
            return str(self.rng.randint(1, 3000))
        return self.rng.choice(VOCABULARY)

    def phrase(self, low, high):
        n = self.rng.randint(low, high)
        return " ".join(self.word() for _ in range(n)).capitalize()

    def sentence(self, low, high):
        return self.phrase(low, high) + "."

    def variant(self, line):
        """The same but for a word, its case, or its punctuation."""
        some = line.split(" ")
        how = self.rng.random()
        if how < 0.4 and self.near:
            some[self.rng.randrange(len(some))] = self.word()
        elif how < 0.6 and self.near:
            del some[self.rng.randrange(len(some))]
        elif how < 0.8:
            some = [w.upper() for w in some]
        else:
            some = ["\u201c" + some[0]] + some[1:] + ["\u2014"]
        return " ".join(some)

    def line(self):
        if self.rng.random() < 0.2:
            return self.sentence(5, 24)
        line = self.rng.choice(self.long)
        if self.rng.random() < 0.3:
            line = self.variant(line)
        if self.leads and self.rng.random() < 0.1:
            line = line[:self.rng.randint(20, 80)] + " ..."
        return line

    def block(self):
        kind = self.rng.random()
        if kind < 0.5:
            return [self.line()]
        if kind < 0.6:
            # One over 100 columns, so that it is no hard-wrapped block.
            return [self.rng.choice(self.wide)] + [
                self.line() for _ in range(self.rng.randint(1, 3))]
        if kind < 0.8:
            return [self.rng.choice(self.short)
                    for _ in range(self.rng.randint(1, 4))]
        if kind < 0.9:
            return self.wrapped()
        return ["```", f"{self.word()} = {self.word()};", "}", "```"]

    def wrapped(self):
        """A hard-wrapped block: filled lines that go on in lower case."""
        lines, line = [], self.word().capitalize()
        while len(lines) < self.rng.randint(2, 4):
            word = self.rng.choice(VOCABULARY)
            if len(line) + 1 + len(word) > 66:
                lines.append(line)
                line = word
            else:
                line += " " + word
        return lines + [line + "."]

    def document(self, most=12):
        return [self.rng.choice(self.blocks) if self.rng.random() < 0.7
                else self.block() for _ in range(self.rng.randint(0, most))]

    def corpus(self, low=2, high=7, most=12):
        return [self.document(most)
                for _ in range(self.rng.randint(low, high))]


def text_of(document):
    return "\n".join("".join(line + "\n" for line in block)
                     for block in document)


def lines_of(document):
    """(number of the line from 1, line) of all that are not blank."""
    return [(i + 1, line) for i, line in
            enumerate(text_of(document).split("\n")) if line.strip()]


def fold(said):
    """Numbers are equal, and those next to each other are one: 1,204."""
    folded = ["0" if w.isdigit() else w for w in said]
    return tuple(w for i, w in enumerate(folded)
                 if w != "0" or i == 0 or folded[i - 1] != "0")


def said(line, folded=False):
    """What a line or a block says, as far as it is compared."""
    w = tuple(words(line.encode()))
    return fold(w) if folded else w


def write(folder, name, data):
    path = os.path.join(folder, name)
    with open(path, "wb") as f:
        f.write(data if isinstance(data, bytes) else data.encode())
    return path


class Input:
    """
    A corpus as the command is given it, in one of these ways: as files, as
    records of a file, as sections of a file, or compressed.
    """

    WAYS = ("files", "jsonl", "sections", "gz")

    def __init__(self, folder, name, corpus, way):
        self.way, self.options, self.corpus = way, [], corpus
        texts = [text_of(d) for d in corpus]
        if way == "files":
            self.paths = [write(folder, f"{name}{i}.txt", t)
                          for i, t in enumerate(texts)]
            return
        if way == "sections":
            data = (SEPARATOR + "\n").join(texts)
            self.paths = [write(folder, name + ".sections", data)]
            self.options = ["--document-separator=" + SEPARATOR]
            return
        records = "".join(json.dumps({"text": t, "id": f"r{i}"}) + "\n"
                          for i, t in enumerate(texts))
        self.paths = [write(folder, name + ".jsonl", records)]
        if way == "gz":
            self.paths = [write(folder, name + ".jsonl.gz",
                                gzip.compress(records.encode()))]

    def starts(self):
        """The number of lines before each document in what logs count."""
        before = []
        at = 0
        for document in self.corpus:
            before.append(at)
            if self.way == "sections":
                at += text_of(document).count("\n") + 1
        return before

    def document_of(self, entry):
        """(document, line) of an entry of the log, from 0 and from 1."""
        if self.way == "files":
            return self.paths.index(entry["file"]), entry["line"]
        if self.way == "sections":
            document = int(entry["document"].rpartition("#")[2]) - 1 \
                if "#" in entry["document"] else 0
            return document, entry["line"] - self.starts()[document]
        return entry["record"] - 1, entry["line"]

    def lines_left(self, output):
        """The lines that are not blank of the output's texts."""
        text = output.decode()
        if self.way in ("jsonl", "gz"):
            text = "\n".join(json.loads(line)["text"]
                             for line in text.split("\n") if line)
        return [line for line in text.split("\n")
                if line.strip() and line != SEPARATOR]


def run(dedup, *options, status=0, **how):
    """What the command writes; or a breach if it does not exit as it should."""
    p = subprocess.run([dedup, "-q", *options], stdout=subprocess.PIPE,
                       stderr=subprocess.PIPE, timeout=600, **how)
    if p.returncode != status:
        raise Breach(f"exit {p.returncode} of {options}: {p.stderr.decode()}")
    return p.stdout


def read_log(path):
    with open(path, encoding="utf-8") as f:
        return [json.loads(line) for line in f]


def contents(path):
    with open(path, "rb") as f:
        return f.read()


def equal(what, have, want):
    if have == want:
        return
    detail = ""
    if isinstance(have, (list, tuple)) and isinstance(want, (list, tuple)):
        more = [x for x in have if x not in want][:4]
        less = [x for x in want if x not in have][:4]
        detail = f"\n  too many: {more}\n  missing: {less}"
    elif isinstance(have, (bytes, str)) and len(have) + len(want) < 4000:
        detail = f"\n  have {have!r}\n  want {want!r}"
    raise Breach(what + detail)
