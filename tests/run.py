#!/usr/bin/env python3
"""
run.py [-j JOBS] [-l LOGS] TEST...: run tests side by side, one verdict.

A TEST is a program of cmocka, or a script that must.sh is read by; SCRIPT/4
runs a script in four parts at once.  None stops another.  What a test prints
goes to a file in LOGS, and its end is shown where the test fails.  The last
lines name what failed, what was skipped and why, and count:

    check: 1600 passed, 0 failed, 3 skipped

Exit status 1 if any failed.  -n gives that line another name than "check".
"""
import argparse
import concurrent.futures
import os
import re
import shutil
import signal
import subprocess
import sys
import time

# Against tests that never end.  It measures nothing: a test may take long.
ENDLESS = 3600

SHOWN = 200     # lines of what a failed test printed, but what is ok

running = set()

COUNTS = re.compile(r"(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$")


class Result:
    def __init__(self):
        self.passed = 0
        self.failed = []        # names
        self.skipped = []       # names, and why
        self.figures = []
        self.seconds = 0.0


def read_cmocka(lines, result):
    """What begins is named, so that a crash has a name, too."""
    name, said = None, []
    for line in lines:
        m = re.match(r"\[ *(RUN|OK|FAILED|SKIPPED) *\] (test_\w+)$", line)
        if not m:
            said.append(line)
        elif m[1] == "RUN":
            name, said = m[2], []
        elif m[2] == name:   # at the end they are listed again
            if m[1] == "OK":
                result.passed += 1
            elif m[1] == "FAILED":
                result.failed.append(name)
            else:
                why = " ".join(said[-1:]) or "cannot be tested here"
                result.skipped.append((name, why))
            name = None
    return name


def read_script(lines, result):
    counted = False
    for line in lines:
        ok = re.match(r"(not )?ok \d+ - (.*?)(?: # SKIP ?(.*))?$", line)
        if COUNTS.match(line) or line.startswith("1..0 # SKIP"):
            counted = True
        if line.startswith("1..0 # SKIP"):
            result.skipped.append(("all of it", line[11:].strip()))
        elif line.startswith("# ") and not result.failed:
            result.figures.append(line[2:])
        elif ok and ok[1]:
            result.failed.append(ok[2])
        elif ok and ok[3] is not None:
            result.skipped.append((ok[2], ok[3]))
        elif ok:
            result.passed += 1
    return None if counted else "it did not come to its end"


def run(test, part, parts, log):
    env = dict(os.environ)
    if parts > 1:
        env["TEST_PART"] = f"{part}/{parts}"
    result, begin, status = Result(), time.monotonic(), 0
    with open(log, "wb") as out:
        p = subprocess.Popen([test], stdin=subprocess.DEVNULL, stdout=out,
                             stderr=subprocess.STDOUT, env=env,
                             start_new_session=True)
        running.add(p)
        try:
            status = p.wait(ENDLESS)
        except subprocess.TimeoutExpired:
            os.killpg(p.pid, signal.SIGKILL)
            status = p.wait()
        running.discard(p)
    result.seconds = time.monotonic() - begin
    with open(log, encoding="utf-8", errors="replace") as f:
        lines = f.read().splitlines()
    read = (read_script if test.endswith((".sh", ".py"))
            else read_cmocka)
    lost = read(lines, result)
    if lost is not None or status != 0 and not result.failed:
        how = f"signal {-status}" if status < 0 else f"exit status {status}"
        result.failed.append(f"{lost or 'after its last test'}: {how}")
    return result, lines


def give_up(number, frame):
    """Each has a session of its own: the terminal's Ctrl-C ends none."""
    for p in list(running):
        try:
            os.killpg(p.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass
    os._exit(128 + number)


def main():
    signal.signal(signal.SIGINT, give_up)
    signal.signal(signal.SIGTERM, give_up)
    parser = argparse.ArgumentParser()
    parser.add_argument("-j", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("-l", default="build/logs")
    parser.add_argument("-n", default="check")
    parser.add_argument("tests", nargs="+")
    args = parser.parse_args()
    jobs = []
    for test in args.tests:
        path, slash, parts = test.partition(".sh/")
        path, parts = path + slash[:3], int(parts or 1)
        jobs += [(path, i, parts) for i in range(1, parts + 1)]
    shutil.rmtree(args.l, ignore_errors=True)
    os.makedirs(args.l)
    total, failed, skipped = 0, [], []
    with concurrent.futures.ThreadPoolExecutor(args.j) as pool:
        begun = {}
        for path, i, parts in jobs:
            name = os.path.basename(path)
            if parts > 1:
                name += f" {i} of {parts}"
            log = os.path.join(args.l, name.replace(" ", "-") + ".log")
            begun[pool.submit(run, path, i, parts, log)] = name, log
        for done in concurrent.futures.as_completed(begun):
            name, log = begun[done]
            result, lines = done.result()
            total += result.passed
            if result.failed:
                print(f"-- {name}: from {log}")
                print("\n".join([line for line in lines if not re.match(
                    r"ok |\[ *(RUN|OK) *\]", line)][-SHOWN:]))
            print(f"{name}: {result.passed} passed, {len(result.failed)} "
                  f"failed, {len(result.skipped)} skipped "
                  f"({result.seconds:.0f} s)")
            for figure in result.figures:
                print(f"    {figure}")
            sys.stdout.flush()
            failed += [f"{name}: {what}" for what in result.failed]
            skipped += [f"{name}: {what}: {why}"
                        for what, why in result.skipped]
    for word, names in ("skipped", skipped), ("failed", failed):
        if names:
            print(f"{word}:")
            for name in sorted(names):
                print(f"  {name}")
    print(f"{args.n}: {total} passed, {len(failed)} failed, "
          f"{len(skipped)} skipped")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
