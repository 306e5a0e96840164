"""python -m libdedup: Parquet files, row group by row group.

Options, messages and exit status are those of dedup(1): 0 done, 1 --check found
something to remove, 2 trouble.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from typing import Any, Iterator

from . import _core, _options
from ._core import TableError
from ._deduper import Deduper
from ._guard import size_of as _size

DONE, FOUND, TROUBLE = 0, 1, 2
STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LARGE = 32 << 20    # bytes worth a line of progress, unasked


class Trouble(Exception):
    """A message; the run ends, or goes on with the next file."""


class Stopped(BaseException):
    """A signal: number in args[0]."""


class Stops:
    """Handles the signals that end a run.

    Python runs a handler in the main thread, whichever thread got the signal.
    So a mask of signals would hold nothing back.
    """

    def __init__(self) -> None:
        self.holds = False
        self.held: int | None = None

    def handle(self, number: int, frame: object) -> None:
        if not self.holds:
            raise Stopped(number)
        self.held = number

    @contextlib.contextmanager
    def hold(self) -> Iterator[None]:
        """What must not be cut short: a signal takes effect after it."""
        self.holds = True
        try:
            yield
        finally:
            self.holds = False
            number, self.held = self.held, None
            if number is not None:
                raise Stopped(number)


stops = Stops()


def complain(message: object) -> None:
    print(f"libdedup: {message}", file=sys.stderr)


def import_parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise Trouble("pyarrow is not installed, and it reads Parquet: "
                      "pip install pyarrow") from None
    return pyarrow.parquet


# Options.

class Once(argparse.Action):
    """Refuses a second value, which would silently override the first."""

    def __call__(self, p: argparse.ArgumentParser, to: argparse.Namespace,
                 value: Any, option: str | None = None) -> None:
        before = vars(to).setdefault("once", {}).setdefault(self.dest, value)
        if before != value:
            p.error(f"{option}: given twice, as '{before}' and as '{value}'")
        setattr(to, self.dest, value)


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        prog="python -m libdedup", allow_abbrev=False,
        usage="python -m libdedup [OPTION]... FILE.parquet... -o DIR",
        description="Strip duplicate and near-duplicate paragraphs from a "
        "column of Parquet files, as one corpus. Schema, metadata, row groups "
        "and compression stay.",
        epilog="Exit status: 0 done; 1 --check found something to remove; "
        "2 trouble. The rules: man dedup.")
    p.register("action", None, Once)
    p.add_argument("files", nargs="+", metavar="FILE", action="extend")
    g = p.add_argument_group("Input")
    g.add_argument("--column", "--text-field", default="text", metavar="NAME",
                   help="column to clean (text)")
    g.add_argument("--id-field", metavar="NAME",
                   help="column that names a row in --log")
    add_options(p, "Units")
    g = add_options(p, "Matching")
    g.add_argument("--against", action="append", default=[], metavar="FILE",
                   help="remove what a Parquet file, or table, says; may be "
                   "given again")
    g = p.add_argument_group("Tables")
    g.add_argument("--load", action="append", default=[], metavar="TABLE",
                   help="know what a table knows; may be given again")
    g.add_argument("--save", metavar="TABLE",
                   help="write what is known in the end to a table")
    g.add_argument("--update", metavar="TABLE",
                   help="load a table, if there is one, and save it again")
    g.add_argument("--on-error", choices=("leave", "save"), default="leave",
                   help="after a bad file, leave a table or save it (leave)")
    g = add_options(p, "Output")
    g.add_argument("-o", "--output-dir", metavar="DIR",
                   help="write each FILE to DIR/FILE")
    g.add_argument("--drop-empty", action="store_true",
                   help="leave out rows of which nothing is left")
    g.add_argument("--check", action="store_true",
                   help="write nothing; exit 1 if anything would be removed")
    g = p.add_argument_group("Explaining")
    g.add_argument("--log", metavar="FILE",
                   help="write a JSON line for each removal to FILE")
    g.add_argument("-s", "--stats", action="store_true",
                   help="counts, on standard error")
    g.add_argument("--json", action="store_true", help="the counts as JSON")
    g.add_argument("--progress", action="store_true", default=None,
                   help="tell how far it has come, on standard error")
    g.add_argument("--no-progress", dest="progress", action="store_false")
    g.add_argument("-q", "--quiet", action="store_true", help="no warnings")
    g = add_options(p, "Resources")
    g.add_argument("--max-removed", type=float, metavar="R",
                   help="fail where more than this share of the text would go")
    p.add_argument("-V", "--version", action="version",
                   version=f"libdedup {_core.version}")
    return p


# What Deduper takes. Those that are in no group here are for matching.
HERE = {k: o for k, o in _options.ALL.items() if k != "places"}
GROUPS = {"Units": ["unit", "min_words"], "Output": ["min_doc_words"],
          "Resources": ["threads", "memory", "on_full"]}


def add_options(p: argparse.ArgumentParser, title: str
                ) -> argparse._ArgumentGroup:
    """A group with its options of Deduper: values are checked in main()."""
    g = p.add_argument_group(title)
    grouped = sum(GROUPS.values(), [])
    for keyword in GROUPS.get(title, [k for k in HERE if k not in grouped]):
        o, usual = HERE[keyword], _options.DEFAULTS[keyword]
        names = [f"-{o.letter}"] * bool(o.letter) + [f"--{o.name}"]
        shown = "" if usual is None or o.arg is None else f" ({usual})"
        text = (o.help + shown).replace("%", "%%")
        if o.arg is None:
            g.add_argument(*names, action="store_true", default=None, help=text)
        else:
            g.add_argument(*names, metavar=o.arg, help=text)
    return g


def options_of(args: argparse.Namespace) -> dict[str, Any]:
    given = {k: getattr(args, k) for k in HERE if getattr(args, k) is not None}
    # Like the command: only if something asks for it.
    given["places"] = bool(args.log or args.save or args.update or args.load
                           or args.against)
    return given


# Files.

def output_of(folder: str, path: str) -> str:
    """DIR/FILE, without a leading slash and '.'; ValueError with '..'."""
    parts = [p for p in path.split("/") if p not in ("", ".")]
    if ".." in parts:
        raise Trouble(f"{path}: cannot write: it leads out of {folder}")
    return os.path.join(folder, *parts)


def identity(path: str) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def plan(args: argparse.Namespace) -> dict[str, str]:
    """Outputs by input; none may destroy another, or an input."""
    if args.output_dir is None:
        return {}
    inputs = {identity(path) for path in args.files} - {None}
    outputs: dict[str, str] = {}
    for path in args.files:
        output = output_of(args.output_dir, path)
        if output in outputs.values():
            raise Trouble(f"{path}: cannot write: {output} is the output of "
                          "another file, too")
        if identity(output) in inputs:
            raise Trouble(f"{output}: cannot write: it is an input file too")
        outputs[path] = output
    return outputs


class Output:
    """A Parquet file that is renamed into place when it is whole."""

    def __init__(self, path: str, source: Any, schema: Any) -> None:
        parquet = import_parquet()
        folder, name = os.path.split(path)
        os.makedirs(folder or ".", exist_ok=True)
        self.path = path
        fd, self.temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder
                                              or ".")
        umask = os.umask(0)
        os.umask(umask)
        os.fchmod(fd, 0o666 & ~umask)
        self.file = os.fdopen(fd, "wb")
        self.bytes = 0
        self.writer: Any = None
        try:
            self.writer = parquet.ParquetWriter(self.file, schema,
                                                **layout_of(source))
        except BaseException:
            self.abort()
            raise

    def write(self, table: Any) -> None:
        if table.num_rows > 0:
            self.writer.write_table(table, row_group_size=table.num_rows)

    def finish(self) -> None:
        self.writer.close()
        self.file.flush()
        self.bytes = self.file.tell()
        self.file.close()

    def commit(self) -> None:
        os.replace(self.temporary, self.path)

    def abort(self) -> None:
        # If it stays open, it writes to the closed file when it is deleted.
        with contextlib.suppress(Exception):
            if self.writer is not None:
                self.writer.close()
        self.file.close()
        try:
            os.unlink(self.temporary)
        except FileNotFoundError:
            pass


def layout_of(source: Any) -> dict[str, Any]:
    """How a file is written: compression, encodings, version."""
    meta = source.metadata
    layout: dict[str, Any] = {"version": meta.format_version
                              if meta.format_version in ("1.0", "2.4", "2.6")
                              else "2.6"}
    if meta.num_row_groups == 0:
        return layout
    group = meta.row_group(0)
    columns = [group.column(i) for i in range(group.num_columns)]
    layout["compression"] = {
        c.path_in_schema: "NONE" if c.compression == "UNCOMPRESSED"
        else c.compression for c in columns}
    layout["use_dictionary"] = [
        c.path_in_schema for c in columns if c.has_dictionary_page]
    layout["write_statistics"] = [
        c.path_in_schema for c in columns if c.is_stats_set]
    return layout


# Progress.

class Progress:
    def __init__(self, args: argparse.Namespace, size: int, passes: int
                 ) -> None:
        self.redraws = sys.stderr.isatty()
        self.size = size * passes
        self.read = 0.0
        self.start = self.last = time.monotonic()
        self.on = args.progress if args.progress is not None else (
            self.redraws and not args.quiet and size >= LARGE)
        self.shown = 0

    def add(self, n: float, deduper: Deduper) -> None:
        self.read += n
        now = time.monotonic()
        if not self.on or now - self.start < 1 or (
                now - self.last < (0.2 if self.redraws else 1)):
            return
        self.last = now
        stats = deduper.stats
        rate = self.read / (now - self.start)
        share = stats["removed_bytes"] / max(stats["bytes"], 1)
        line = (f"{_size(self.read)} of {_size(self.size)}, "
                f"{rate / 1e6:.1f} MB/s, {100 * share:.1f} % removed")
        if self.size > self.read and rate > 0:
            left = int((self.size - self.read) / rate)
            line += (f", {left // 60}:{left % 60:02} left" if left < 3600 else
                     f", {left // 3600}:{left // 60 % 60:02} hours left")
        if self.redraws:
            print(f"\rlibdedup: {line:<{self.shown}}", end="", file=sys.stderr,
                  flush=True)
            self.shown = len(line)
        else:
            complain(line)

    def clear(self) -> None:
        if self.shown:
            print("\r" + " " * (self.shown + 10) + "\r", end="",
                  file=sys.stderr, flush=True)
        self.shown = 0


# The log.

class Log:
    """A line of JSON for each removal, with the fields of dedup --log that a
    row has."""

    def __init__(self, path: str, column: str, name: str | None) -> None:
        self.path, self.column, self.name = path, column, name
        self.file = open(path, "w", encoding="utf-8", errors="surrogateescape")
        self.row = 0                    # of all files
        self.begins: list[tuple[int, str]] = []     # first row, file
        self.names: list[Any] = []      # of rows, with --id-field

    def begin(self, path: str) -> None:
        self.begins.append((self.row, path))

    def place(self, row: int) -> dict[str, Any]:
        first, path = next(b for b in reversed(self.begins) if b[0] <= row)
        place: dict[str, Any] = {"file": path}
        if self.name is not None:
            place["document"] = self.names[row]
        place["record"] = row - first + 1
        return place

    def witness(self, found: dict[str, Any], reason: str) -> dict[str, Any]:
        witness = found["witness"]
        if witness["table"] > 0 or witness["document"] is None:
            return {"table": witness["table"]}
        place = ({} if reason == "listed" else
                 self.place(witness["document"]))
        return {**place, "line": witness["line"] + 1,
                "offset": witness["offset"]}

    def add(self, table: Any, spans: Any) -> None:
        if self.name is not None:
            self.names += table[self.name].to_pylist()
        texts = table[self.column]
        at = 0
        for chunk in spans.chunks:
            for row, found in enumerate(chunk, at):
                if len(found) > 0:
                    self.add_row(self.row + row, str(texts[row]),
                                 found.as_py())
            at += len(chunk)
        self.row += table.num_rows

    def add_row(self, row: int, text: str, found: list[dict[str, Any]]) -> None:
        data = text.encode("utf-8", "surrogatepass")
        for one in found:
            line = {**self.place(row), "line": one["line"] + 1,
                    "offset": one["offset"], "length": one["length"],
                    "reason": one["reason"],
                    "similarity": round(one["resemblance"], 4)}
            if one["reason"] == "boilerplate":
                line["documents"] = one["documents"]
            line["witness"] = self.witness(one, one["reason"])
            parts = sorted([(one["offset"], one["length"]),
                            (one["separator_offset"],
                             one["separator_length"])])
            line["removed"] = [
                {"at": begin, "text": data[begin:begin + length].decode(
                    "utf-8", "replace")}
                for begin, length in parts if length > 0]
            print(json.dumps(line, ensure_ascii=False, default=str),
                  file=self.file)


# A run.

class Run:
    def __init__(self, args: argparse.Namespace, options: dict[str, Any]
                 ) -> None:
        self.args = args
        self.column = args.column
        self.outputs = plan(args)
        self.trouble = False
        self.nulls = self.bytes_out = self.bytes_in = 0
        self.done: list[Output] = []        # that wait for the end
        self.deduper = Deduper(**options)
        self.log = (Log(args.log, args.column, args.id_field) if args.log
                    else None)
        self.skip: set[str] = set()
        sizes = [os.path.getsize(p) for p in args.files if os.path.exists(p)]
        self.bytes_in = sum(sizes)
        self.progress = Progress(args, sum(sizes), 1)

    def open(self, path: str) -> Any:
        """A Parquet file with the column, or None with a message printed."""
        parquet = import_parquet()
        import pyarrow
        try:
            with open(path, "rb") as file:
                magic = file.read(4)
            if magic != b"PAR1":
                raise Trouble(f"{path}: not Parquet; the command dedup reads "
                              "text, JSONL and WARC")
            source = parquet.ParquetFile(path)
            # Of a schema without the column, or with another type.
            empty = source.schema_arrow.empty_table()
            with Deduper(threads=1) as probe:
                probe.read(empty, self.column)
            return source
        except OSError as error:
            complain(f"{path}: cannot open: {error.strerror or error}")
        except (KeyError, TypeError, pyarrow.ArrowException, Trouble) as error:
            text = str(error.args[0]) if error.args else str(error)
            complain(text if isinstance(error, Trouble) else f"{path}: {text}")
        self.trouble = True
        self.skip.add(path)
        return None

    def groups(self, path: str, source: Any, only: list[str] | None
               ) -> Iterator[Any]:
        size = os.path.getsize(path)
        for i in range(source.num_row_groups):
            table = source.read_row_group(i, columns=only)
            yield table
            self.progress.add(size * table.num_rows
                              / max(source.metadata.num_rows, 1), self.deduper)

    def survey(self) -> None:
        """Passes before the one that removes."""
        left = self.deduper.passes_left
        self.progress = Progress(self.args, self.bytes_in, 1 + left)
        for _ in range(left):
            for path in self.args.files:
                source = self.open(path) if path not in self.skip else None
                if source is None:
                    continue
                for table in self.groups(path, source, [self.column]):
                    self.deduper.read(table, self.column)
            self.deduper.again()

    def clean(self, table: Any) -> Any:
        import pyarrow
        if self.log is None:
            return self.deduper.clean(table, self.column,
                                      drop_empty=self.args.drop_empty)
        cleaned, spans, _, _ = self.deduper._core.judge(
            table, self.column, _core.CLEAN | _core.SPANS)
        self.log.add(table, pyarrow.chunked_array(spans))
        made = pyarrow.table(cleaned)
        if self.args.drop_empty:
            import pyarrow.compute as compute
            before = compute.binary_length(
                table[self.column].cast(pyarrow.large_string()))
            after = compute.binary_length(
                made[self.column].cast(pyarrow.large_string()))
            gone = compute.and_(compute.greater(before, 0),
                                compute.equal(after, 0))
            made = made.filter(compute.invert(compute.fill_null(gone, False)))
        return made

    def filter_file(self, path: str) -> None:
        source = self.open(path)
        if source is None:
            return
        output = None
        if self.log is not None:
            self.log.begin(path)
        try:
            if path in self.outputs:
                import pyarrow
                empty = source.schema_arrow.empty_table()
                with Deduper(threads=1) as probe:
                    schema = probe.clean(empty, self.column).schema
                assert isinstance(schema, pyarrow.Schema)
                # Else one could come between the file and its name.
                with stops.hold():
                    output = Output(self.outputs[path], source, schema)
            for table in self.groups(path, source, None):
                self.nulls += table[self.column].null_count
                cleaned = self.clean(table)
                if output is not None:
                    output.write(cleaned)
            if output is not None:
                output.finish()
        except BaseException:
            if output is not None:
                output.abort()
            raise
        if output is not None:
            self.bytes_out += output.bytes
            self.done.append(output)
            if self.args.max_removed is None:
                self.commit()

    def commit(self) -> None:
        while self.done:
            self.done[0].commit()
            self.done.pop(0)

    def abort(self) -> None:
        for output in self.done:
            output.abort()

    def references(self) -> None:
        args = self.args
        for path in args.load:
            self.deduper.load(path)
        if args.update and os.path.exists(args.update) and (
                os.path.getsize(args.update) > 0):
            self.deduper.load(args.update)
        # Tables first, which may not come after a text.
        texts = []
        for path in args.against:
            if _core.is_table(path):
                self.deduper.load(path, listed=True)
            else:
                texts.append(path)
        for path in texts:
            source = self.open(path)
            if source is None:
                raise Trouble(f"{path}: cannot be read: nothing was written")
            for i in range(source.num_row_groups):
                self.deduper.reference(
                    source.read_row_group(i, columns=[self.column]),
                    self.column)

    def save(self) -> None:
        """With --on-error=leave, not after trouble: the user may throw the
        output away, and its texts must then still be new."""
        for table in (self.args.save, self.args.update):
            if table and self.trouble and self.args.on_error == "leave":
                complain(f"{table}: not saved, after what was told above: see "
                         "--on-error")
            elif table:
                self.deduper.save(table)

    def run(self) -> int:
        args = self.args
        self.references()
        self.survey()
        for path in args.files:
            if path not in self.skip:
                self.filter_file(path)
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
        if stats["full"] and not args.quiet:
            complain(f"memory is full: {stats['unrecorded']} units were kept "
                     "but not remembered")
        self.tell(stats, share)
        if self.trouble:
            return TROUBLE
        return FOUND if args.check and stats["removed_bytes"] > 0 else DONE

    def tell(self, s: dict[str, Any], share: float) -> None:
        if self.args.json:
            counts = {k: v for k, v in s.items() if k != "rows"}
            counts |= {"bytes_in": self.bytes_in, "bytes_out": self.bytes_out,
                       "removed_share": round(share, 6), "records": s["rows"],
                       "no_text": self.nulls}
            print(json.dumps(counts, separators=(",", ":")), file=sys.stderr)
            return
        if not self.args.stats:
            return
        lines = [f"documents   {s['documents']}", f"units       {s['units']}",
                 f"bytes       {s['bytes']}",
                 f"removed     {sum(s['removed'].values())} units, "
                 f"{s['removed_bytes']} bytes, {100 * share:.1f} %"]
        lines += [f"  {k:<9} {n}" for k, n in s["removed"].items() if n > 0]
        if self.nulls:
            lines.append(f"no text in  {self.nulls} records")
        if s["oversize"]:
            lines.append(f"too long    {s['oversize']}, not judged")
        if s["unrecorded"]:
            lines.append(f"not stored  {s['unrecorded']} units: no memory")
        lines.append(f"memory      {s['memory'] / 1e6:.1f} MB"
                     + (", full" if s["full"] else ""))
        print("\n".join(lines), file=sys.stderr)


def check_together(args: argparse.Namespace) -> str | None:
    if args.output_dir is None and not args.check and not args.save and (
            not args.update and not args.stats and not args.json
            and not args.log):
        return "where to? -o DIR, or --check"
    if args.output_dir is not None and args.check:
        return "--check: not with --output-dir"
    if args.min_doc_words is not None and args.log is not None:
        return "--min-doc-words: not with --log, which has no line for them"
    if args.max_removed is not None and not 0 <= args.max_removed <= 1:
        return f"--max-removed: {args.max_removed:g}: it has to be 0 to 1"
    return None


def main(argv: list[str] | None = None) -> int:
    p = parser()
    args = p.parse_args(argv)
    args.drop_empty |= args.min_doc_words is not None
    wrong = check_together(args)
    if wrong is not None:
        p.error(wrong)
    options = options_of(args)
    for keyword, value in options.items():
        why = _options.wrong(keyword, value)
        if why:
            p.error(f"--{_options.ALL[keyword].name}: {value}: {why}")
    handlers = {number: signal.signal(number, stops.handle) for number in STOPS}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")     # said at the end
            return filter_files(args, options)
    except Stopped as stopped:
        number = stopped.args[0]
    finally:
        for n, handler in handlers.items():
            signal.signal(n, handler)
    # Like the command: the process that waits for it sees the signal.
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    return TROUBLE


def filter_files(args: argparse.Namespace, options: dict[str, Any]) -> int:
    lock, run = None, None
    try:
        run = Run(args, options)
        if args.update:
            lock = _core.lock_table(args.update)
        return run.run()
    except (Trouble, TableError, ValueError) as error:
        complain(error)
        return TROUBLE
    except MemoryError as error:
        complain(error if str(error) else "out of memory")
        return TROUBLE
    except OSError as error:
        complain(f"{error.filename}: {error.strerror}"
                 if error.filename and error.strerror else error)
        return TROUBLE
    finally:
        if run is not None:
            run.progress.clear()
            run.abort()
            if run.log is not None:
                run.log.file.close()
        if lock is not None:
            _core.unlock_table(args.update, lock)


if __name__ == "__main__":
    sys.exit(main())
