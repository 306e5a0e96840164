"""What is removed from a document: Span, Witness, and where in characters."""

from __future__ import annotations

from typing import Any, Iterable, Mapping, NamedTuple

from . import _core


class Witness(NamedTuple):
    """The copy that stays, which a removal rests on."""

    document: int | None
    """Its row, from 0, over all columns that the Deduper was given; if it is in
    a table, its number there. None: only a table's counts know it."""
    offset: int | None
    """In bytes of that document."""
    line: int | None
    """In that document, from 0."""
    table: int
    """0: it was read; i: the i-th table that was loaded has it."""


class Span(NamedTuple):
    """What is removed from a document: a unit, or a part of one in one piece."""

    offset: int
    """In bytes of the document's UTF-8; characters() makes characters of it."""
    length: int
    """In bytes, newlines included."""
    line: int
    """Of its first byte, from 0."""
    reason: str
    """'exact', 'near', 'similar', 'repeat', 'lead', 'contained', 'boilerplate',
    'listed' or 'heading': see dedup(1)."""
    resemblance: float
    """Similarity to the text that says it: 2M/(a+b), 0 to 1, if a and b words
    have M words in common, in order (Myers 1986). That text is the witness, or
    was removed and rests on the witness."""
    witness: Witness
    documents: int
    """For 'boilerplate': how many documents have it. Else 0."""
    separator_offset: int
    """Where blank lines begin that are removed too, right before or after."""
    separator_length: int
    """Bytes of these: 0 if there are none."""


_core.types(Span, Witness)


def characters(
    text: str, spans: Iterable[Span | Mapping[str, Any]]
) -> list[tuple[int, int]]:
    """Where spans begin and end in characters: ``text[begin:end]``.

    text    the document
    spans   of it, in order: from :meth:`Deduper.spans`, or dicts of Arrow's
            ``to_pylist()``

    >>> d = Deduper()
    >>> text = "Über dem Fluß lag Nebel.\\nEs war früh.\\nÜber dem Fluß lag Nebel."
    >>> [text[i:j] for i, j in characters(text, d.spans([text])[0])]
    ['Über dem Fluß lag Nebel.']
    """
    data = text.encode("utf-8", "surrogatepass")
    found: list[tuple[int, int]] = []
    byte = at = 0
    for span in spans:
        if isinstance(span, Span):
            offset, length = span.offset, span.length
        else:
            offset, length = span["offset"], span["length"]
        at += len(data[byte:offset].decode("utf-8", "surrogatepass"))
        size = len(data[offset:offset + length].decode("utf-8", "surrogatepass"))
        found.append((at, at + size))
        byte, at = offset + length, at + size
    return found
