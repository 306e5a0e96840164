"""What the command has: merging and listing tables, counts, top, against; tables
in memory; progress and logging."""

import json
import logging
import subprocess
import sys

import pytest
from conftest import COMMAND, make_texts

import libdedup


@pytest.fixture
def tables(texts, tmp_path):
    """Of two halves, with one secret."""
    half = len(texts) // 2
    paths = [tmp_path / "a.t", tmp_path / "b.t"]
    for path, part in zip(paths, (texts[:half], texts[half:])):
        deduper = libdedup.Deduper(seed=7)
        deduper.read(part)
        deduper.save(path)
    return paths


def test_merged_tables_know_what_both_know(texts, tables, tmp_path):
    whole = tmp_path / "whole.t"
    libdedup.merge_tables(whole, tables)
    deduper = libdedup.Deduper()
    deduper.load(whole)
    both = libdedup.Deduper(seed=7)
    both.read(texts)
    more = make_texts(300, seed=5) + texts[::7]
    assert deduper.clean(more) == both.clean(more)
    libdedup.merge_tables(tables[0], tables)      # it may be one of them
    assert (libdedup.table_info(tables[0])["units"]
            == libdedup.table_info(whole)["units"])


def test_info_is_that_of_the_command(tables):
    got = libdedup.table_info(tables[0])
    if not COMMAND.exists():
        pytest.skip("the command is not built")
    said = json.loads(subprocess.run(
        [COMMAND, "--list", "--json", tables[0]], check=True,
        capture_output=True).stdout)
    assert said.pop("table") == str(tables[0])
    assert f"{got.pop('secret'):016x}" == said.pop("secret")
    assert got == said


def test_damage_is_found(tables, tmp_path):
    libdedup.check_table(tables[0])
    data = bytearray(tables[0].read_bytes())
    data[len(data) // 2] ^= 1
    tables[0].write_bytes(data)
    with pytest.raises(libdedup.TableError, match="a.t: "):
        libdedup.check_table(tables[0])
    other = libdedup.Deduper(seed=8)
    other.save(tmp_path / "other.t")
    with pytest.raises(libdedup.TableError, match="other.t: "):
        libdedup.merge_tables(tmp_path / "m.t", [tables[1],
                                                 tmp_path / "other.t"])
    assert not (tmp_path / "m.t").exists()


def test_a_missing_file_is_one(tmp_path):
    none = tmp_path / "none.t"
    for call in (lambda: libdedup.table_info(none),
                 lambda: libdedup.check_table(none),
                 lambda: libdedup.Deduper().load(none),
                 lambda: libdedup.clean([], against=none),
                 lambda: libdedup.merge_tables(tmp_path / "m", [none])):
        with pytest.raises(FileNotFoundError, match="none.t"):
            call()


def test_tables_in_memory(texts, tables):
    deduper = libdedup.Deduper()
    deduper.load(tables[0])
    data = deduper.to_bytes()
    assert isinstance(data, bytes)
    a, b = libdedup.Deduper(), libdedup.Deduper()
    a.load(data)
    b.load(tables[0])
    assert a.clean(texts) == b.clean(texts)
    a = libdedup.Deduper()
    a.load(memoryview(data), listed=True)
    assert a.spans(texts[:5])[0][0].reason == "listed"
    with pytest.raises(libdedup.TableError):
        libdedup.Deduper().load(data[:-10])


def test_against(texts, tables, command, tmp_path):
    reference, rest = texts[:200], texts[200:]
    path = tmp_path / "reference.jsonl"
    path.write_text("".join(json.dumps({"text": t}) + "\n" for t in reference))
    want, _ = command(rest, f"--against={path}")
    for against in (reference, [{"text": t} for t in reference],
                    iter(reference), (reference[:50], reference[50:])):
        assert libdedup.clean(rest, against=against) == want
    want, _ = command(texts, f"--against={tables[1]}")
    for against in (tables[1], tables[1].read_bytes(), (str(tables[1]),)):
        assert libdedup.clean(texts, against=against) == want
    want, _ = command(rest, f"--against={tables[1]}", f"--against={path}")
    assert libdedup.clean(rest, against=(reference, tables[1])) == want


def test_top_is_that_of_the_command(texts, tmp_path):
    if not COMMAND.exists():
        pytest.skip("the command is not built")
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"text": t}) + "\n" for t in texts))
    said = [json.loads(line) for line in subprocess.run(
        [COMMAND, "--top=15", "--json", path], check=True, text=True,
        capture_output=True).stdout.splitlines()]
    want = [(s["documents"], s["record"] - 1, s["offset"], s["text"])
            for s in said]
    assert len(want) == 15
    for data in (texts, iter(texts), [{"text": t} for t in texts]):
        assert libdedup.top(data, n=15) == want
    pa = pytest.importorskip("pyarrow")
    chunks = pa.chunked_array([texts[:100], texts[100:]])
    for data in (pa.array(texts), chunks, pa.table({"text": chunks}),
                 pa.table({"text": chunks}).to_reader()):
        assert libdedup.top(data, n=15) == want
    deduper = libdedup.Deduper(boilerplate=3)
    deduper.read(texts)
    assert deduper.top(texts, n=15) == want
    with pytest.raises(ValueError, match="not the data"):
        deduper.top(texts[:1], n=15)
    for options in ({}, {"counts_only": True}):
        with pytest.raises(ValueError, match="only with boilerplate"):
            libdedup.Deduper(**options).top(texts)


def test_counts_for_a_later_run(texts, tmp_path):
    """A table of counts, made apart, does for a pass of its own."""
    counts = tmp_path / "counts.t"
    with libdedup.Deduper(counts_only=True) as deduper:
        deduper.read(texts)
        assert deduper.stats["removed_bytes"] == 0
        deduper.save(counts)
    assert libdedup.table_info(counts)["counted"] == len(texts)
    deduper = libdedup.Deduper(boilerplate=3)
    deduper.load(counts)
    assert deduper.passes_left == 0
    assert deduper.clean(texts) == libdedup.clean(texts, boilerplate=3)


@pytest.mark.parametrize("with_tqdm", [True, False])
def test_progress(texts, capsys, monkeypatch, with_tqdm):
    if with_tqdm:
        pytest.importorskip("tqdm")
    else:
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    want = libdedup.clean(texts, boilerplate=3)
    assert capsys.readouterr().err == ""
    assert libdedup.clean(texts, boilerplate=3, progress=True) == want
    assert f"{2 * len(texts)}" in capsys.readouterr().err.replace(",", "")
    assert list(libdedup.clean(iter(texts), progress=True)) == libdedup.clean(
        texts)
    assert len(libdedup.mark(texts, progress=True)) == len(texts)


def test_an_error_of_the_progress_ends_the_call():
    deduper = libdedup.Deduper(threads=1, scope="document")

    def stop(row):
        raise ValueError(f"at {row}")

    deduper._core.watch(stop)
    with pytest.raises(ValueError, match="at "):
        for _ in range(1000):
            deduper.read(make_texts(2000) * 50)


def test_logging(texts, tmp_path, caplog):
    with caplog.at_level(logging.INFO, "libdedup"):
        libdedup.clean(texts)
        libdedup.Deduper().save(tmp_path / "a.t")
    said = [r.getMessage() for r in caplog.records if r.name == "libdedup"]
    assert said[0].startswith(f"{len(texts)} documents, ")
    assert "a.t" in said[1]


def test_reading_does_not_say_that_text_was_removed(recwarn):
    line = "The same line of text in each of many documents.\n"
    deduper = libdedup.Deduper()
    deduper.read([line] * 3000)
    assert not [w for w in recwarn if "removed" in str(w.message)]
