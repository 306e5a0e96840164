"""Where files are: on disks, or at URLs by pyarrow.fs or fsspec.

An output is written to a temporary file on a disk. When it is whole, it is renamed
into place, or copied to its URL.
"""

from __future__ import annotations

import contextlib
import fnmatch
import glob
import json
import os
import posixpath
import shutil
import tempfile
from typing import Any, Iterator

from .trouble import Trouble

KINDS = {".parquet": "parquet", ".pq": "parquet", ".jsonl": "jsonl",
         ".ndjson": "jsonl", ".json": "jsonl"}
PACKED = {".gz": "gzip", ".zst": "zstd", ".xz": "xz"}
_PIECE = 1 << 20


def is_url(path: str) -> bool:
    return "://" in path


def kind_of(path: str) -> str | None:
    """'parquet', 'jsonl', or None, by its name."""
    name, suffix = os.path.splitext(path)
    if suffix in PACKED:
        suffix = os.path.splitext(name)[1]
    return KINDS.get(suffix.lower())


class Place:
    """A file, or a folder."""

    def __init__(self, name: str, below: str) -> None:
        self.name = name        # in messages, and to open
        self.below = below      # where an output has it, in the folder of all

    def size(self) -> int:
        return os.path.getsize(self.name)

    def stamp(self) -> list[Any]:
        """Another one, if the file was changed."""
        found = os.stat(self.name)
        return [found.st_size, found.st_mtime_ns]

    def identity(self) -> Any:
        """Equal for one file under two names; None: it is not there."""
        try:
            found = os.stat(self.name)
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def open(self) -> Any:
        return open(self.name, "rb")

    def put(self, temporary: str) -> None:
        """Make it of a temporary file, which is gone then."""
        os.replace(temporary, self.name)

    def folder_for_temporary(self) -> str:
        folder = os.path.dirname(self.name) or "."
        os.makedirs(folder, exist_ok=True)
        return folder


class Remote(Place):

    def __init__(self, name: str, below: str) -> None:
        super().__init__(name, below)
        self.system, self.path = system_of(name)

    def _info(self) -> Any:
        return self.system.get_file_info(self.path)

    def size(self) -> int:
        return self._info().size or 0

    def stamp(self) -> list[Any]:
        info = self._info()
        return [info.size, info.mtime_ns]

    def identity(self) -> Any:
        import pyarrow.fs as fs

        found = self._info().type != fs.FileType.NotFound
        return (self.system.type_name, self.path) if found else None

    def open(self) -> Any:
        return self.system.open_input_file(self.path)

    def put(self, temporary: str) -> None:
        with contextlib.suppress(OSError, NotImplementedError):
            self.system.create_dir(posixpath.dirname(self.path), recursive=True)
        with open(temporary, "rb") as source, (
                self.system.open_output_stream(self.path)) as to:
            shutil.copyfileobj(source, to, _PIECE)
        os.unlink(temporary)

    def folder_for_temporary(self) -> str:
        return tempfile.gettempdir()


def system_of(url: str) -> tuple[Any, str]:
    """A file system of pyarrow, by fsspec if pyarrow has none; and the path."""
    try:
        from pyarrow import ArrowException, fs
    except ImportError:
        raise Trouble(f"{url}: pyarrow is not installed, and it reads URLs: "
                      "pip install pyarrow") from None
    try:
        found: tuple[Any, str] = fs.FileSystem.from_uri(url)
        return found
    except (ArrowException, ValueError) as error:
        first = error
    try:
        import fsspec
    except ImportError:
        raise Trouble(f"{url}: {first}; fsspec is not installed, which knows "
                      "more kinds of URLs") from None
    try:
        system, path = fsspec.core.url_to_fs(url)
    except (ValueError, ImportError) as error:
        raise Trouble(f"{url}: {error}") from None
    return fs.PyFileSystem(fs.FSSpecHandler(system)), path


def place(name: str, below: str = "") -> Place:
    return Remote(name, below) if is_url(name) else Place(name, below)


# What the user names: files, folders, globs.

def _is_glob(name: str) -> bool:
    return any(c in name for c in "*?[")


def _local(name: str) -> Iterator[Place]:
    if os.path.isdir(name):
        for folder, folders, files in os.walk(name):
            folders.sort()
            for file in sorted(files):
                path = os.path.join(folder, file)
                if kind_of(file) and not file.startswith("."):
                    yield Place(path, path)
    elif _is_glob(name) and not os.path.exists(name):
        for path in sorted(glob.glob(name, recursive=True)):
            yield Place(path, path)
    else:
        yield Place(name, name)


def _remote(name: str) -> Iterator[Place]:
    """Below a folder, or below the folders that a glob begins with."""
    import pyarrow.fs as fs

    scheme, rest = name.split("://", 1)
    rest, query, options = rest.partition("?") if not _is_glob(
        name.split("?")[0]) else (rest, "", "")
    base = rest
    if _is_glob(rest):
        base = rest[:min(rest.index(c) for c in "*?[" if c in rest)]
        base = base.rsplit("/", 1)[0]
    there = Remote(f"{scheme}://{base}{query}{options}", "")
    if not _is_glob(rest) and there._info().type != fs.FileType.Directory:
        yield Remote(name, posixpath.basename(rest))
        return
    selector = fs.FileSelector(there.path, recursive=True)
    pattern = there.path + rest[len(base):]
    for info in sorted(there.system.get_file_info(selector),
                       key=lambda i: str(i.path)):
        wanted = (fnmatch.fnmatchcase(info.path, pattern) if _is_glob(rest)
                  else kind_of(info.path) is not None)
        if info.type == fs.FileType.File and wanted:
            below = info.path[len(there.path):].lstrip("/")
            yield Remote(f"{scheme}://{base.rstrip('/')}/{below}{query}{options}",
                         below)


def expand(names: list[str]) -> list[Place]:
    """All files that are named, in order."""
    found: list[Place] = []
    for name in names:
        some = list(_remote(name) if is_url(name) else _local(name))
        if not some:
            raise Trouble(f"{name}: there is no file of Parquet or JSONL")
        found += some
    return found


# Outputs.

def output_of(folder: str, source: Place) -> Place:
    """FOLDER/FILE, without a leading slash and '.'; Trouble with '..'."""
    parts = [p for p in source.below.split("/") if p not in ("", ".")]
    if ".." in parts:
        raise Trouble(f"{source.name}: cannot write: it leads out of {folder}")
    return within(folder, "/".join(parts))


def within(folder: str, below: str) -> Place:
    if not is_url(folder):
        return Place(os.path.join(folder, *below.split("/")), below)
    path, query, options = folder.partition("?")
    return Remote(f"{path.rstrip('/')}/{below}{query}{options}", below)


def plan(folder: str | None, sources: list[Place]) -> dict[str, Place]:
    """Outputs by input; none may destroy another, or an input."""
    if folder is None:
        return {}
    inputs = {source.identity() for source in sources} - {None}
    outputs: dict[str, Place] = {}
    names: set[str] = set()
    for source in sources:
        output = output_of(folder, source)
        if output.name in names:
            raise Trouble(f"{source.name}: cannot write: {output.name} is the "
                          "output of another file, too")
        if output.identity() in inputs:
            raise Trouble(f"{output.name}: cannot write: it is an input file "
                          "too")
        names.add(output.name)
        outputs[source.name] = output
    return outputs


class Output:
    """A file that is put into place when it is whole."""

    def __init__(self, to: Place) -> None:
        self.place = to
        folder = to.folder_for_temporary()
        name = os.path.basename(to.name.partition("?")[0])
        fd, self.temporary = tempfile.mkstemp(prefix=f".{name}.", dir=folder)
        umask = os.umask(0)
        os.umask(umask)
        os.fchmod(fd, 0o666 & ~umask)
        self.file = os.fdopen(fd, "wb")
        self.bytes = 0

    def finish(self) -> None:
        self.file.flush()
        self.bytes = self.file.tell()
        self.file.close()

    def commit(self) -> None:
        self.place.put(self.temporary)

    def abort(self) -> None:
        self.file.close()
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.temporary)


# Runs that go on.

class Journal:
    """Which outputs are whole: --resume. The run reads their inputs again, for
    what they say, and does not write them again."""

    def __init__(self, folder: str, key: Any, resume: bool) -> None:
        self.place = within(folder, ".libdedup-journal")
        self.done: dict[str, Any] = {}
        self.key = key
        old = self._read()
        if old is None:
            if resume:
                self._write()
            return
        if not resume:
            raise Trouble(f"{self.place.name}: there is the journal of a run "
                          "that did not end: --resume, or remove it")
        if old["key"] != key:
            raise Trouble(f"{self.place.name}: that run had other options or "
                          "files: remove it to begin anew")
        self.done = old["done"]

    def _read(self) -> Any:
        try:
            with self.place.open() as file:
                return json.loads(file.read())
        except FileNotFoundError:
            return None
        except ValueError:
            raise Trouble(f"{self.place.name}: it is no journal") from None

    def _write(self) -> None:
        output = Output(self.place)
        output.file.write(json.dumps({"key": self.key, "done": self.done}
                                     ).encode())
        output.finish()
        output.commit()

    def has(self, source: Place, output: Place) -> bool:
        """Is its output whole, and was it made of this?"""
        entry = self.done.get(source.name)
        return (entry is not None and entry[0] == source.stamp()
                and output.identity() is not None
                and entry[1] == output.size())

    def add(self, source: Place, output: Place) -> None:
        self.done[source.name] = [source.stamp(), output.size()]
        self._write()

    def end(self) -> None:
        if isinstance(self.place, Remote):
            self.place.system.delete_file(self.place.path)
        else:
            os.unlink(self.place.name)


# Tables, which the library reads from disks.

@contextlib.contextmanager
def on_disk(name: str) -> Iterator[str]:
    """A file, fetched if it is at a URL."""
    if not is_url(name):
        yield name
        return
    with tempfile.TemporaryDirectory(prefix="libdedup-") as folder:
        path = os.path.join(folder, "file")
        with place(name).open() as source, open(path, "wb") as to:
            shutil.copyfileobj(source, to, _PIECE)
        yield path
