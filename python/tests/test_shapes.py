"""What comes back has the shape, the type and the other columns of what came."""

import warnings

import pytest

import libdedup

pa = pytest.importorskip("pyarrow")

STRINGS = [pa.string(), pa.large_string(), pa.string_view(),
           pa.dictionary(pa.int32(), pa.string()),
           pa.dictionary(pa.int64(), pa.large_string()),
           pa.dictionary(pa.uint32(), pa.string())]


@pytest.fixture(scope="module")
def want(some):
    return libdedup.clean(some)


def column(texts, type_):
    if pa.types.is_dictionary(type_):
        return pa.array(texts, type_.value_type).dictionary_encode().cast(type_)
    return pa.array(texts, type_)


def table(texts, type_=None):
    """With columns of other kinds, metadata and a null in each."""
    n = len(texts)
    return pa.table({
        "id": range(n),
        "text": column(texts, type_ or pa.string()),
        "tags": [None if i % 7 == 0 else ["a", str(i)] for i in range(n)],
        "meta": [{"url": f"http://x/{i}", "n": i} for i in range(n)],
        "kind": pa.array(["a", "b"] * (n // 2)).dictionary_encode(),
    }).replace_schema_metadata({"who": "us"})


@pytest.mark.parametrize("type_", STRINGS, ids=str)
def test_array(some, want, type_):
    array = column(some, type_)
    got = libdedup.clean(array)
    got.validate(full=True)
    assert got.type == array.type and got.to_pylist() == want


@pytest.mark.parametrize("type_", STRINGS, ids=str)
def test_sliced(some, type_):
    array = column(some, type_).slice(3, 301)
    got = libdedup.clean(array)
    got.validate(full=True)
    assert got.to_pylist() == libdedup.clean(some[3:304])


@pytest.mark.parametrize("type_", STRINGS, ids=str)
def test_table_in_chunks(some, want, type_):
    given = table(some, type_)
    given = pa.concat_tables([given.slice(0, 1), given.slice(1, 150),
                              given.slice(151, 0), given.slice(151)])
    before = given.to_pylist()
    got = libdedup.clean(given)
    got.validate(full=True)
    assert got.schema.equals(given.schema, check_metadata=True)
    assert got["text"].to_pylist() == want
    assert got.drop(["text"]).equals(given.drop(["text"]))
    assert given.to_pylist() == before


def test_narrow_dictionary_gets_indices_of_32_bits(some, want):
    # More texts than a dictionary of 8 bits may have come out.
    array = pa.chunked_array(
        [pa.array(some[i:i + 90]).dictionary_encode().cast(
            pa.dictionary(pa.int8(), pa.string()))
         for i in range(0, len(some), 90)])
    got = libdedup.clean(array)
    got.validate(full=True)
    assert got.type == pa.dictionary(pa.int32(), pa.string())
    assert got.to_pylist() == want
    assert len(set(got.chunk(0).dictionary.to_pylist())) == len(
        got.chunk(0).dictionary)


def test_record_batch_and_struct_with_an_offset(some, want):
    batch = table(some).combine_chunks().to_batches()[0]
    got = libdedup.clean(batch)
    assert isinstance(got, pa.RecordBatch)
    assert got.column("text").to_pylist() == want
    struct = batch.to_struct_array().slice(10, 200)
    got = libdedup.clean(struct)
    got.validate(full=True)
    assert got.field("text").to_pylist()[-200:] == libdedup.clean(
        some[10:210])
    assert [r["id"] for r in got.to_pylist()] == list(range(10, 210))
    assert [r["text"] for r in got.to_pylist()] == libdedup.clean(
        some[10:210])


def test_reader_is_read_as_its_result_is(some, want):
    given = table(some)
    read = []

    def batches():
        for batch in given.to_batches(max_chunksize=100):
            read.append(batch.num_rows)
            yield batch

    got = libdedup.clean(pa.RecordBatchReader.from_batches(
        given.schema, batches()))
    assert isinstance(got, pa.RecordBatchReader) and not read
    first = got.read_next_batch()
    assert read == [100]
    assert (first["text"].to_pylist()
            + got.read_all()["text"].to_pylist()) == want


def test_column_of_nulls_stays():
    assert libdedup.clean(pa.array([None, None])).type == pa.null()
    given = pa.table({"text": pa.nulls(3)})
    assert libdedup.clean(given).equals(given)


@pytest.mark.parametrize("n", [0, 1])
def test_few_rows(n):
    given = pa.table({"text": ["a b c d e f"] * n}, schema=pa.schema(
        [("text", pa.string())]))
    assert libdedup.clean(given).equals(given)
    assert libdedup.clean(pa.chunked_array([], pa.string())).to_pylist() == []


def test_drop_empty_leaves_out_what_is_wholly_gone(some, want):
    stays = [i for i, (old, new) in enumerate(zip(some, want))
             if new or not old]
    assert len(stays) < len(some)
    got = libdedup.clean(table(some), drop_empty=True)
    assert got["id"].to_pylist() == stays
    assert libdedup.clean(some, drop_empty=True) == [want[i] for i in stays]
    got = libdedup.clean(pa.array(some), drop_empty=True)
    assert got.to_pylist() == [want[i] for i in stays]
    got = libdedup.clean({"text": some, "id": list(range(len(some)))},
                         drop_empty=True)
    assert got["id"] == stays


def test_lists_tuples_iterators_and_mappings(some, want):
    assert libdedup.clean(tuple(some)) == tuple(want)
    assert list(libdedup.clean(iter(some))) == want
    assert libdedup.clean({"text": some, "x": 1}) == {"text": want, "x": 1}
    tables = [table(some[:100]), table(some[100:])]
    got = list(libdedup.clean(iter(tables)))
    assert [t for g in got for t in g["text"].to_pylist()] == want
    got = libdedup.clean([some[:100], some[100:]])
    assert got[0] + got[1] == want


def test_text_that_stays_is_the_same_object(some):
    got = libdedup.clean(some)
    assert any(a is b for a, b in zip(got, some) if a)


class Protocol:
    """Nothing but the protocol, of a package that nobody knows."""

    def __init__(self, data):
        self.data = data

    def __arrow_c_stream__(self, requested_schema=None):
        return self.data.__arrow_c_stream__(requested_schema)


class ArrayProtocol:
    def __init__(self, data):
        self.data = data

    def __arrow_c_array__(self, requested_schema=None):
        return self.data.__arrow_c_array__(requested_schema)


def test_any_object_of_the_protocol_gives_one(some, want):
    got = libdedup.clean(Protocol(table(some)))
    assert isinstance(got, libdedup.Arrow) and len(got) == len(some)
    for _ in range(2):      # it may be taken again
        assert pa.table(got).equals(libdedup.clean(table(some)))
    assert "400 rows" in repr(got)
    got = libdedup.clean(ArrayProtocol(pa.array(some)))
    assert pa.array(got).to_pylist() == want
    assert libdedup.clean(Protocol(table(some)), boilerplate=3)


def test_buffers_outlive_what_they_came_from(some, want):
    got = libdedup.clean(Protocol(table(some)))
    batches = list(pa.table(got).to_batches())
    columns = [b.column("tags") for b in batches]
    expected = table(some)["tags"].to_pylist()
    del got, batches
    assert [x for c in columns for x in c.to_pylist()] == expected


def test_spans_as_arrow(some):
    listed = libdedup.Deduper().spans(some)
    for given in (pa.array(some), pa.chunked_array([some[:50], some[50:]]),
                  table(some)):
        got = libdedup.Deduper().spans(given)
        got.validate(full=True)
        assert isinstance(got, (pa.ListArray, pa.ChunkedArray))
        rows = got.to_pylist()
        assert [[(s["offset"], s["length"], s["reason"],
                  s["witness"]["document"]) for s in row] for row in rows] == [
            [(s.offset, s.length, s.reason, s.witness.document) for s in row]
            for row in listed]


def test_spans_and_separators_are_what_leaves(some, want):
    for text, kept, spans in zip(some, want, libdedup.Deduper().spans(some)):
        if text is None:
            continue
        data = text.encode()
        gone = set()
        for s in spans:
            gone |= set(range(s.offset, s.offset + s.length))
            gone |= set(range(s.separator_offset,
                              s.separator_offset + s.separator_length))
        assert bytes(b for i, b in enumerate(data) if i not in gone
                     ) == kept.encode()


def test_characters_are_those_of_the_bytes(some):
    rows = libdedup.Deduper().spans(pa.array(some)).to_pylist()
    for text, spans, dicts in zip(some, libdedup.Deduper().spans(some), rows):
        if text is None:
            continue
        data = text.encode()
        found = libdedup.characters(text, spans)
        assert found == libdedup.characters(text, dicts)
        assert [text[i:j].encode() for i, j in found] == [
            data[s.offset:s.offset + s.length] for s in spans]


def test_witnesses_count_rows_nulls_too(some):
    for spans in libdedup.Deduper().spans(some):
        for s in spans:
            text = some[s.witness.document].encode()
            assert text.count(b"\n", 0, s.witness.offset) == s.witness.line


# Packages.

def test_pandas(some, want):
    pd = pytest.importorskip("pandas")
    index = [f"r{i}" for i in range(len(some))]
    kinds = [object, "string[python]", "string[pyarrow]", "category",
             pd.ArrowDtype(pa.string()), pd.ArrowDtype(pa.large_string())]
    for kind in kinds:
        series = pd.Series(some, dtype=kind, index=index, name="body")
        got = libdedup.clean(series)
        assert [None if pd.isna(x) else x for x in got] == want
        assert list(got.index) == index and got.name == "body"
        assert kind == "category" or got.dtype == series.dtype
        frame = pd.DataFrame({"id": range(len(some)), "text": series})
        frame.attrs["source"] = "here"
        got = libdedup.clean(frame)
        assert [None if pd.isna(x) else x for x in got["text"]] == want
        assert got.drop(columns="text").equals(frame.drop(columns="text"))
        assert got.attrs == frame.attrs
        assert frame["text"].equals(series)
        got = libdedup.clean(frame, drop_empty=True)
        assert len(got) < len(frame) and set(got.index) <= set(index)
    missing = pd.Series(["a", float("nan"), None, pd.NA], dtype=object)
    got = libdedup.clean(missing)
    assert [type(x) for x in got] == [type(x) for x in missing]
    assert len(libdedup.Deduper().spans(frame)) == len(some)


def test_polars(some, want):
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"id": range(len(some)), "text": some})
    got = libdedup.clean(frame)
    assert got["text"].to_list() == want and got.schema == frame.schema
    assert got.drop("text").equals(frame.drop("text"))
    got = libdedup.clean(frame["text"])
    assert got.to_list() == want and got.name == "text"
    chunks = pl.concat([frame[:100], frame[100:]], rechunk=False)
    assert libdedup.clean(chunks)["text"].to_list() == want
    categories = frame.with_columns(pl.col("text").cast(pl.Categorical))
    got = libdedup.clean(categories)
    assert got["text"].cast(pl.String).to_list() == want
    assert got.schema == categories.schema
    values = pl.Enum(sorted({t for t in some if t is not None}))
    got = libdedup.clean(frame.with_columns(pl.col("text").cast(values)))
    assert got["text"].to_list() == want
    got = libdedup.clean(frame, drop_empty=True)
    assert got["text"].to_list() == libdedup.clean(some, drop_empty=True)
    assert libdedup.Deduper().spans(frame).len() == len(some)
    with pytest.raises(TypeError, match="collect"):
        libdedup.clean(frame.lazy())


def test_duckdb(some, want):
    duckdb = pytest.importorskip("duckdb")
    given = table(some)
    relation = duckdb.sql("select id, text from given order by id")
    if not hasattr(relation, "__arrow_c_stream__"):
        pytest.skip("this duckdb has no __arrow_c_stream__")
    got = libdedup.clean(relation)
    assert got["text"].to_pylist() == want
    got = libdedup.clean(duckdb.sql("select id, text from given order by id"),
                         boilerplate=3)
    assert got["text"].to_pylist() == libdedup.clean(some, boilerplate=3)


def test_nanoarrow(some, want):
    na = pytest.importorskip("nanoarrow")
    got = libdedup.clean(na.Array(some, na.string()))
    assert isinstance(got, na.Array) and got.to_pylist() == want
    got = libdedup.clean(na.ArrayStream(table(some)))
    assert isinstance(got, na.ArrayStream)
    assert pa.table(got)["text"].to_pylist() == want


def test_numpy(some, want):
    np = pytest.importorskip("numpy")
    got = libdedup.clean(np.array(some, dtype=object))
    assert isinstance(got, np.ndarray) and got.tolist() == want


def test_much_that_goes_is_told():
    line = "The same line of text in each of many documents.\n"
    with pytest.warns(RuntimeWarning, match="of the text was removed") as told:
        libdedup.clean([line] * 3000)
    assert told[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        libdedup.clean([line] * 2)
