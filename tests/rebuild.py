#!/usr/bin/env python3
"""Rebuild what dedup read from what it wrote.

usage: rebuild.py OUTPUT LOG [INPUT]... > REBUILT

After `dedup --log=LOG INPUT... > OUTPUT`, REBUILT is the inputs, byte for byte
and one after another.  With one input it need not be named.  Of several the
sizes must be known, to tell where the output of each ends: they are taken from
the files, named as they were to dedup and in the same order.

A log line's "removed" lists spans of its file: {"at": offset, "text": ...}, or
"base64" where the bytes are not UTF-8.
"""
import base64
import json
import os
import sys


class Broken(Exception):
    pass


def read_log(path):
    """The spans by file: {name: [(offset, bytes)]}, in order of offset."""
    spans = {}
    with open(path, "rb") as log:
        for line in log:
            removal = json.loads(line)
            for span in removal["removed"]:
                if "text" in span:
                    data = span["text"].encode()
                else:
                    data = base64.b64decode(span["base64"], validate=True)
                spans.setdefault(removal["file"], []).append(
                    (span["at"], data))
    for name in spans:
        spans[name].sort()
    return spans


def weave(kept, spans, name):
    """Put the spans of a file back where they stood."""
    pieces, at, used = [], 0, 0
    for offset, data in spans:
        gap = offset - at
        if gap < 0:
            raise Broken(f"{name}: what went at byte {offset} had gone")
        if used + gap > len(kept):
            raise Broken(f"{name}: too short for what went at {offset}")
        pieces += kept[used:used + gap], data
        used += gap
        at = offset + len(data)
    return b"".join(pieces) + kept[used:]


def rebuild(output, spans, inputs):
    if not inputs:
        if len(spans) > 1:
            raise Broken("several inputs: name them all")
        inputs = list(spans) or ["-"]
    unknown = set(spans) - set(inputs)
    if unknown:
        raise Broken("in the log, but not named: " + " ".join(unknown))
    if len(inputs) == 1:
        name = inputs[0]
        return weave(output, spans.get(name, []), name)
    rebuilt, used = [], 0
    for name in inputs:
        gone = spans.get(name, [])
        size = os.path.getsize(name) - sum(len(data) for _, data in gone)
        if size < 0 or used + size > len(output):
            raise Broken(f"{name}: more went than there was, or less left")
        rebuilt.append(weave(output[used:used + size], gone, name))
        used += size
    if used < len(output):
        raise Broken(f"{len(output) - used} bytes left over")
    return b"".join(rebuilt)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as f:
        output = f.read()
    try:
        sys.stdout.buffer.write(
            rebuild(output, read_log(sys.argv[2]), sys.argv[3:]))
    except Broken as e:
        sys.exit(f"rebuild.py: {e}")


if __name__ == "__main__":
    main()
