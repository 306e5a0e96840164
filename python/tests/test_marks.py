"""Rows as documents: marks, groups, and what was removed as a table."""

import pytest

import libdedup

LINE = "The bridge is open again today, they said."
TEXTS = [LINE, "It rained.", None, LINE.upper(), "", "It rained", "", "Paris",
         "Paris (France)", f"“{LINE}”"]
MARKS = [False, False, False, True, False, True, False, False, False, True]
GROUPS = [0, 1, 2, 0, 4, 1, 6, 7, 8, 0]


def kinds(texts):
    """(the same texts as another kind, a column of it as a list)."""
    yield texts, list
    yield tuple(texts), list
    yield iter(texts), list
    yield [t if t is None else {"text": t} for t in texts], list
    yield {"text": texts}, list
    yield [t if t is None else t.encode() for t in texts], list
    for name, make, back in [
            ("pyarrow", lambda m: m.table({"text": texts}), "to_pylist"),
            ("pyarrow", lambda m: m.array(texts), "to_pylist"),
            ("pyarrow", lambda m: m.table({"text": texts}).to_reader(),
             "to_pylist"),
            ("pandas", lambda m: m.DataFrame({"text": texts}), "tolist"),
            ("pandas", lambda m: m.Series(texts, index=range(5, 15)), "tolist"),
            ("polars", lambda m: m.DataFrame({"text": texts}), "to_list"),
            ("polars", lambda m: m.Series(texts), "to_list"),
            ("datasets", lambda m: m.Dataset.from_dict({"text": texts}), None)]:
        try:
            module = __import__(name)
        except ImportError:
            continue
        yield make(module), (lambda x, back=back: getattr(x, back)()
                             if back else list(x))


def test_marks_of_every_kind():
    for data, back in kinds(TEXTS):
        assert back(libdedup.mark(data)) == MARKS, type(data)


def test_groups_of_every_kind():
    for data, back in kinds(TEXTS):
        assert back(libdedup.groups(data)) == GROUPS, type(data)


def test_marks_are_what_is_removed_and_groups_what_stays(texts):
    texts = texts + [t.upper() for t in texts[:50]] + [
        t.replace("the", "this") for t in texts[50:150]]
    marks = libdedup.mark(texts, min_words=5)
    kept = libdedup.clean(texts, unit="document")
    assert marks == [new == "" and old != "" for old, new in zip(texts, kept)]
    groups = libdedup.groups(texts, min_words=5)
    for i, (mark, row) in enumerate(zip(marks, groups)):
        assert (row == i) != mark
        assert not marks[row]           # it is one that stays
    similar = libdedup.mark(texts, threshold=0.5, min_words=5)
    assert sum(similar) > sum(marks) > 0


def test_marks_with_other_units_are_rows_with_nothing_left(some):
    kept = libdedup.clean(some, min_words=1)
    assert libdedup.mark(some, unit="auto") == [
        bool(old) and new == "" for old, new in zip(some, kept)]


def test_marks_beside_other_texts():
    assert libdedup.mark(TEXTS, against=["It rained."]) == [
        t is not None and t.startswith("It") or m for t, m in zip(TEXTS, MARKS)]


@pytest.mark.parametrize("options", [
    {"keep": "none"}, {"boilerplate": 3}, {"unit": "line"},
    {"min_doc_words": 3}])
def test_no_group_without_a_row_that_stays(options):
    with pytest.raises(ValueError, match="groups()"):
        libdedup.groups(TEXTS, **options)


COLUMNS = ["row", "offset", "length", "line", "reason", "similarity",
           "copy_row", "copy_offset", "copy_line", "copy_table", "documents",
           "text"]


def as_spans(texts):
    return [(row, s.offset, s.length, s.line, s.reason, s.resemblance,
             *s.witness, s.documents,
             texts[row].encode()[s.offset:s.offset + s.length].decode())
            for row, spans in enumerate(libdedup.Deduper().spans(texts))
            for s in spans]


def test_explain_says_what_spans_say(some):
    pa = pytest.importorskip("pyarrow")
    want = as_spans(some)
    chunks = pa.chunked_array([some[:100], some[100:101], some[101:]])
    for data in (some, iter(some), pa.array(some), chunks,
                 pa.table({"text": chunks}), [{"text": t} for t in some]):
        got = libdedup.explain(data)
        got.validate(full=True)
        assert got.column_names == COLUMNS
        assert [tuple(r.values()) for r in got.to_pylist()] == want


def test_explain_gives_a_table_of_the_same_package(some):
    pd = pytest.importorskip("pandas")
    pl = pytest.importorskip("polars")
    want = as_spans(some)
    got = libdedup.explain(pl.DataFrame({"text": some}))
    assert isinstance(got, pl.DataFrame) and got.rows() == want
    got = libdedup.explain(pd.DataFrame({"text": some}))
    assert isinstance(got, pd.DataFrame)
    assert list(got.itertuples(index=False, name=None)) == want


def test_both_in_one_pass(some):
    pa = pytest.importorskip("pyarrow")
    for data in (some, pa.table({"text": some}), [{"text": t} for t in some]):
        made, why = libdedup.clean_and_explain(data)
        assert made == libdedup.clean(data)
        assert why.equals(libdedup.explain(data))
        deduper = libdedup.Deduper()
        assert deduper.clean_and_explain(data)[1].equals(why)
        assert deduper.stats["documents"] == sum(t is not None for t in some)
        # It is itself again.
        assert isinstance(deduper.spans(["x"]), list)
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict({"text": some})
    made, why = libdedup.clean_and_explain(rows)
    assert made["text"][:] == libdedup.clean(some)
    assert why.equals(libdedup.explain(some))
    with pytest.raises(TypeError, match="cleaned as it is read"):
        libdedup.clean_and_explain(iter(some))


def test_nothing_is_a_table_too():
    pytest.importorskip("pyarrow")
    for data in ([], iter([]), ["a"]):
        got = libdedup.explain(data)
        assert got.num_rows == 0 and got.column_names == COLUMNS


def test_bytes_are_explained_as_bytes():
    pytest.importorskip("pyarrow")
    got = libdedup.explain([b"\xff one two three four five"] * 2)
    assert got["text"].to_pylist() == [b"\xff one two three four five"]
