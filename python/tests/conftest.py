"""Documents with every kind of repeat, and the command to compare with."""

import json
import os
import random
import subprocess
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_OFFLINE"] = "1"

ROOT = Path(__file__).resolve().parents[2]
# Seconds, against what never ends; no measure of time.
ENDLESS = 600
# As `make check-long` sets it: more of what takes long.
LONG = "CHECK_LONG" in os.environ
DOCUMENTS = int(os.environ.get("DEDUP_TEST_DOCUMENTS", "1500"))
# Where the checkout is, if these tests are not in it.
CHECKOUT = Path(os.environ.get("DEDUP_CHECKOUT", ROOT))
COMMAND = Path(os.environ.get("DEDUP", CHECKOUT / "dedup")).resolve()

WORDS = ("harbour storm power grid children school market winter mayor river "
         "bridge train council budget vote minister report water coast flight "
         "Straße naïve café 漢字 ไทย über jamais 1,204 96 98 2021 can't "
         "co-operate the a of in on and to with from by at is was").split()


class Texts:
    """A source of documents that repeat each other; the same for a seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.pool = [self.line() for _ in range(300)]

    def line(self):
        words = self.random.choices(WORDS, k=self.random.randint(1, 30))
        return " ".join(words).capitalize() + self.random.choice([".", "", "!"])

    def changed(self, line):
        """The same in other quotes, another case, or with another word."""
        r = self.random
        words = line.split()
        return r.choice([
            line, line, line, line.upper(), f"“{line}”",
            " ".join(words[:len(words) // 2]) + " …",
            f"{line} (photo)", line.replace(" ", "  "),
            " ".join(words + [r.choice(WORDS)]),
            " ".join(words[1:]) or line,
        ])

    def unit(self):
        r = self.random
        if r.random() < 0.4:
            return self.changed(r.choice(self.pool))
        line = self.line()
        if r.random() < 0.5:
            r.choice([self.pool.append, lambda x: None])(line)
        return line

    def document(self):
        r = self.random
        if r.random() < 0.05:
            return r.choice(["", "\n", "x", "\n\n\n", "a\0b\n"])
        end = r.choice(["\n", "\n", "\n", "\r\n"])
        text = end.join(
            (end + self.unit()) if r.random() < 0.5 else self.unit()
            for _ in range(r.randint(1, 9)))
        return text + r.choice(["", end, end * 2])


def make_texts(n=DOCUMENTS, seed=1):
    source = Texts(seed)
    return [source.document() for _ in range(n)]


@pytest.fixture(scope="session")
def texts():
    return make_texts()


@pytest.fixture(scope="session")
def some(texts):
    """Fewer, with nulls."""
    return [None if i % 13 == 5 else t for i, t in enumerate(texts[:400])]


@pytest.fixture(scope="session")
def command(tmp_path_factory):
    """command(texts, *options) -> texts, log: by the command dedup."""
    if not COMMAND.exists():
        pytest.skip(f"the command is not built: {COMMAND}")
    folder = tmp_path_factory.mktemp("command")

    def run(documents, *options):
        given, log = folder / "in.jsonl", folder / "log.jsonl"
        with open(given, "w", encoding="utf-8") as file:
            for text in documents:
                print(json.dumps({"text": text}), file=file)
        out = subprocess.run(
            [COMMAND, "-q", "-f", "jsonl", f"--log={log}", *options, given],
            check=True, stdout=subprocess.PIPE).stdout
        with open(log, encoding="utf-8") as file:
            removals = [json.loads(line) for line in file]
        return [json.loads(line)["text"] for line in
                out.decode("utf-8").split("\n")[:-1]], removals

    return run
