"""A map makes a corpus of each batch: that is said where it can be told."""

import subprocess
import sys
import warnings

import pytest
from conftest import ENDLESS

import libdedup

LINE = "The bridge is open again today, they said."
TEXTS = [LINE, LINE, "The mayor resigned late on Friday.", LINE]
WORDS = "each part is a corpus of its own"


def told(function):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        function()
    return [str(w.message) for w in found if WORDS in str(w.message)]


def whole(texts, **options):
    """In a function that is mapped."""
    return libdedup.clean(texts, **options)


def test_one_call_says_nothing():
    assert not told(lambda: whole(TEXTS))


def test_datasets():
    datasets = pytest.importorskip("datasets")
    datasets.disable_progress_bars()
    rows = datasets.Dataset.from_dict({"text": TEXTS})
    got = told(lambda: rows.map(libdedup.clean, batched=True, batch_size=2,
                                load_from_cache_file=False))
    assert got and "called by datasets" in got[0]
    assert "libdedup.clean(dataset)" in got[0]
    assert not told(lambda: libdedup.clean(rows))
    assert not told(lambda: list(libdedup.clean(rows.to_iterable_dataset())))
    assert not told(lambda: rows.map(libdedup.Deduper().clean, batched=True,
                                     load_from_cache_file=False))
    assert not told(lambda: rows.map(
        lambda batch: whole(batch, scope="document"), batched=True))


def test_datasets_in_processes(tmp_path):
    """A warning of a worker is on its standard error."""
    pytest.importorskip("datasets")
    script = tmp_path / "script.py"
    script.write_text(
        "import datasets, libdedup\n"
        "rows = datasets.Dataset.from_dict({'text': ['A b c d e f g.'] * 4})\n"
        "if __name__ == '__main__':\n"
        "    rows.map(libdedup.clean, batched=True, num_proc=2)\n")
    got = subprocess.run([sys.executable, str(script)], text=True,
                         capture_output=True, timeout=ENDLESS)
    assert got.returncode == 0, got.stderr
    assert WORDS in got.stderr


def test_polars():
    pl = pytest.importorskip("polars")
    lazy = pl.LazyFrame({"text": TEXTS})
    got = told(lambda: lazy.map_batches(libdedup.clean).collect())
    assert got and "called by polars" in got[0]


def test_dask():
    pd = pytest.importorskip("pandas")
    dask = pytest.importorskip("dask.dataframe")
    frame = dask.from_pandas(pd.DataFrame({"text": TEXTS}), npartitions=2)
    got = told(lambda: frame.map_partitions(libdedup.clean,
                                            meta=frame._meta).compute())
    assert got and "called by dask" in got[0]


def test_ray(tmp_path):
    pytest.importorskip("ray.data")
    script = tmp_path / "script.py"
    script.write_text(
        "import ray, warnings, libdedup\n"
        "ray.init(num_cpus=1, include_dashboard=False, "
        "configure_logging=False)\n"
        "@ray.remote\n"
        "def task(texts):\n"
        "    with warnings.catch_warnings(record=True) as found:\n"
        "        warnings.simplefilter('always')\n"
        "        made = libdedup.clean(texts)\n"
        "    return made, [str(w.message) for w in found]\n"
        f"made, told = ray.get(task.remote({TEXTS!r}))\n"
        f"assert made == libdedup.clean({TEXTS!r})\n"
        "print('told' if told and 'called by ray' in told[0] else told)\n"
        "data = ray.data.from_items([{'text': t} for t in "
        f"{TEXTS!r}])\n"
        "try:\n"
        "    libdedup.clean(data)\n"
        "except TypeError as error:\n"
        "    print(error)\n"
        "d = libdedup.Deduper()\n"
        "for batch in data.iter_batches(batch_format='pyarrow'):\n"
        "    print(d.clean(batch)['text'].to_pylist())\n"
        "ray.shutdown()\n")
    got = subprocess.run([sys.executable, str(script)], text=True,
                         capture_output=True, timeout=ENDLESS)
    if "told" not in got.stdout and ("GCS" in got.stderr
                                     or "raylet" in got.stderr):
        pytest.skip("ray does not start here")
    lines = got.stdout.splitlines()
    assert lines[0] == "told", got.stdout + got.stderr
    assert "a Ray dataset" in lines[1] and "iter_batches" in lines[1]
    assert lines[2] == repr(libdedup.clean(TEXTS))
