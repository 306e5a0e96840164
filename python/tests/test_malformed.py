"""Arrow data that are not what they say: an error, never a crash."""

import struct

import pytest

import libdedup

pa = pytest.importorskip("pyarrow")

ROWS = 4


def buffer(fmt, *values):
    return pa.py_buffer(struct.pack(f"<{len(values)}{fmt}", *values))


def column(kind, *buffers):
    # With the number of nulls, it does not look for them.
    return pa.Array.from_buffers(kind, ROWS, list(buffers), null_count=0)


def strings(*offsets):
    return column(pa.string(), None, buffer("i", *offsets),
                  pa.py_buffer(b"some bytes of text"))


def large(*offsets):
    return column(pa.large_string(), None, buffer("q", *offsets),
                  pa.py_buffer(b"some bytes of text"))


def view(length, number, offset):
    return struct.pack("<i4sii", length, b"some", number, offset)


def views(*four):
    return column(pa.string_view(), None, pa.py_buffer(b"".join(four)),
                  pa.py_buffer(b"some bytes of text that are more than 12"))


GOOD = view(20, 0, 3)


def dictionary(*indices):
    return pa.DictionaryArray.from_arrays(
        pa.Array.from_buffers(pa.int32(), ROWS,
                              [None, buffer("i", *indices)]),
        pa.array(["one text", "another text"]), safe=False)


@pytest.mark.parametrize("make, why", [
    (lambda: strings(0, 5, 3, 8, 9), "offsets decrease"),
    (lambda: strings(0, 1, 2, 3, -9), "offsets decrease"),
    (lambda: strings(-4, 1, 2, 3, 4), "an offset is negative"),
    (lambda: large(0, 5, 3, 8, 9), "offsets decrease"),
    (lambda: large(0, 1, 2, 3, -(1 << 62)), "offsets decrease"),
    (lambda: views(GOOD, GOOD, GOOD, view(20, 0, 30)), "past its buffer"),
    (lambda: views(GOOD, view(20, 0, 0x7fffffff), GOOD, GOOD),
     "past its buffer"),
    (lambda: views(GOOD, view(0x7fffffff, 0, 0), GOOD, GOOD),
     "past its buffer"),
    (lambda: views(view(20, 0, -1), GOOD, GOOD, GOOD), "past its buffer"),
    (lambda: views(view(20, 1, 0), GOOD, GOOD, GOOD), "no buffer"),
    (lambda: views(view(20, -1, 0), GOOD, GOOD, GOOD), "no buffer"),
    (lambda: views(view(-20, 0, 0), GOOD, GOOD, GOOD), "is negative"),
    (lambda: dictionary(0, 1, 2, 0), "past its dictionary"),
    (lambda: dictionary(0, 1, -1, 0), "past its dictionary"),
])
def test_malformed_columns_are_errors(make, why):
    try:
        data = make()
    except (AttributeError, TypeError, pa.ArrowException) as error:
        pytest.skip(str(error))
    for call in ("clean", "read", "reference"):
        for whole in (data, pa.chunked_array([data])):
            with libdedup.Deduper() as deduper:
                with pytest.raises(ValueError, match=f"malformed.*{why}"):
                    getattr(deduper, call)(whole)
                # Nothing of it was read.
                assert deduper.stats["documents"] == 0
                assert deduper.clean(["a text that is good"]) == [
                    "a text that is good"]


def test_a_part_that_is_good_is_read():
    data = strings(0, 5, 3, 8, 9).slice(2, 2)
    assert libdedup.clean(data).to_pylist() == data.to_pylist()
    data = views(GOOD, view(20, 0, 30), GOOD, GOOD)
    assert len(libdedup.clean(data.slice(2, 2))) == 2


@pytest.mark.parametrize("offsets, words", [
    ([0, 2, 1], "offsets of a list decrease"), ([0, 1, 9], "past its items"),
    ([-1, 1, 2], "offsets of a list decrease"),
    ([0, 1, 2 ** 31 - 1], "past its items")])
@pytest.mark.parametrize("large", [False, True])
def test_lists_with_wrong_offsets(offsets, words, large):
    kind = pa.large_list(pa.string()) if large else pa.list_(pa.string())
    width = "q" if large else "i"
    # pyarrow looks at them only once.
    data = bytearray(struct.pack(f"<3{width}", 0, 1, 2))
    array = pa.Array.from_buffers(kind, 2, [None, pa.py_buffer(data)],
                                  children=[pa.array(["a b c d e f"] * 2)])
    table = pa.table({"text": array})
    data[:] = struct.pack(f"<3{width}", *offsets)
    for wrong in (array, table):
        with pytest.raises(ValueError, match=words):
            libdedup.clean(wrong)
