"""Options: names, ranges, defaults and help are the library's, as in dedup(1).

Only the types of the library's options are here, in Options.
"""

from __future__ import annotations

import inspect
import textwrap
from typing import Any, Literal, NamedTuple, TypedDict, TypeVar, get_type_hints

from . import _core

T = TypeVar("T")


class Options(TypedDict, total=False):
    """What clean() and Deduper() take by name."""

    unit: Literal["auto", "line", "paragraph", "document"]
    min_words: int | None
    exact: bool
    threshold: float | None
    ngram: int | None
    fold_digits: bool
    contained: bool
    scope: Literal["all", "document"]
    keep: Literal["first", "none", "last"]
    boilerplate: int | float | str | None
    only: str | None
    against_ngram: int | None
    seed: int | None
    threads: int
    memory: int | str | None
    on_full: Literal["pass", "fail"]
    counts_only: bool
    min_doc_words: int | None
    places: bool


class Option(NamedTuple):
    """An option, as struct dedup_option of dedup.h has it."""

    name: str           # "min-words"
    letter: str         # "m", or ""
    arg: str | None     # what its value is called: "N"; None: it is a flag
    words: str | None   # "all document"
    least: int          # of a whole number
    most: int
    value: str          # its default, as it is typed; "": it is off
    help: str

    @property
    def keyword(self) -> str:
        return self.name.replace("-", "_")

    @property
    def default(self) -> Any:
        if self.arg is None:
            return False
        return int(self.value) if self.most > 0 and self.value else (
            self.value or None)


LIBRARY = {o.keyword: o for o in map(Option._make, _core.options)}

# Options that only this package has.
OWN = {o.keyword: o for o in (
    Option("on-full", "", "WHAT", "pass fail", 0, 0, "pass",
           "when memory is full: pass what is new with a warning, or fail"),
    Option("min-doc-words", "", "N", None, 1, 1_000_000, "",
           "remove all of a document of which fewer words are left"),
    Option("places", "", None, None, 0, 0, "",
           "remember where witnesses stand, for spans()"),
)}
ALL = LIBRARY | OWN
DEFAULTS: dict[str, Any] = {
    **{keyword: o.default for keyword, o in ALL.items()},
    "threads": 0, "memory": "50%", "places": True}


def _typed(value: object) -> str:
    """A value as a user types it; if it cannot be one, its repr is refused."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return repr(value)
    if hasattr(value, "__index__"):
        return str(value.__index__())
    try:
        return repr(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return repr(value)


def _is_share(keyword: str, value: object) -> bool:
    """boilerplate=0.1 is '10%', to the last bit."""
    return (keyword == "boilerplate" and isinstance(value, float)
            and 0 < value <= 1)


def wrong(keyword: str, value: object) -> str:
    """What is wrong with a value, or ""."""
    option = ALL[keyword]
    if option.arg is None or _is_share(keyword, value):
        return ""
    text = _typed(value)
    if "\0" in text:
        return "not text"
    if keyword in LIBRARY:
        return _core.check_option(option.name, text)
    if option.words is not None:
        return ("" if text in option.words.split() else
                "not " + " or ".join(option.words.split()))
    if text.isascii() and text.isdecimal() and (
            option.least <= int(text) <= option.most):
        return ""
    return f"not a whole number from {option.least} to {option.most}"


def complete(given: Options) -> dict[str, Any]:
    """With defaults; TypeError: there is no such option. ValueError."""
    for keyword in given:
        if keyword not in ALL:
            raise TypeError(f"unexpected keyword argument {keyword!r}")
    options = DEFAULTS | {keyword: value for keyword, value in given.items()
                          if value is not None or keyword == "memory"}
    for keyword, value in options.items():
        why = "" if value is None else wrong(keyword, value)
        if why:
            raise ValueError(f"{keyword}={value!r}: {why}")
    return options


def typed(options: dict[str, Any]) -> dict[str, str | None]:
    """Those of the library as a user types them; a flag that is set is None."""
    to: dict[str, str | None] = {}
    for keyword, option in LIBRARY.items():
        value = options[keyword]
        if _is_share(keyword, value):
            continue
        if option.arg is None:
            to |= {option.name: None} if value else {}
        elif value is not None:
            to[option.name] = _typed(value)
    return to


def core(options: dict[str, Any]) -> _core.Deduper:
    """The extension's object for such options."""
    share = options["boilerplate"]
    return _core.Deduper(
        typed(options), share if _is_share("boilerplate", share) else 0.0,
        bool(options["places"]), int(options["min_doc_words"] or 0))


# For help() and inspect.

def signature() -> inspect.Signature:
    types = get_type_hints(Options)
    return inspect.Signature([
        inspect.Parameter(keyword, inspect.Parameter.KEYWORD_ONLY,
                          default=DEFAULTS[keyword],
                          annotation=types.get(keyword, Any))
        for keyword in ALL])


def documented(thing: T) -> T:
    """Put the options where its docstring has {options}."""
    if thing.__doc__ is not None:       # it is with python -OO
        lines = [textwrap.fill(f"{keyword:<15} {DEFAULTS[keyword]!r}; {o.help}",
                               76, subsequent_indent=16 * " ")
                 for keyword, o in ALL.items()]
        text = textwrap.indent("\n".join(lines), 4 * " ")
        thing.__doc__ = thing.__doc__.replace("    {options}", text)
    return thing
