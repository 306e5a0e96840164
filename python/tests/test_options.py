"""Options are the library's: what is taken, what is said, what help() tells."""

import inspect
import pydoc
import random
import subprocess
import sys

import pytest
from conftest import COMMAND

import libdedup
from libdedup import _core, _options

# As they are typed; most are right for one option and wrong for others.
VALUES = """auto line lines paragraph document all first none pass fail 0 1 2 3
    last 5 32 33 256 257 1000000 1000001 4294967295 4294967296
    18446744073709551615 18446744073709551616 -1 +1 00 007 1.0 0.5 .5 1. 1e-3
    1e-999 1.0000001 nan inf 0x1p-1 0,8 5% 100% 101% 0% .5% 5%% % 1e1% 10K 10k
    exact near,repeat exact,last 1M 1G 99999999999T 5X K 1.5G x 4GB 4gB 4GiB 4Gb 4B 4GBB""".split() + ["", " ", " 1", "1 ", "1\n"]


def typed_values():
    r = random.Random(1)
    return VALUES + ["".join(r.choices("0123456789.%eKG-", k=r.randint(1, 5)))
                     for _ in range(40)]


# What the command takes an option with only.
BESIDE = {"against-ngram": ["--against=/dev/null"]}


def said(name, value):
    """What the command says is wrong with a value, or "".

    It also says which value is the nearest, as the package does not.
    """
    got = subprocess.run([COMMAND, f"--{name}={value}", *BESIDE.get(name, [])],
                         text=True, stdin=subprocess.DEVNULL,
                         capture_output=True)
    if got.returncode == 0:
        return ""
    wrong, _ = got.stderr.splitlines()
    assert got.returncode == 2 and wrong.startswith(f"dedup: --{name}: ")
    return wrong.rsplit(": ", 1)[1].split("; did you mean ")[0]


@pytest.mark.parametrize("keyword", [k for k, o in _options.ALL.items()
                                     if o.arg is not None])
def test_command_library_and_package_take_the_same(keyword):
    if not COMMAND.exists():
        pytest.skip(f"the command is not built: {COMMAND}")
    option = _options.ALL[keyword]
    taken = 0
    for value in typed_values():
        why = said(option.name, value)
        assert why == _options.wrong(keyword, value), value
        if keyword in _options.LIBRARY:
            assert why == _core.check_option(option.name, value)
        if why:
            with pytest.raises(ValueError) as error:
                libdedup.Deduper(**{keyword: value})
            assert str(error.value) == f"{keyword}={value!r}: {why}"
        else:
            libdedup.Deduper(**{keyword: value})
            taken += 1
    assert taken > 0


@pytest.mark.parametrize("keyword, value, typed", [
    ("min_words", 8, "8"), ("ngram", 2, "2"), ("threshold", 0.7, "0.7"),
    ("boilerplate", 3, "3"), ("boilerplate", 0.02, "2%"),
    ("min_doc_words", 20, "20"), ("memory", 50000, "50000"),
    ("seed", 7, "7"), ("threads", 2, "2"),
])
@pytest.mark.filterwarnings("ignore:memory is full")
def test_a_value_may_be_typed(texts, keyword, value, typed):
    given = {"contained": True} if keyword == "ngram" else {}
    want = libdedup.clean(texts, **given, **{keyword: value})
    assert libdedup.clean(texts, **given, **{keyword: typed}) == want


def test_none_is_the_default(texts):
    for keyword in _options.ALL:
        if keyword != "memory":
            assert (repr(libdedup.Deduper(**{keyword: None}))
                    == repr(libdedup.Deduper())), keyword


def test_flags_are_shown_where_they_are_set():
    for keyword in ("exact", "fold_digits", "contained"):
        for value in (False, True):
            made = repr(libdedup.Deduper(**{keyword: value}))
            assert (f"{keyword}=True" in made) == value


def test_each_option_has_a_type_and_no_other():
    assert set(_options.Options.__annotations__) == set(_options.ALL)
    listed = {o[0] for o in _core.options}
    assert "places" not in listed
    assert set(_options.LIBRARY) == {
        name.replace("-", "_") for name in listed}


def test_the_signature_tells_the_defaults():
    parameters = inspect.signature(libdedup.Deduper).parameters
    assert list(parameters) == list(_options.ALL)
    assert {k: p.default for k, p in parameters.items()} == {
        "unit": "auto", "min_words": 5, "exact": False, "threshold": None,
        "ngram": 3, "fold_digits": False, "contained": False, "scope": "all",
        "keep": "first", "boilerplate": None, "only": None,
        "against_ngram": None, "seed": None, "threads": 0, "memory": "50%",
        "on_full": "pass", "min_doc_words": None, "places": True,
        "counts_only": False}
    assert all(p.annotation is not p.empty and p.kind is p.KEYWORD_ONLY
               for p in parameters.values())


@pytest.mark.parametrize("thing", [libdedup.clean, libdedup.Deduper])
def test_help_says_what_each_option_does(thing):
    text = " ".join(pydoc.render_doc(thing, renderer=pydoc.plaintext)
                    .replace("|", " ").split())
    for keyword, option in _options.ALL.items():
        help = " ".join(option.help.replace("|", " ").split())
        assert f"{keyword} " in text and help in text, keyword
    assert "{options}" not in text


def test_python_m_libdedup_has_each_option():
    pytest.importorskip("pyarrow")
    got = subprocess.run([sys.executable, "-m", "libdedup", "--help"],
                         text=True, capture_output=True, check=True).stdout
    text = " ".join(got.split())
    for keyword, option in _options.ALL.items():
        if keyword != "places":
            assert f"--{option.name}" in text and option.help in text
            assert f"-{option.letter}" in text
    assert "one a core (0)" in text and "(50%)" in text


@pytest.mark.parametrize("arguments, words", [
    (["-m", "0"], "--min-words: 0: not a whole number from 1 to 1000000"),
    (["-u", "word"], "--unit: word: not auto, line, paragraph or document"),
    (["--on-full=stop"], "--on-full: stop: not pass or fail"),
    (["--min-doc-words=x"], "--min-doc-words: x: not a whole number"),
    (["-x", "--exact=1"], "exact"),
])
def test_python_m_libdedup_says_what_the_command_says(arguments, words):
    got = subprocess.run([sys.executable, "-m", "libdedup", "a.parquet", "-o",
                          "out", *arguments], text=True, capture_output=True)
    assert got.returncode == 2 and words in got.stderr


def test_an_unknown_option_is_refused_by_name():
    with pytest.raises(TypeError, match="treshold"):
        libdedup.Deduper(treshold=0.8)
