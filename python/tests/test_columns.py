"""Columns that corpora have: in structs, of lists, of bytes."""

import pytest

import libdedup

pa = pytest.importorskip("pyarrow")


def documents(texts, n=3):
    """Lists of so many parts, with nulls, and empty ones."""
    lists = [texts[i:i + n] for i in range(0, len(texts), n)]
    return [None if i % 11 == 4 else [] if i % 11 == 7 else parts
            for i, parts in enumerate(lists)]


def joined(parts):
    return None if parts is None else "\n\n".join(
        p for p in parts if p is not None)


def want_lists(lists, **options):
    """By spans of the joined texts, byte by byte."""
    rows = libdedup.Deduper(**options).spans([joined(p) for p in lists])
    made = []
    for parts, spans in zip(lists, rows):
        gone = {b for s in spans for begin, n in [
            (s.offset, s.length), (s.separator_offset, s.separator_length)]
            for b in range(begin, begin + n)}
        at, new = 0, []
        for part in parts or []:
            if part is None:
                new.append(None)
                continue
            data = part.encode()
            new.append(bytes(x for i, x in enumerate(data, at)
                             if i not in gone).decode())
            at += len(data) + 2
        made.append(None if parts is None else new)
    return made


LISTS = [pa.list_(pa.string()), pa.large_list(pa.large_string()),
         pa.list_(pa.string_view()), pa.list_(pa.binary())]


def encoded(lists):
    return [None if parts is None else
            [None if p is None else p.encode() for p in parts]
            for parts in lists]


@pytest.mark.parametrize("type_", LISTS, ids=str)
@pytest.mark.parametrize("options", [{}, {"unit": "document"}], ids=str)
def test_each_item_of_a_list_is_a_part_of_its_document(some, type_, options):
    lists = documents(some)
    lists += lists[:9]
    want = want_lists(lists, **options)
    assert want != lists
    if pa.types.is_binary(type_.value_type):
        lists, want = encoded(lists), encoded(want)
    array = pa.array(lists, type_)
    table = pa.table({"id": range(len(lists)), "text": array})
    for given in (array, pa.chunked_array([array.slice(0, 50),
                                           array.slice(50)])):
        got = libdedup.clean(given, **options)
        got.validate(full=True)
        assert got.type == type_ and got.to_pylist() == want
    got = libdedup.clean(table, **options)
    got.validate(full=True)
    assert got.schema == table.schema and got["text"].to_pylist() == want
    # As Python has it.
    for rows in ([{"text": v} for v in lists], {"text": lists}):
        got = libdedup.clean(rows, **options)
        assert (got["text"] if isinstance(got, dict)
                else [r["text"] for r in got]) == want


@pytest.mark.parametrize("begin, n", [(0, 5), (3, 40), (11, 1), (20, 0)])
def test_a_slice_of_lists(some, begin, n):
    lists = documents(some)
    array = pa.array(lists).slice(begin, n)
    got = libdedup.clean(array)
    got.validate(full=True)
    assert got.to_pylist() == want_lists(lists[begin:begin + n])


def test_lists_of_a_fixed_size(some):
    lists = [None if i % 9 == 2 else [t, some[-1 - i]]
             for i, t in enumerate(some[:100])]
    array = pa.array(lists, pa.list_(pa.string(), 2))
    for given, rows in ((array, lists), (array.slice(30), lists[30:])):
        got = libdedup.clean(given)
        got.validate(full=True)
        assert got.to_pylist() == want_lists(rows)


def test_marks_of_lists(some):
    lists = documents(some)
    want = [bool(joined(old)) and not any(new or []) and any(old)
            for old, new in zip(lists, want_lists(lists, min_words=1))]
    assert libdedup.mark(pa.array(lists), unit="auto").to_pylist() == want
    assert libdedup.mark([{"text": v} for v in lists], unit="auto") == want


def messages(some):
    return [None if parts is None else
            [{"role": "user", "content": p} if i % 5 else None
             for i, p in enumerate(parts)]
            for parts in documents(some, 4)]


def test_messages(some):
    rows = messages(some)
    lists = [None if r is None else [m and m["content"] for m in r]
             for r in rows]
    want = want_lists(lists)
    table = pa.table({"messages": rows, "id": range(len(rows))})
    for given in (table, pa.concat_tables([table.slice(0, 7), table.slice(7)])):
        got = libdedup.clean(given, "messages.content")
        got.validate(full=True)
        assert got.schema == table.schema
        assert [None if r is None else [m and m["content"] for m in r]
                for r in got["messages"].to_pylist()] == want
        assert [None if r is None else [m and m["role"] for m in r]
                for r in got["messages"].to_pylist()] == [
            None if r is None else [m and m["role"] for m in r] for r in rows]
    got = libdedup.clean(table.to_pylist(), "messages.content")
    assert [None if r["messages"] is None else
            [m and m["content"] for m in r["messages"]] for r in got] == want
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({"messages": rows})
    got = libdedup.clean(frame, "messages.content")
    assert [None if r is None else [m and m["content"] for m in r]
            for r in got["messages"]] == want


def test_a_field_of_a_struct(some):
    rows = [None if i % 17 == 3 else {"n": i, "text": t}
            for i, t in enumerate(some)]
    texts = [r and r["text"] for r in rows]
    want = libdedup.clean(texts)
    table = pa.table({"meta": rows})
    for given in (table, table.slice(0)):
        got = libdedup.clean(given, "meta.text")
        got.validate(full=True)
        assert [r and r["text"] for r in got["meta"].to_pylist()] == want
        assert [r and r["n"] for r in got["meta"].to_pylist()] == [
            r and r["n"] for r in rows]
    got = libdedup.clean(table.slice(20), "meta.text")
    assert [r and r["text"] for r in got["meta"].to_pylist()
            ] == libdedup.clean(texts[20:])
    deep = pa.table({"a": [{"b": {"c": t}} for t in some]})
    assert [r["b"]["c"] for r in libdedup.clean(deep, "a.b.c")["a"].to_pylist()
            ] == libdedup.clean(some)
    dotted = pa.table({"meta.text": some, "meta": [{"text": "x"}] * len(some)})
    got = libdedup.clean(dotted, "meta.text")
    assert got["meta.text"].to_pylist() == libdedup.clean(some)
    assert got["meta"].to_pylist() == dotted["meta"].to_pylist()
    for name in ("polars", "datasets"):
        module = pytest.importorskip(name)
        make = (module.DataFrame if name == "polars"
                else module.Dataset.from_dict)
        got = libdedup.clean(make({"meta": rows}), "meta.text")
        assert [(r or {}).get("text") for r in got["meta"]] == want
    pd = pytest.importorskip("pandas")
    for frame in (table.to_pandas(),
                  table.to_pandas(types_mapper=pd.ArrowDtype)):
        got = libdedup.clean(frame, "meta.text")
        assert [None if not isinstance(r, dict) else r["text"]
                for r in got["meta"]] == want


def test_no_such_field():
    table = pa.table({"meta": [{"text": "a"}], "text": ["b"], "n": [[1]]})
    for column, error, words in [
            ("meta.body", KeyError, "no column 'body'; there are: text"),
            ("text.body", KeyError, "'body' is no field of a struct"),
            ("meta", TypeError, "is struct"), ("n", TypeError, "is int64"),
            ("met", KeyError, "there are: meta, text, n")]:
        with pytest.raises(error, match=words):
            libdedup.clean(table, column)
    with pytest.raises(TypeError, match="no field of a str"):
        libdedup.clean([{"meta": "a"}], "meta.text")
    with pytest.raises(KeyError, match="there are: body"):
        libdedup.clean({"body": ["a"]}, "meta.text")


@pytest.mark.parametrize("type_", [pa.binary(), pa.large_binary(),
                                   pa.binary_view(),
                                   pa.dictionary(pa.int32(), pa.binary())],
                         ids=str)
def test_binary(some, type_):
    data = [None if t is None else t.encode() for t in some]
    want = [None if t is None else t.encode() for t in libdedup.clean(some)]
    array = pa.array(data, pa.binary())
    array = (array.dictionary_encode() if pa.types.is_dictionary(type_)
             else array.cast(type_))
    got = libdedup.clean(array)
    got.validate(full=True)
    assert got.type == type_ and got.to_pylist() == want
    assert libdedup.clean(data) == want


def test_bytes_that_are_no_unicode():
    line = b"\xff\xfe one two three four five six\n"
    assert libdedup.clean([line, b"\x80 other words\n" + line]) == [
        line, b"\x80 other words\n"]
    assert libdedup.clean(pa.array([line, line])).to_pylist() == [line, b""]


def test_frames_whose_names_are_no_strings(some):
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame({0: some, (1, "a"): range(len(some))})
    got = libdedup.clean(frame, 0)
    assert [None if pd.isna(t) else t for t in got[0]] == libdedup.clean(some)
    assert list(got.columns) == [0, (1, "a")]
    with pytest.raises(KeyError, match="no column 1; there are: 0"):
        libdedup.clean(frame, 1)


def test_numpy_arrays(some):
    np = pytest.importorskip("numpy")
    full = [t or "x" for t in some]
    want = libdedup.clean(full)
    for array in (np.array(full), np.array(full, dtype=object)):
        got = libdedup.clean(array)
        assert got.dtype == array.dtype and got.tolist() == want
        batch = libdedup.clean({"text": array, "id": np.arange(len(full))},
                               drop_empty=True)
        assert isinstance(batch["id"], np.ndarray)
        assert batch["text"].tolist() == libdedup.clean(full, drop_empty=True)


def test_numbers_of_other_packages():
    np = pytest.importorskip("numpy")
    a = libdedup.Deduper(min_words=np.int64(3), threads=np.uint8(1),
                         threshold=np.float32(0.5), memory="4GB")
    assert "min_words=" in repr(a) and "memory='4GB'" in repr(a)
    assert libdedup.clean(["a b c d e f"] * 2, boilerplate=np.int32(2)) == [
        "", ""]
