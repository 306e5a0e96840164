"""A run: all files as one corpus."""

from __future__ import annotations

import argparse
import copy
import json
import os
import sys
from typing import Any, Iterator

from .. import _core
from .._deduper import Deduper
from . import jsonl, parquet
from .log import Log
from .places import (Journal, Output, Place, expand, is_url, kind_of, on_disk,
                     place, plan)
from .progress import Progress
from .trouble import Trouble, complain, stops

DONE, FOUND, TROUBLE = 0, 1, 2


class Run:
    def __init__(self, args: argparse.Namespace, options: dict[str, Any]
                 ) -> None:
        self.args = args
        self.column = args.column
        self.files = expand(args.files)
        self.outputs = plan(args.output_dir, self.files)
        self.trouble = False
        self.bytes_out = 0
        self.done: list[tuple[Place, Output]] = []      # that wait for the end
        self.deduper = Deduper(**options)
        self.log = (Log(args.log, args.column, args.id_field) if args.log
                    else None)
        self.skip: set[str] = set()
        self.sizes = {file.name: self._size(file) for file in self.files}
        self.bytes_in = sum(self.sizes.values())
        self.progress = Progress(args, self.bytes_in, 1)
        self.journal = (Journal(args.output_dir, self._key(options), args.resume)
                        if args.output_dir else None)

    def _key(self, options: dict[str, Any]) -> Any:
        """What has to be the same for a run to go on with another."""
        shown = {k: repr(v) for k, v in options.items()
                 if k not in ("threads", "memory", "places")}
        return [_core.version, shown, self.column, self.args.drop_empty,
                self.args.load, self.args.against,
                [file.name for file in self.files]]

    @staticmethod
    def _size(file: Place) -> int:
        try:
            return file.size()
        except OSError:
            return 0

    def open(self, file: Place) -> Any:
        """A file with the column, or None with a message printed."""
        made = jsonl.File if kind_of(file.name.partition("?")[0]) == "jsonl" or (
            self.args.format == "jsonl") else parquet.File
        try:
            return made(file, self.column)
        except (KeyError, TypeError, Trouble, ValueError, OSError) as error:
            text = str(error.args[0]) if error.args else str(error)
            if isinstance(error, OSError):
                text = f"cannot open: {error.strerror or error}"
            complain(text if isinstance(error, Trouble)
                     else f"{file.name}: {text}")
        self.trouble = True
        self.skip.add(file.name)
        return None

    def parts(self, file: Place, source: Any, all_columns: bool) -> Iterator[Any]:
        """Its parts, one after another; trouble in midst of it is told."""
        try:
            for part in source.parts(all_columns):
                yield part
                self.progress.add(self.sizes[file.name] * part.share,
                                  self.deduper)
        finally:
            self.trouble |= getattr(source, "bad", 0) > 0

    def survey(self) -> None:
        """Passes before the one that removes."""
        left = self.deduper.passes_left
        self.progress = Progress(self.args, self.bytes_in, 1 + left)
        for _ in range(left):
            for file in self.files:
                source = self.open(file) if file.name not in self.skip else None
                if source is None:
                    continue
                for part in self.parts(file, source, False):
                    source.read(part, self.deduper)
                source.bad = 0      # the last pass tells of it
                source.close()
            self.deduper.again()

    def filter_file(self, file: Place) -> None:
        source = self.open(file)
        if source is None:
            return
        to = self.outputs.get(file.name)
        if to is not None and self.journal is not None and (
                self.journal.has(file, to)):
            to = None           # it is read for what it says
        if self.log is not None:
            self.log.begin(file.name)
        output, writer = None, None
        try:
            if to is not None:
                # Else a signal could come between the file and its name.
                with stops.hold():
                    output = Output(to)
                writer = source.writer(output, self.args.compression_level)
            for part in self.parts(file, source, True):
                self.clean(source, part)
                if writer is not None:
                    writer.write(part)
            if output is not None and writer is not None:
                writer.close()
                output.finish()
        except BaseException:
            # If it stays open, it writes to the closed file when it is deleted.
            if writer is not None:
                try:
                    writer.close()
                except Exception:
                    pass
            if output is not None:
                output.abort()
            raise
        source.close()
        if output is not None:
            self.bytes_out += output.bytes
            self.done.append((file, output))
            if self.args.max_removed is None:
                self.commit()

    def clean(self, source: Any, part: Any) -> None:
        log = self.log
        if log is None:
            source.clean(part, self.deduper, self.args.drop_empty, False)
            return
        log.take_names(part)
        before = copy.copy(part)
        rows = source.clean(part, self.deduper, self.args.drop_empty, True)
        log.add(rows, before.texts(self.column,
                                   [i for i, row in enumerate(rows) if row]))

    def commit(self) -> None:
        while self.done:
            file, output = self.done[0]
            output.commit()
            self.done.pop(0)
            if self.journal is not None and self.args.resume:
                self.journal.add(file, output.place)

    def abort(self) -> None:
        for _, output in self.done:
            output.abort()

    # Tables and reference texts.

    def load(self, name: str, listed: bool) -> None:
        with on_disk(name) as path:
            self.deduper.load(path, listed=listed)      # it stays open

    def references(self) -> None:
        args = self.args
        for name in args.load:
            self.load(name, False)
        if args.update and os.path.exists(args.update) and (
                os.path.getsize(args.update) > 0):
            self.deduper.load(args.update)
        # Tables first, which may not come after a text.
        texts = []
        for name in args.against:
            if kind_of(name) is None and self._is_table(name):
                self.load(name, True)
            else:
                texts.append(name)
        for name in texts:
            for file in expand([name]):
                source = self.open(file)
                if source is None:
                    raise Trouble(f"{name}: cannot be read: nothing was written")
                for part in source.parts(False):
                    source.reference(part, self.deduper)
                source.close()

    @staticmethod
    def _is_table(name: str) -> bool:
        with on_disk(name) as path:
            return _core.is_table(path)

    def save(self) -> None:
        """With --on-error=leave, not after trouble: the user may throw the
        output away, and its texts must then still be new."""
        for table in (self.args.save, self.args.update):
            if table and self.trouble and self.args.on_error == "leave":
                complain(f"{table}: not saved, after what was told above: see "
                         "--on-error")
            elif table and is_url(table):
                output = Output(place(table))
                output.file.write(self.deduper.to_bytes())
                output.finish()
                output.commit()
            elif table:
                self.deduper.save(table)

    def run(self) -> int:
        args = self.args
        self.references()
        self.survey()
        for file in self.files:
            if file.name not in self.skip:
                self.filter_file(file)
        self.progress.clear()
        stats = self.deduper.stats
        share = stats["removed_bytes"] / max(stats["bytes"], 1)
        if args.max_removed is not None and share > args.max_removed:
            complain(f"{100 * share:.2f} % of the text would be removed: that "
                     f"is over --max-removed={args.max_removed:g}; nothing was "
                     "replaced")
            self.trouble = True
        else:
            self.commit()
            self.save()
            if share > 0.9 and not args.quiet and args.max_removed is None:
                complain(f"{100 * share:.1f} % of the text was removed")
            if self.journal is not None and args.resume and not self.trouble:
                self.journal.end()
        if stats["full"] and not args.quiet:
            complain(f"memory is full: {stats['unrecorded']} units were kept "
                     "but not remembered")
        self.tell(stats, share)
        if self.trouble:
            return TROUBLE
        return FOUND if args.check and stats["removed_bytes"] > 0 else DONE

    def tell(self, s: dict[str, Any], share: float) -> None:
        nulls = s["rows"] - s["documents"]
        if self.args.json:
            counts = {k: v for k, v in s.items() if k != "rows"}
            counts |= {"bytes_in": self.bytes_in, "bytes_out": self.bytes_out,
                       "removed_share": round(share, 6), "records": s["rows"],
                       "no_text": nulls}
            print(json.dumps(counts, separators=(",", ":")), file=sys.stderr)
            return
        if not self.args.stats:
            return
        lines = [f"documents   {s['documents']}", f"units       {s['units']}",
                 f"bytes       {s['bytes']}",
                 f"removed     {sum(s['removed'].values())} units, "
                 f"{s['removed_bytes']} bytes, {100 * share:.1f} %"]
        lines += [f"  {k:<9} {n}" for k, n in s["removed"].items() if n > 0]
        if nulls:
            lines.append(f"no text in  {nulls} records")
        if s["oversize"]:
            lines.append(f"too long    {s['oversize']}, not judged")
        if s["unrecorded"]:
            lines.append(f"not stored  {s['unrecorded']} units: no memory")
        lines.append(f"memory      {s['memory'] / 1e6:.1f} MB"
                     + (", full" if s["full"] else ""))
        print("\n".join(lines), file=sys.stderr)
