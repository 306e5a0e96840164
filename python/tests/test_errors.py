"""Errors that say what is wrong, and never a column that is lost in silence."""

import pytest

import libdedup

LINE = "A line of text with words enough to count.\n"


@pytest.mark.parametrize("options, words", [
    ({"threshold": 1.5}, "threshold=1.5"),
    ({"threshold": 0}, "over 0, up to 1"),
    ({"threshold": "x"}, "threshold='x'"),
    ({"unit": "words"}, "not auto, line, paragraph or document"),
    ({"scope": "page"}, "scope='page'"),
    ({"keep": "latest"}, "keep='latest'"),
    ({"min_words": 0}, "1 to 1000000"),
    ({"min_words": 2.5}, "whole number"),
    ({"ngram": 33}, "1 to 32"),
    ({"threads": 257}, "up to 256"),
    ({"threads": -1}, "up to 256"),
    ({"seed": -1}, "seed=-1"),
    ({"seed": 2**64}, "seed="),
    ({"boilerplate": 1}, "from 2"),
    ({"boilerplate": 0.0}, "from 2"),
    ({"boilerplate": "101%"}, "from 2"),
    ({"boilerplate": True}, "from 2"),
    ({"memory": "lots"}, "500M, 2G or 30%"),
    ({"memory": 0}, "memory=0"),
    ({"on_full": "stop"}, "on_full='stop'"),
    ({"exact": True, "contained": True}, "contained"),
])
def test_options_out_of_range(options, words):
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        libdedup.Deduper(**options)
    with pytest.raises(ValueError):
        libdedup.clean([], **options)


def test_unknown_option():
    with pytest.raises(TypeError, match="treshold"):
        libdedup.clean([], treshold=0.8)


def test_an_option_without_effect_is_told():
    with pytest.warns(RuntimeWarning, match="threshold: it has no effect") as w:
        libdedup.Deduper(exact=True, threshold=0.8)
    assert w[0].filename == __file__


def test_memory_in_words():
    for memory in ("50%", "64M", "1g", 1 << 26, "67108864", None):
        libdedup.Deduper(memory=memory)


@pytest.mark.parametrize("data, words", [
    ("one text", "a list"), (b"one text", "a list"), (3, "of type int"),
    (None, "NoneType"), ([1], "row 0 is <class 'int'>"),
    (["a", 2], "row 1 is <class 'int'>"),
    ({"text": ["a", 2.0]}, "column 'text': row 1"),
])
def test_what_is_no_column(data, words):
    for method in ("clean", "spans", "read", "reference"):
        with pytest.raises(TypeError) as error:
            getattr(libdedup.Deduper(), method)(data)
        assert words in str(error.value)


def test_no_such_column():
    with pytest.raises(KeyError, match="there are: body"):
        libdedup.clean({"body": ["a"]})


def test_arrow_columns_of_other_types():
    pa = pytest.importorskip("pyarrow")
    for array, words in [
            (pa.array([1]), "int64"), (pa.array([1.5]), "double"),
            (pa.array([True]), "bool"), (pa.array([[1]]), "int64"),
            (pa.array([[["x"]]]), "list"),
            (pa.array([1, 1]).dictionary_encode(), "dictionary of int64")]:
        with pytest.raises(TypeError, match=f"column 'body' is .*{words}"):
            libdedup.clean(pa.table({"body": array}), column="body")
        with pytest.raises(TypeError, match=words):
            libdedup.clean(array)
    with pytest.raises(KeyError, match="there are: body, id"):
        libdedup.clean(pa.table({"body": ["x"], "id": [1]}))
    twice = pa.table([["x"], ["y"]], names=["text", "text"])
    with pytest.raises(ValueError, match="2 columns 'text'"):
        libdedup.clean(twice)


def test_a_column_that_is_refused_leaves_the_deduper_as_it_was():
    deduper = libdedup.Deduper()
    with pytest.raises(TypeError):
        deduper.clean([LINE, 3])
    assert deduper.clean([LINE]) == [LINE]


def test_a_call_that_fails_midway_ends_the_deduper():
    pa = pytest.importorskip("pyarrow")
    schema = pa.schema([("text", pa.string())])

    def batches():
        yield pa.record_batch({"text": [LINE]})
        raise OSError("the disk is gone")

    class Stream:       # a reader itself is cleaned as it is read
        def __arrow_c_stream__(self, requested_schema=None):
            return pa.RecordBatchReader.from_batches(
                schema, batches()).__arrow_c_stream__()

    deduper = libdedup.Deduper()
    with pytest.raises(OSError, match="the disk is gone"):
        deduper.clean(Stream())
    # Its copy would go, and nobody has the first one.
    with pytest.raises(RuntimeError, match="never returned"):
        deduper.clean([LINE])
    assert "cannot go on" in repr(deduper)


def test_passes_in_order():
    deduper = libdedup.Deduper(boilerplate=2)
    assert deduper.passes_left == 1
    with pytest.raises(RuntimeError, match="again"):
        deduper.clean([LINE])
    with pytest.raises(RuntimeError, match="again"):
        deduper.spans([LINE])
    deduper.read([LINE, LINE])
    deduper.again()
    assert deduper.clean([LINE, LINE]) == ["", ""]
    with pytest.raises(RuntimeError, match="no other pass"):
        deduper.again()


def test_references_come_first():
    deduper = libdedup.Deduper()
    deduper.clean([LINE])
    with pytest.raises(RuntimeError, match="before"):
        deduper.reference([LINE])


def test_closed():
    with libdedup.Deduper() as deduper:
        deduper.clean([LINE])
    for call in (lambda: deduper.clean([LINE]), lambda: deduper.stats,
                 lambda: deduper.save("x")):
        with pytest.raises(ValueError, match="closed"):
            call()
    assert "closed" in repr(deduper)
    deduper.close()


def test_tables(tmp_path):
    good, bad = tmp_path / "good.t", tmp_path / "bad.t"
    with libdedup.Deduper() as deduper:
        deduper.clean([LINE])
        deduper.save(good)
    bad.write_bytes(good.read_bytes()[:-20])
    for path, options, words in [
            (bad, {}, "bad.t: "), (good, {"exact": True}, "good.t: ")]:
        with pytest.raises(libdedup.TableError, match=words):
            libdedup.Deduper(**options).load(path)
    with pytest.raises(FileNotFoundError, match="none.t"):
        libdedup.Deduper().load(tmp_path / "none.t")
    with pytest.raises(FileNotFoundError, match="no/such"):
        libdedup.Deduper().save("no/such/folder.t")
    deduper = libdedup.Deduper()
    deduper.clean([LINE])
    with pytest.raises(RuntimeError, match="before"):
        deduper.load(good)
    deduper = libdedup.Deduper()
    deduper.load(good, listed=True)
    assert deduper.spans([LINE])[0][0].reason == "listed"


def test_full_memory(texts):
    with pytest.warns(RuntimeWarning, match="memory is full"):
        libdedup.clean(texts, memory=1)
    deduper = libdedup.Deduper(memory=1, on_full="fail")
    with pytest.raises(MemoryError, match="full"):
        deduper.clean(texts)


def test_stats_and_repr():
    deduper = libdedup.Deduper(exact=True, threads=2)
    deduper.clean([LINE, None, LINE])
    stats = deduper.stats
    assert stats["rows"] == 3 and stats["documents"] == 2
    assert stats["bytes"] == 2 * len(LINE)
    assert stats["removed"]["exact"] == 1
    assert stats["removed_bytes"] == len(LINE)
    assert repr(deduper).startswith(
        "<libdedup.Deduper exact=True threads=2: 2 documents, 86 B read, "
        "43 B of it removed; holds ")
