"""Data sets of Hugging Face: in memory, on disk, streamed."""

import pytest

import libdedup

datasets = pytest.importorskip("datasets")
datasets.disable_progress_bars()


@pytest.fixture(scope="module")
def rows(some):
    return datasets.Dataset.from_dict(
        {"id": list(range(len(some))), "text": some})


@pytest.fixture(scope="module")
def want(some):
    return libdedup.clean(some)


def test_a_data_set(rows, want, some):
    got = libdedup.clean(rows)
    assert got["text"][:] == want and got.features == rows.features
    assert got["id"][:] == rows["id"][:]
    assert libdedup.clean(rows.with_format("numpy")).format["type"] == "numpy"
    assert libdedup.clean(rows, boilerplate=3)["text"][:] == libdedup.clean(
        some, boilerplate=3)
    assert libdedup.clean(rows, drop_empty=True)["text"][:] == libdedup.clean(
        some, drop_empty=True)
    # Twice is the same: nothing is cached, nothing is remembered.
    assert libdedup.clean(rows)["text"][:] == want


def test_a_data_set_on_disk(rows, want, tmp_path):
    rows.save_to_disk(tmp_path / "set")
    loaded = datasets.load_from_disk(tmp_path / "set")
    for _ in range(2):
        assert libdedup.clean(loaded)["text"][:] == want


@pytest.mark.parametrize("form", [None, "arrow", "pandas", "polars"])
@pytest.mark.parametrize("size", [7, 1000])
def test_map_in_batches(rows, want, form, size):
    if form == "polars":
        pytest.importorskip("polars")
    deduper = libdedup.Deduper()
    got = rows.with_format(form).map(deduper.clean, batched=True,
                                     batch_size=size)
    assert got.with_format(None)["text"][:] == want


def test_map_in_processes_is_refused(rows):
    deduper = libdedup.Deduper()
    with pytest.raises(Exception, match="save.. and load"):
        rows.map(deduper.clean, batched=True, num_proc=2)


def test_streaming(rows, want, some):
    stream = rows.to_iterable_dataset(num_shards=3)
    deduper = libdedup.Deduper()
    assert [r["text"] for r in stream.map(deduper.clean, batched=True)] == want
    got = libdedup.clean(stream)
    assert got.features == rows.features
    for _ in range(2):      # each epoch is a corpus of its own
        assert [r["text"] for r in got] == want
    assert [r["text"] for r in libdedup.clean(stream, boilerplate=3)
            ] == libdedup.clean(some, boilerplate=3)


def test_a_second_epoch_with_one_deduper_is_refused(rows, want):
    got = libdedup.Deduper().clean(rows.to_iterable_dataset())
    assert [r["text"] for r in got] == want
    with pytest.raises(RuntimeError, match="from its beginning"):
        list(got)


def test_splits_are_no_corpus(rows):
    with pytest.raises(TypeError, match="one of its splits"):
        libdedup.clean(datasets.DatasetDict({"train": rows}))


def test_spans_and_reference(rows, some):
    assert libdedup.Deduper().spans(rows) == libdedup.Deduper().spans(some)
    deduper = libdedup.Deduper()
    deduper.reference(rows)
    other = libdedup.Deduper()
    other.reference(some)
    assert deduper.clean(some) == other.clean(some)
