"""What people hold that is no column: rows as dicts are rows, and everything else
that can be iterated is refused. Nothing is taken to pieces."""

import collections
import io
import json

import pytest

import libdedup

LINE = "The bridge is open again today, they said."


@pytest.fixture(scope="module")
def rows(some):
    return [None if i % 50 == 7 else {"id": i, "text": t, "more": [i]}
            for i, t in enumerate(some)]


@pytest.fixture(scope="module")
def want(rows):
    texts = libdedup.clean([r and r["text"] for r in rows])
    return [r and {**r, "text": t} for r, t in zip(rows, texts)]


def test_rows_give_rows(rows, want):
    before = json.dumps(rows)
    got = libdedup.clean(rows)
    assert isinstance(got, list) and got == want
    assert json.dumps(rows) == before       # what was given is not changed
    assert libdedup.clean(tuple(rows)) == tuple(want)


def test_an_iterator_of_rows_is_read_as_its_result_is(rows, want):
    read = []

    def source():
        for row in rows * 10:
            read.append(row)
            yield row

    got = libdedup.clean(source())
    assert not read
    first = next(got)
    assert first == want[0] and len(read) <= 1001
    assert [first, *got][:len(want)] == want
    assert list(libdedup.clean(iter(rows), boilerplate=3)) == libdedup.clean(
        rows, boilerplate=3)


def test_rows_with_nothing_left_may_be_left_out(rows, want):
    kept = [new for old, new in zip(rows, want)
            if not old or new["text"] or not old["text"]]
    assert 0 < len(kept) < len(rows)
    assert libdedup.clean(rows, drop_empty=True) == kept
    assert list(libdedup.clean(iter(rows), drop_empty=True)) == kept


def test_a_row_without_the_column_is_one_without_a_text():
    given = [{"text": LINE}, {"title": LINE}, None, {"text": None},
             {"text": LINE}]
    want = [*given[:-1], {"text": ""}]
    assert libdedup.clean(given) == want
    assert list(libdedup.clean(iter(given))) == want
    # In batches: one of which has no such row.
    many = given + [{"title": "x"}] * 3000
    assert list(libdedup.clean(iter(many))) == want + many[5:]
    for wrong in (given, iter(given)):
        with pytest.raises(KeyError, match="there are: text, title"):
            list(libdedup.clean(wrong, "body"))


def test_the_same_words_of_every_method(rows):
    for method in ("read", "reference"):
        a, b = libdedup.Deduper(), libdedup.Deduper()
        getattr(a, method)(rows)
        getattr(b, method)([r and r["text"] for r in rows])
        assert a.stats["documents"] == b.stats["documents"]
        assert a.clean([LINE]) == b.clean([LINE])
    assert libdedup.Deduper().spans(rows) == libdedup.Deduper().spans(
        [r and r["text"] for r in rows])


class Letters:
    """An Iterable, as many packages have their own."""

    def __iter__(self):
        return iter([LINE, LINE])


@pytest.mark.parametrize("data, words", [
    (LINE, "one text is no column: give a list"),
    ({"text": LINE}, "one row is no column. Give it batches"),
    ({"id": 1, "text": None}, "is a NoneType, not a list"),
    ({LINE}, "of type set"), (frozenset([LINE]), "of type frozenset"),
    ({"a": 1}.keys(), "of type dict_keys"),
    ({"text": 1}.values(), "of type dict_values"),
    (collections.deque([LINE]), "of type deque"), (Letters(), "of type Letters"),
    (io.StringIO(LINE), "an open file"), (range(3), "of type range"),
    ([{"text": LINE}, LINE], "row 1 is of type str"),
    ([LINE, {"text": LINE}], "row 0 is of type str"),
    (iter([("a", LINE)]), "an iterator of tuples"),
], ids=lambda x: type(x).__name__)
def test_what_is_no_column_is_refused(data, words):
    for method in ("clean", "spans", "read", "reference", "mark", "explain"):
        if hasattr(data, "__next__") and method != "clean":
            continue
        with pytest.raises(TypeError, match=words.replace("(", r"\(")):
            made = getattr(libdedup.Deduper(), method)(data)
            list(made)


def test_frames_as_rows(some):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"id": range(len(some)), "text": some})
    want = libdedup.clean(some)
    assert [r["text"] for r in libdedup.clean(frame.to_dicts())] == want
    assert [r["text"] for r in libdedup.clean(frame.iter_rows(named=True))
            ] == want
    with pytest.raises(TypeError, match="iter_rows.named=True"):
        list(libdedup.clean(frame.iter_rows()))


def test_rows_of_a_data_set(some):
    datasets = pytest.importorskip("datasets")
    rows = datasets.Dataset.from_dict({"text": some})
    want = libdedup.clean(some)
    assert [r["text"] for r in libdedup.clean(iter(rows))] == want
    assert libdedup.clean(rows["text"]) == want
    with pytest.raises(TypeError, match="batched=True"):
        rows.map(libdedup.clean)
    deduper = libdedup.Deduper()
    with pytest.raises(TypeError, match="batched=True"):
        rows.map(deduper.clean)


def test_frames_that_are_many(some):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"text": some})
    with pytest.raises(TypeError, match="DataFrameGroupBy"):
        libdedup.clean(frame.groupby("text"))
    dask = pytest.importorskip("dask.dataframe")
    many = dask.from_pandas(frame, npartitions=3)
    for wrong in (many, many["text"]):
        with pytest.raises(TypeError, match="dask collection"):
            libdedup.clean(wrong)
    # Its partitions, in order, are one corpus.
    deduper = libdedup.Deduper()
    made = [deduper.clean(part.compute()) for part in many.partitions]
    assert [None if pd.isna(t) else t for part in made for t in part["text"]
            ] == libdedup.clean(some)


def test_csv_in_chunks(some, tmp_path):
    pd = pytest.importorskip("pandas")
    texts = [t or "x" for t in some]
    path = tmp_path / "a.csv"
    pd.DataFrame({"id": range(len(texts)), "text": texts}).to_csv(path,
                                                                  index=False)
    texts = pd.read_csv(path)["text"].tolist()
    with pd.read_csv(path, chunksize=37) as reader:
        got = list(libdedup.clean(reader))
    assert all(isinstance(part, pd.DataFrame) for part in got)
    assert [t for part in got for t in part["text"]] == libdedup.clean(texts)
