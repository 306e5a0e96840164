"""Options: their names, ranges and defaults, as in dedup(1)."""

from __future__ import annotations

import os
from typing import Any, TypedDict

WORDS = {
    "unit": ("auto", "line", "paragraph", "document"),
    "scope": ("all", "document"),
    "keep": ("first", "none"),
    "on_full": ("pass", "fail"),
}
RANGES = {
    "min_words": (1, 1_000_000),
    "min_doc_words": (1, 1_000_000),
    "ngram": (1, 32),
    "threads": (0, 256),
    "seed": (0, 2**64 - 1),
}
FLAGS = ("exact", "fold_digits", "contained", "places")
SIZES = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


class Options(TypedDict, total=False):
    """What clean() and Deduper() take by name."""

    unit: str
    min_words: int
    exact: bool
    threshold: float
    ngram: int
    fold_digits: bool
    contained: bool
    scope: str
    keep: str
    boilerplate: int | float | str | None
    memory: int | str | None
    on_full: str
    min_doc_words: int | None
    threads: int
    seed: int | None
    places: bool


def _word(name: str, value: object) -> int:
    words = WORDS[name]
    if value not in words:
        raise ValueError(f"{name}={value!r}: it has to be one of "
                         + ", ".join(map(repr, words)))
    return words.index(str(value))


def _number(name: str, value: object) -> int:
    low, high = RANGES[name]
    if isinstance(value, bool) or not hasattr(value, "__index__"):
        raise ValueError(f"{name}={value!r}: it has to be a whole number")
    number = int(value.__index__())
    if not low <= number <= high:
        raise ValueError(f"{name}={value!r}: it has to be {low} to {high}")
    return number


def _share(name: str, value: object) -> float:
    try:
        share = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise ValueError(f"{name}={value!r}: it has to be a number") from None
    if not 0 < share <= 1:
        raise ValueError(f"{name}={value!r}: it has to be over 0, to 1")
    return share


def _boilerplate(value: object) -> dict[str, Any]:
    """N documents; a share of them: 0.1 or "10%"."""
    wrong = ValueError(f"boilerplate={value!r}: it has to be a number of "
                       "documents from 2, or a share of them such as '10%'")
    if isinstance(value, bool):
        raise wrong
    if isinstance(value, str) and value.endswith("%"):
        try:
            value = float(value[:-1]) / 100
        except ValueError:
            raise wrong from None
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if isinstance(value, float):
        if not 0 < value <= 1:
            raise wrong
        return {"boilerplate_share": value, "count": True}
    if not isinstance(value, int) or not 2 <= value < 2**32:
        raise wrong
    return {"boilerplate": value, "count": True}


def memory_size(value: object) -> int:
    """Bytes: a number, '4G' (K, M, G, T are KiB and so on), or '50%'."""
    wrong = ValueError(f"memory={value!r}: it has to be bytes, a size such as "
                       "'4G', or a share of the machine's such as '50%'")
    if value is None:
        return 0
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if not isinstance(value, str) or not value:
        raise wrong
    number, unit = value[:-1], value[-1].upper()
    try:
        if unit == "%":
            if not 0 < float(number) <= 100:
                raise wrong
            all_there_is = (os.sysconf("SC_PHYS_PAGES")
                            * os.sysconf("SC_PAGE_SIZE"))
            return int(all_there_is * float(number) / 100)
        size = (int(number) * SIZES[unit] if unit in SIZES else int(value))
    except ValueError:
        raise wrong from None
    if size <= 0:
        raise wrong
    return size


def take(given: dict[str, Any]) -> dict[str, Any]:
    """What the extension wants of what was given; ValueError."""
    core: dict[str, Any] = {}
    for name, value in given.items():
        if name in ("unit", "scope", "keep"):
            core[name] = _word(name, value)
        elif name == "on_full":
            _word(name, value)
        elif name == "memory":
            core[name] = memory_size(value)
        elif name == "threshold":
            core[name] = _share(name, value)
        elif name == "boilerplate":
            if value is not None:
                core.update(_boilerplate(value))
        elif name in FLAGS:
            core[name] = bool(value)
        elif value is not None or name not in ("seed", "min_doc_words"):
            core[name] = _number(name, value)
    return core
