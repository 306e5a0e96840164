"""Options, signals and exit status of the script libdedup.

Options, messages and exit status are those of dedup(1): 0 done, 1 --check found
something to remove, 2 trouble.
"""

from __future__ import annotations

import argparse
import os
import signal
import warnings
from typing import Any

from .. import _core, _options
from .._core import TableError
from .run import DONE, FOUND, TROUBLE, Run
from .trouble import Stopped, Trouble, complain, stops

__all__ = ["DONE", "FOUND", "TROUBLE", "main"]

STOPS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


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
        prog="libdedup", allow_abbrev=False,
        usage="libdedup [OPTION]... FILE... -o DIR",
        description="Strip duplicate and near-duplicate paragraphs from a "
        "column of Parquet files, or a field of JSONL, as one corpus. FILE and "
        "DIR may be URLs, such as s3://bucket/folder; FILE a folder, or a glob "
        "in quotes. All else in the files stays.",
        epilog="Exit status: 0 done; 1 --check found something to remove; "
        "2 trouble. The rules: man dedup.")
    p.register("action", None, Once)
    p.add_argument("files", nargs="+", metavar="FILE", action="extend")
    g = p.add_argument_group("Input")
    g.add_argument("--column", "--text-field", default="text", metavar="NAME",
                   help="column to clean; a dot leads into structs: meta.text "
                   "(text)")
    g.add_argument("-f", "--format", choices=("auto", "jsonl"), default="auto",
                   help="auto: by a file's name, .jsonl or .json, also with .gz, "
                   ".zst or .xz, else Parquet (auto)")
    g.add_argument("--id-field", metavar="NAME",
                   help="column that names a row in --log")
    add_options(p, "Units")
    g = add_options(p, "Matching")
    g.add_argument("--against", action="append", default=[], metavar="FILE",
                   help="remove what a file, or table, says; may be given "
                   "again")
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
                   help="write each FILE to DIR/FILE; of a URL, below its folder")
    g.add_argument("--compression-level", type=int, metavar="N",
                   help="level for outputs of gzip, zstd, brotli or xz; files do "
                   "not say theirs (each one's usual)")
    g.add_argument("--resume", action="store_true",
                   help="keep a journal in DIR, and go on where a run ended")
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
        shown = "" if usual is None or o.arg is None else f" ({usual})"
        add_option(g, o, o.help + shown)
    return g


def add_option(g: argparse._ArgumentGroup, o: _options.Option,
               text: str) -> None:
    names = [f"-{o.letter}"] * bool(o.letter) + [f"--{o.name}"]
    text = text.replace("%", "%%")
    if o.arg is None:
        g.add_argument(*names, action="store_true", default=None, help=text)
    else:
        g.add_argument(*names, metavar=o.arg, help=text)


def check_values(p: argparse.ArgumentParser, options: dict[str, Any]) -> None:
    """Those of Deduper; the first that is wrong ends the run."""
    for keyword, value in options.items():
        why = _options.wrong(keyword, value)
        if why:
            p.error(f"--{_options.ALL[keyword].name}: {value}: {why}")


def options_of(args: argparse.Namespace) -> dict[str, Any]:
    given = {k: getattr(args, k) for k in HERE if getattr(args, k) is not None}
    # Like the command: only if something asks for it.
    given["places"] = bool(args.log or args.save or args.update or args.load
                           or args.against)
    return given


# A run.

def check_together(args: argparse.Namespace) -> str | None:
    if args.output_dir is None and not args.check and not args.save and (
            not args.update and not args.stats and not args.json
            and not args.log):
        return "where to? -o DIR, or --check"
    if args.output_dir is not None and args.check:
        return "--check: not with --output-dir"
    if args.resume and args.output_dir is None:
        return "--resume: only with --output-dir"
    if args.compression_level is not None and args.output_dir is None:
        return "--compression-level: only with --output-dir"
    if args.counts_only and (args.output_dir or not (args.save or args.update)):
        return "--counts-only: only with --save or --update, and no -o"
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
    check_values(p, options)
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
