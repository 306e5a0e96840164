"""What the command gives is what the package gives, byte for byte."""

import json
import random

import pytest
from conftest import CHECKOUT, make_texts

import libdedup

OPTIONS = [
    {}, {"exact": True}, {"contained": True}, {"fold_digits": True},
    {"scope": "document"}, {"keep": "none"}, {"boilerplate": 3},
    {"boilerplate": "2%"}, {"unit": "line"}, {"unit": "paragraph"},
    {"unit": "document"}, {"min_words": 3}, {"ngram": 2},
    {"threshold": 0.7}, {"keep": "none", "boilerplate": 4},
    {"keep": "last"}, {"only": "exact,lead"},
]


def as_arguments(options):
    arguments = []
    for name, value in options.items():
        name = "--" + name.replace("_", "-")
        arguments.append(name if value is True else f"{name}={value}")
    return arguments


def named(options):
    return " ".join(as_arguments(options)) or "defaults"


@pytest.mark.parametrize("options", OPTIONS, ids=named)
@pytest.mark.parametrize("threads", [1, 2])
def test_clean_is_what_the_command_gives(texts, command, options, threads):
    want, _ = command(texts, *as_arguments(options))
    assert libdedup.clean(texts, threads=threads, **options) == want


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("options", [{}, {"boilerplate": 3}], ids=named)
def test_short_documents_go_as_by_the_command(texts, command, options, threads):
    want, _ = command(texts, "--min-doc-words=20", *as_arguments(options))
    assert 0 < len(want) < len(texts)
    assert libdedup.clean(texts, min_doc_words=20, threads=threads,
                          drop_empty=True, **options) == want
    pa = pytest.importorskip("pyarrow")
    assert libdedup.clean(pa.array(texts), min_doc_words=20, threads=threads,
                          drop_empty=True, **options).to_pylist() == want


def test_any_seed_of_documents(command):
    for seed in range(2, 6):
        texts = make_texts(300, seed)
        want, _ = command(texts)
        assert libdedup.clean(texts, seed=seed) == want


def test_planted(command):
    path = CHECKOUT.parent / "shared" / "planted" / "docs.jsonl"
    if not path.exists():
        pytest.skip("there is no planted/docs.jsonl")
    with open(path, encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    want, _ = command(texts)
    for threads in (1, 2):
        assert libdedup.clean(texts, threads=threads) == want


@pytest.mark.parametrize("threads", [1, 2])
def test_any_batching_gives_the_same(texts, threads):
    want = libdedup.clean(texts)
    for seed in range(3):
        source = random.Random(seed)
        deduper = libdedup.Deduper(threads=threads)
        got, at = [], 0
        while at < len(texts):
            n = source.choice([1, 2, 7, 100, 1000])
            got += deduper.clean(texts[at:at + n])
            at += n
        assert got == want


def test_spans_are_those_of_the_log(texts, command):
    _, log = command(texts)
    found = libdedup.Deduper().spans(texts)
    got = [(row + 1, s.line + 1, s.offset, s.length, s.reason,
            f"{s.resemblance:.4f}", s.witness.document + 1, s.witness.offset)
           for row, spans in enumerate(found) for s in spans]
    assert got == [
        (r["record"], r["line"], r["offset"], r["length"], r["reason"],
         f"{r['similarity']:.4f}", r["witness"]["record"],
         r["witness"]["offset"]) for r in log]


def test_against_is_reference(texts, command, tmp_path):
    reference, rest = texts[:200], texts[200:]
    path = tmp_path / "reference.jsonl"
    path.write_text("".join(json.dumps({"text": t}) + "\n"
                            for t in reference))
    want, _ = command(rest, f"--against={path}")
    deduper = libdedup.Deduper()
    deduper.reference(reference[:50])
    deduper.reference(reference[50:])
    assert deduper.clean(rest) == want


def test_tables_are_those_of_the_command(texts, command, tmp_path):
    before, after = texts[:500], texts[500:]
    table = tmp_path / "a.t"
    with libdedup.Deduper() as deduper:
        deduper.clean(before)
        deduper.save(table, labels=[f"n{i}" for i in range(len(before))])
    want, _ = command(after, f"--load={table}")
    deduper = libdedup.Deduper()
    deduper.load(table)
    spans = deduper.spans(after)
    known = [s for row in spans for s in row if s.witness.table == 1]
    assert known
    assert [deduper.label(1, s.witness.document) for s in known] == [
        f"n{s.witness.document}" for s in known]
    deduper = libdedup.Deduper()
    deduper.load(table)
    assert deduper.clean(after) == want


def test_text_that_is_no_unicode_comes_back(command):
    texts = ["lone \ud800 surrogate in a line of words\nand more\n",
             "lone \ud800 surrogate in a line of words\nelse"]
    got = libdedup.clean(texts)
    assert got == command(texts)[0]
    assert got[0] == texts[0]


def test_large_documents_are_cut_for_threads():
    texts = make_texts(400, seed=9)
    large = ["\n\n".join(texts), "\n\n".join(reversed(texts))]
    assert libdedup.clean(large, threads=2) == libdedup.clean(large, threads=1)

