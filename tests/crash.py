#!/usr/bin/env python3
"""A run that is killed at any moment is resumed, and gives the same bytes.

usage: crash.py [--kills=N] [--seed=N] DEDUP    (DEDUP may be in the environment)

A run over many files with --output-dir --resume is killed (SIGKILL) at a random
moment; then it is started again, and perhaps killed again, until it ends. What
must hold: all outputs are those of a run that was not killed; what is there
under a final name at any time is whole; nothing else is left in the folder.
"""
import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from faults import JOURNAL, text_of, verdicts

FILES = 24
OPTIONS = [[], ["-T2"], ["-x"], ["--compress=gzip"], ["--keep=none"],
           ["--save=t"]]


def contents(folder):
    found = {}
    for at, _, names in os.walk(os.path.join(folder, "o")):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, folder)] = file.read()
    found.pop(JOURNAL, None)
    return found


class Crashes:
    def __init__(self, tool, seed):
        self.tool, self.random = tool, random.Random(seed)
        self.place = tempfile.mkdtemp(prefix="crash-")
        self.names = [f"f{i:02}" for i in range(FILES)]
        for i, name in enumerate(self.names):
            with open(os.path.join(self.place, name), "w") as file:
                file.write(text_of(i * 7, self.random.randint(1, 400)))
        self.kills = 0

    def start(self, options):
        return subprocess.Popen(
            [self.tool, "-q", "--seed=5", "--progress=never", "--output-dir=o",
             "--resume", *options, *self.names], cwd=self.place,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    def clear(self):
        shutil.rmtree(os.path.join(self.place, "o"), ignore_errors=True)
        for name in os.listdir(self.place):
            if name not in self.names:
                os.unlink(os.path.join(self.place, name))

    def whole(self, options):
        """The right outputs, and how long a run takes."""
        self.clear()
        began = time.monotonic()
        run = self.start(options)
        _, err = run.communicate(timeout=600)
        assert run.returncode == 0, err
        return contents(self.place), time.monotonic() - began

    def killed(self, options, right, seconds):
        """What does not hold of a run that is killed."""
        self.clear()
        while True:
            run = self.start(options)
            try:
                _, err = run.communicate(
                    timeout=self.random.uniform(0, 1.2 * seconds))
                break
            except subprocess.TimeoutExpired:
                run.send_signal(signal.SIGKILL)
                run.communicate()
            self.kills += run.returncode == -signal.SIGKILL
            for name, data in contents(self.place).items():
                # What is not whole has a name that nobody looks for.
                if name in right and data != right[name]:
                    return [f"{name}: not whole when it was killed"]
        if run.returncode != 0:
            return [f"status {run.returncode}: {err.decode()[:300]}"]
        got = contents(self.place)
        return [f"{name}: {'another one' if name in got else 'missing'}"
                for name in sorted(got.keys() | right.keys())
                if got.get(name) != right.get(name)]


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--kills", type=int,
                   default=50 if os.environ.get("CHECK_LONG") else 10)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("tool", nargs="?", default=os.environ.get("DEDUP"))
    args = p.parse_args()
    crashes = Crashes(os.path.abspath(args.tool), args.seed)

    def check(options, i):
        right, seconds = crashes.whole(options)
        most = args.kills * (i + 1) // len(OPTIONS)
        found = []
        while crashes.kills < most and not found:
            found = crashes.killed(options, right, seconds)
        return found

    try:
        good = verdicts("killed at any moment", OPTIONS, check)
    finally:
        shutil.rmtree(crashes.place)
        print(f"# {crashes.kills} kills")
    return not good


if __name__ == "__main__":
    sys.exit(main())
