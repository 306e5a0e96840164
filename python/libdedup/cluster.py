"""A corpus in parts gives the bytes of one run: for clusters and small machines.

A corpus is cut into splits, ranges of its documents, numbered in its order. All
steps are functions from texts and bytes to bytes, so that any engine can carry
them; libdedup.spark and libdedup.datatrove are two.

    plan = Plan(exact=True)                     once; it is pickled to all
    asks = scan(plan, split, texts)             {bucket: bytes}, each split
    links, facts = match(blobs)                 {split: bytes}, each bucket
    wanted = rows(plan, split, texts, links)    {split: bytes}, each split
    found, asks = judge(plan, split, texts, known)      each split; known: its
                                                rows, and its facts

The asks of judge() are matched again. A split whose facts are the same bytes as
it knew is done; the others are judged anew, with the same rows and the new
facts. When no facts change, all that was found is what one run finds. It takes
two or three rounds: Folder does all of it, one split after another or in many
processes, with all bytes in files.

    cut(texts, found)                           the texts without it
    removals(split, found), follow()            what goes, and for which text
"""

from __future__ import annotations

import hashlib
import os
import struct
import sys
from array import array
from contextlib import suppress
from pathlib import Path
from typing import (Any, Callable, Iterable, Iterator, NamedTuple, Sequence,
                    Unpack)

from . import _core, _options
from ._options import Options

SHIFT = 33      # the number of a document: split << 33 | row
BUCKETS = 16

CHANGED = ("its texts are not those of the pass before: the data changed while "
           "it was read; write it down first")


class Removal(NamedTuple):
    """What goes of a document, with the text that says it."""

    document: int
    """Its number: split << 33 | row."""
    begin: int
    """In bytes, with blank lines that go along."""
    end: int
    unit_begin: int
    """Without these."""
    unit_end: int
    line: int
    reason: str
    resemblance: float
    witness: int
    """The number of the document that says it."""
    witness_offset: int
    witness_line: int


_WORD = struct.calcsize("Q")
_COLUMNS = len(Removal._fields)
_REASONS = _core.reasons


class Plan:
    """What all parts of a corpus have in common. It can be pickled.

    against     texts: what they say is removed, and what contains one of them
    buckets     parts of what splits ask of each other: each is matched by itself
    options     those of :class:`libdedup.Deduper`; threads is 1

    ValueError, with the reason: an option whose answers depend on what became
    of other texts (threshold, memory, min_doc_words, keep), or on all
    texts at once (boilerplate).

    It holds the secret of the fingerprints, which no message shows: who writes
    the texts must not know it.
    """

    def __init__(self, *, against: Iterable[str] = (), buckets: int = BUCKETS,
                 **options: Unpack[Options]) -> None:
        made = _options.complete(options)
        if not 1 <= buckets <= 65536:
            raise ValueError(f"buckets={buckets}: not from 1 to 65536")
        for name, reason in (
                ("threshold", "what is like a text that went may stay"),
                ("min_doc_words", "a dropped document changes what is known"),
                ("boilerplate", "counts of all parts are needed first")):
            if made[name] is not None:
                raise ValueError(f"{name}: {reason}, so parts of a corpus "
                                 "cannot be judged apart")
        if options.get("memory") is not None:
            raise ValueError("memory: where it is full depends on all that "
                             "came before, so parts of a corpus cannot be "
                             "judged apart")
        if made["keep"] != "first":
            raise ValueError(f"keep={made['keep']!r}: whether a copy comes "
                             "later is not known to the part that has the "
                             "first one")
        if options.get("threads") is None:
            made["threads"] = 1
        self.version = _core.version
        self.buckets = buckets
        self.options = _options.typed({**made, "memory": None})
        self.places = bool(made["places"])
        self.alone = made["scope"] == "document"
        self.against = _encode(list(against))
        self._secret = _core.cluster_secret(self.options)

    def __repr__(self) -> str:
        return f"<libdedup.cluster.Plan {self.options}>"

    @property
    def identity(self) -> str:
        """Equal for plans with the same options, texts and secret."""
        all_of_it = repr((self.version, self.options, self.places,
                          self.against))
        return hashlib.blake2b(all_of_it.encode(), key=self._secret[:64],
                               digest_size=16).hexdigest()

    def _common(self, split: int, texts: _Texts, first: int | None
                ) -> tuple[Any, ...]:
        if self.version != _core.version:
            raise RuntimeError(f"the plan is of libdedup {self.version}, and "
                               f"here is {_core.version}: install the same "
                               "version on all machines")
        return (self.options, self.places, self._secret, split,
                split << SHIFT if first is None else first,
                texts.offsets, texts.data, *self.against)


# Texts.

class _Texts(NamedTuple):
    offsets: Any        # a buffer of n + 1 numbers of 64 bits
    data: Any


def _encode(texts: Sequence[str | None]) -> tuple[bytes, bytes]:
    data = [b"" if t is None else t.encode("utf-8", "surrogatepass")
            for t in texts]
    ends, at = array("q", [0]), 0
    for one in data:
        at += len(one)
        ends.append(at)
    return ends.tobytes(), b"".join(data)


def _arrow(column: Any) -> Any:
    """Any Arrow column of strings as one large_string without an offset."""
    import pyarrow

    if not isinstance(column, (pyarrow.Array, pyarrow.ChunkedArray)):
        column = pyarrow.chunked_array(column)
    if pyarrow.types.is_null(column.type):
        column = column.cast(pyarrow.string())
    if not pyarrow.types.is_large_string(column.type):
        column = column.cast(pyarrow.large_string())
    if isinstance(column, pyarrow.ChunkedArray):
        column = (column.chunk(0) if column.num_chunks == 1
                  else pyarrow.concat_arrays(column.chunks)
                  if column.num_chunks else
                  pyarrow.array([], pyarrow.large_string()))
    if column.null_count:
        # A null is a document of no text; its bytes may be anything.
        column = column.fill_null("")
    return column


def _texts(column: Any) -> _Texts:
    if isinstance(column, (list, tuple)):
        return _Texts(*_encode(column))
    column = _arrow(column)
    _, offsets, data = column.buffers()
    n, skip = len(column), column.offset
    if offsets is None or n == 0:
        return _Texts(bytes(_WORD), b"")
    return _Texts(memoryview(offsets).cast("B")[
        skip * _WORD:(skip + n + 1) * _WORD], data if data is not None else b"")


# The steps.

def _scan(plan: Plan, split: int, texts: Any, first: int | None,
          known: list[bytes] | None) -> tuple[dict[int, bytes], bytes]:
    call: Any = _core.cluster_scan
    made: tuple[dict[int, bytes], bytes] = call(
        *plan._common(split, _texts(texts), first), plan.buckets, known)
    return made


def scan(plan: Plan, split: int, texts: Any, *, first: int | None = None
         ) -> dict[int, bytes]:
    """What a split asks of those before it, from its texts alone, by bucket.

    texts   a list of str and None, or an Arrow column
    first   the number of the first document; else split << 33
    """
    if plan.alone:
        return {}
    return _scan(plan, split, texts, first, None)[0]


def match(asks: Iterable[bytes]) -> tuple[dict[int, bytes], dict[int, bytes]]:
    """Of one bucket, the asks of all splits: links, for the split whose units
    they name; and facts, for the split that asked."""
    return _core.cluster_match(list(asks))


def rows(plan: Plan, split: int, texts: Any, links: Iterable[bytes], *,
         first: int | None = None) -> dict[int, bytes]:
    """The units of a split that its links name, for each split that asked."""
    links = list(links)
    if not links:
        return {}
    call: Any = _core.cluster_rows
    made: dict[int, bytes] = call(
        *plan._common(split, _texts(texts), first), links)
    return made


def judge(plan: Plan, split: int, texts: Any, known: Iterable[bytes], *,
          first: int | None = None) -> tuple[bytes, dict[int, bytes]]:
    """What goes of a split, packed, and what it asks, by bucket.

    known   the rows and facts for this split, of all splits and buckets

    The split's texts have to be those of scan(): else ValueError.
    """
    asks, found = _scan(plan, split, texts, first,
                        None if plan.alone else list(known))
    return found, asks


def digest(facts: Iterable[bytes]) -> bytes:
    """Equal for equal facts, in any order: was a split answered as before?"""
    sums = sorted(hashlib.blake2b(one, digest_size=16).digest()
                  for one in facts)
    return hashlib.blake2b(b"".join(sums), digest_size=16).digest()


def cut(texts: Any, found: bytes) -> Any:
    """The texts without what judge() found, in the type that they have."""
    if isinstance(texts, (list, tuple)):
        offsets, data = _core.cluster_cut(*_encode(texts), found)
        ends = array("q", offsets)
        return type(texts)(
            None if old is None else
            data[a:b].decode("utf-8", "surrogatepass")
            for old, a, b in zip(texts, ends, ends[1:]))
    import pyarrow
    import pyarrow.compute

    if not isinstance(texts, (pyarrow.Array, pyarrow.ChunkedArray)):
        texts = pyarrow.chunked_array(texts)
    offsets, data = _core.cluster_cut(*_texts(texts), found)
    n = len(offsets) // _WORD - 1
    made = pyarrow.Array.from_buffers(
        pyarrow.large_string(), n,
        [None, pyarrow.py_buffer(offsets), pyarrow.py_buffer(data)])
    if texts.null_count:
        null = pyarrow.compute.is_null(texts)
        if isinstance(null, pyarrow.ChunkedArray):
            null = null.combine_chunks()
        made = pyarrow.compute.if_else(
            null, pyarrow.scalar(None, made.type), made)
    if made.type != texts.type:
        made = made.cast(texts.type)
    return made


# What was found.

def _columns(found: bytes) -> list[memoryview]:
    n = len(found) // (_WORD * _COLUMNS)
    words = memoryview(found).cast("Q")
    return [words[i * n:(i + 1) * n] for i in range(_COLUMNS)]


def removals(split: int, found: bytes, *, first: int | None = None
             ) -> Iterator[Removal]:
    """What judge() found, one by one. The witness may have gone, too, if it is
    of an earlier split: see follow()."""
    base = split << SHIFT if first is None else first
    columns = _columns(found)
    resemblance = columns[7].cast("B").cast("d")
    for i, row in enumerate(columns[0]):
        yield Removal._make((
            base + row, *(c[i] for c in columns[1:6]),
            _REASONS[columns[6][i]], resemblance[i],
            *(c[i] for c in columns[8:])))


def follow(found: Iterable[Removal]) -> list[Removal]:
    """All removals of a corpus, with the witnesses that stay.

    A witness that goes leads to its own; the one at the end stays, and says all
    of it.
    """
    all_of_them = list(found)
    gone = {(r.document, r.unit_begin): r for r in all_of_them}
    return [_last(r, gone) for r in all_of_them]


def _last(r: Removal, gone: dict[tuple[int, int], Removal]) -> Removal:
    if r.reason == "listed":
        return r
    at = (r.witness, r.witness_offset, r.witness_line)
    for _ in range(len(gone)):
        next_one = gone.get(at[:2])
        if next_one is None:
            break
        at = (next_one.witness, next_one.witness_offset,
              next_one.witness_line)
    return r._replace(witness=at[0], witness_offset=at[1], witness_line=at[2])


# All steps, with what they exchange in files.

_PACK = struct.Struct("<QQ")


def _write(path: Path, data: Iterable[bytes]) -> None:
    """All of it, or nothing: also where two do the same at a time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(part, "wb") as file:
            file.writelines(data)
        os.replace(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


def _pack(path: Path, blobs: dict[int, bytes]) -> None:
    """Blobs by number: how many, each number and length, then the bytes."""
    head = [struct.pack("<Q", len(blobs))]
    head += [_PACK.pack(number, len(b)) for number, b in blobs.items()]
    _write(path, head + list(blobs.values()))


def _unpack(path: Path, number: int) -> list[bytes]:
    """The blob of this number, if there is one."""
    with open(path, "rb") as file:
        n = struct.unpack("<Q", file.read(8))[0]
        at = 8 + n * _PACK.size
        for key, size in _PACK.iter_unpack(file.read(n * _PACK.size)):
            if key == number:
                file.seek(at)
                return [file.read(size)]
            at += size
    return []


class Folder:
    """All steps of a corpus of n splits, with what they exchange in files.

    Each method may run in another process, as soon as those before it are done
    for all splits, and be tried again. It asks for a split's texts only when it
    needs them, and memory is that of one split and what it has to know:

        job = Folder("work", plan, splits=n)
        for i in range(n): job.scan(i, read(i))
        for b in range(plan.buckets): job.match(b)
        for i in range(n): job.rows(i, read(i))
        then, for turn = 1, 2, ... until job.is_done(turn):
            for i in range(n): job.judge(i, read(i), turn)
            for b in range(plan.buckets): job.match(b, turn)
        for i in range(n): write(job.cut(i, read(i)))

    run() does these. Where it is not known how many turns it takes, further ones
    do no harm.
    """

    def __init__(self, path: str | os.PathLike[str], plan: Plan, splits: int
                 ) -> None:
        self.path, self.plan, self.splits = Path(path), plan, splits
        same = f"{plan.identity} {splits} {plan.buckets}".encode()
        if not (self.path / "plan").exists():
            _write(self.path / "plan", [same])
        if (self.path / "plan").read_bytes() != same:
            raise ValueError(f"{path}: made with another plan; give an empty "
                             "folder")

    def scan(self, split: int, texts: Any) -> None:
        _pack(self._of("asks", 0, split), scan(self.plan, split, texts))

    def match(self, bucket: int, turn: int = 0) -> None:
        asks: list[bytes] = []
        for split in range(self.splits):
            asks += _unpack(self._newest("asks", turn, split), bucket)
        links, facts = match(asks)
        if turn == 0:
            _pack(self._of("links", 0, bucket), links)
        _pack(self._of("facts", turn, bucket), facts)

    def rows(self, split: int, texts: Any) -> None:
        links: list[bytes] = []
        for bucket in range(self.plan.buckets):
            links += _unpack(self._of("links", 0, bucket), split)
        _pack(self._of("rows", 0, split), rows(
            self.plan, split, _called(texts) if links else [], links))

    def judge(self, split: int, texts: Any, turn: int) -> bool:
        """True: its facts have changed, and it was judged. 'texts' may be a
        function that reads them, which is called only then."""
        facts = self._facts(split, turn - 1)
        now = digest(facts)
        if turn > 1 and now == digest(self._facts(split, turn - 2)):
            return False
        known = facts
        for owner in range(split):
            known += _unpack(self._of("rows", 0, owner), split)
        found, asks = judge(self.plan, split, _called(texts), known)
        _write(self._of("found", turn, split), [found])
        _pack(self._of("asks", turn, split), asks)
        return True

    def is_done(self, turn: int) -> bool:
        """After match() of this turn: are all answered as they were before?"""
        return all(self.is_settled(split, turn)
                   for split in range(self.splits))

    def is_settled(self, split: int, turn: int) -> bool:
        return turn > 0 and (digest(self._facts(split, turn))
                             == digest(self._facts(split, turn - 1)))

    def found(self, split: int) -> bytes:
        """What goes of a split: right when is_done()."""
        turn = max(int(p.name) for p in (self.path / "found").iterdir())
        return self._newest("found", turn, split).read_bytes()

    def cut(self, split: int, texts: Any) -> Any:
        return cut(texts, self.found(split))

    def removals(self) -> Iterator[Removal]:
        for split in range(self.splits):
            yield from removals(split, self.found(split))

    def run(self, read: Callable[[int], Any]) -> int:
        """All steps here, one split after another: how many turns it took.

        read(i) gives the texts of split i, each time the same.
        """
        for split in range(self.splits):
            self.scan(split, read(split))
        self.match_all()
        for split in range(self.splits):
            self.rows(split, lambda: read(split))
        # Each turn settles one more split at least.
        for turn in range(1, self.splits + 2):
            for split in range(self.splits):
                self.judge(split, lambda: read(split), turn)
            self.match_all(turn)
            if self.is_done(turn):
                return turn
        raise RuntimeError("the answers do not come to rest")

    def match_all(self, turn: int = 0) -> None:
        for bucket in range(self.plan.buckets):
            self.match(bucket, turn)

    def _of(self, what: str, turn: int, number: int) -> Path:
        return self.path / what / str(turn) / str(number)

    def _newest(self, what: str, turn: int, number: int) -> Path:
        while turn > 0 and not self._of(what, turn, number).exists():
            turn -= 1
        return self._of(what, turn, number)

    def _facts(self, split: int, turn: int) -> list[bytes]:
        facts: list[bytes] = []
        for bucket in range(self.plan.buckets):
            facts += _unpack(self._of("facts", turn, bucket), split)
        return facts


def _called(texts: Any) -> Any:
    return texts() if callable(texts) else texts


if sys.byteorder != "little":
    raise ImportError("libdedup.cluster: little-endian machines only")
