"""The script libdedup: Parquet files."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time

import pytest
from conftest import ENDLESS, make_texts

import libdedup
from libdedup.__main__ import main

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def run(*arguments):
    """As a process of its own would, but in this one: that is faster."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(list(arguments))
        except SystemExit as end:
            status = end.code
    return subprocess.CompletedProcess(arguments, status, out.getvalue(),
                                       err.getvalue())


@pytest.fixture
def files(texts, tmp_path, monkeypatch):
    """Two files, other in compression, types and row groups, here."""
    monkeypatch.chdir(tmp_path)
    half = len(texts) // 2
    for name, part, kind, options in [
            ("a.parquet", texts[:half], pa.string(),
             {"compression": {"id": "NONE", "text": "zstd"},
              "row_group_size": 100, "use_dictionary": ["text"]}),
            ("b.parquet", [None, *texts[half:]], pa.large_string(),
             {"compression": "gzip", "row_group_size": 250,
              "write_statistics": False})]:
        table = pa.table({"id": [f"{name}-{i}" for i in range(len(part))],
                          "text": pa.array(part, kind)})
        pq.write_table(table.replace_schema_metadata({"who": name}), name,
                       **options)
    return ["a.parquet", "b.parquet"]


def read_texts(folder, files):
    return [t for f in files
            for t in pq.read_table(folder / f)["text"].to_pylist()]


def test_outputs_are_what_one_column_gives(files, texts, tmp_path):
    want = libdedup.clean(texts)
    got = run("-q", *files, "-o", "out")
    assert (got.returncode, got.stdout, got.stderr) == (0, "", "")
    found = read_texts(tmp_path / "out", files)
    assert found[len(texts) // 2] is None
    assert [t for t in found if t is not None] == want
    assert sorted(os.listdir("out")) == files
    # The same from a folder below, under its path.
    os.mkdir("sub")
    os.rename("a.parquet", "sub/a.parquet")
    assert run("-q", "sub/a.parquet", "./b.parquet", "-o", "o2"
               ).returncode == 0
    assert os.path.exists("o2/sub/a.parquet")


def test_layout_stays(files, tmp_path):
    run("-q", *files, "-o", "out")
    for name in files:
        old, new = pq.ParquetFile(name), pq.ParquetFile(tmp_path / "out" / name)
        assert new.schema_arrow.equals(old.schema_arrow, check_metadata=True)
        assert new.schema.equals(old.schema)
        assert new.num_row_groups == old.num_row_groups
        for i in range(old.num_row_groups):
            a, b = old.metadata.row_group(i), new.metadata.row_group(i)
            assert a.num_rows == b.num_rows
            for k in range(a.num_columns):
                x, y = a.column(k), b.column(k)
                assert x.compression == y.compression
                assert x.has_dictionary_page == y.has_dictionary_page
                assert x.is_stats_set == y.is_stats_set


@pytest.mark.parametrize("options, keywords", [
    (["-x"], {"exact": True}), (["-b", "3"], {"boilerplate": 3}),
    (["-b", "2%"], {"boilerplate": "2%"}), (["--keep=none"], {"keep": "none"}),
    (["-u", "line", "-m", "3"], {"unit": "line", "min_words": 3}),
    (["-T2", "--scope=document"], {"scope": "document"}),
    (["--min-doc-words=20"], {"min_doc_words": 20, "drop_empty": True}),
    (["-M", "1G", "--seed=3", "--contained"], {"contained": True}),
])
def test_options_are_those_of_the_command(files, texts, tmp_path, options,
                                          keywords):
    assert run("-q", *options, *files, "-o", "out").returncode == 0
    assert [t for t in read_texts(tmp_path / "out", files) if t is not None
            ] == libdedup.clean(texts, **keywords)


def test_drop_empty(files, texts, tmp_path):
    for extra in ([], ["--log=l.jsonl"]):
        assert run("-q", "--drop-empty", *extra, *files, "-o", "out"
                   ).returncode == 0
        assert [t for t in read_texts(tmp_path / "out", files)
                if t is not None] == libdedup.clean(texts, drop_empty=True)


def test_log_rebuilds_the_input(files, texts, tmp_path):
    assert run("-q", "--log=log.jsonl", "--id-field=id", *files, "-o", "out"
               ).returncode == 0
    removed = {}
    columns = {f: pq.read_table(f)["text"].to_pylist() for f in files}
    with open("log.jsonl", encoding="utf-8") as file:
        for line in map(json.loads, file):
            assert line["document"] == f"{line['file']}-{line['record'] - 1}"
            removed.setdefault((line["file"], line["record"]), []).extend(
                line["removed"])
            witness = line["witness"]
            text = columns[witness["file"]][witness["record"] - 1].encode()
            assert text.count(b"\n", 0, witness["offset"]
                              ) + 1 == witness["line"]
    for name in files:
        old = columns[name]
        new = pq.read_table(tmp_path / "out" / name)["text"].to_pylist()
        for i, (a, b) in enumerate(zip(old, new)):
            data = (b or "").encode()
            for r in sorted(removed.get((name, i + 1), []),
                            key=lambda r: r["at"]):
                data = (data[:r["at"]] + r["text"].encode()
                        + data[r["at"]:])
            assert data == (a or "").encode()


def test_check_stats_and_json(files):
    got = run("--check", "--json", *files)
    assert got.returncode == 1 and got.stdout == ""
    counts = json.loads(got.stderr.splitlines()[-1])
    assert counts["no_text"] == 1 and counts["removed"]["exact"] > 0
    pq.write_table(pa.table({"text": ["Nothing that repeats."]}), "c.parquet")
    assert run("--check", "c.parquet").returncode == 0
    got = run("-s", "c.parquet", "-o", "out")
    assert "documents   1\n" in got.stderr and got.returncode == 0


def test_tables_and_against(files, texts, tmp_path):
    half = len(texts) // 2
    assert run("-q", files[0], "--update=t", "-o", "out").returncode == 0
    assert run("-q", files[1], "--update=t", "-o", "out").returncode == 0
    assert [t for t in read_texts(tmp_path / "out", files) if t is not None
            ] == libdedup.clean(texts)
    assert not os.path.exists("t.lock")
    assert run("-q", "--against=a.parquet", "b.parquet", "-o", "o2"
               ).returncode == 0
    deduper = libdedup.Deduper()
    deduper.reference(texts[:half])
    assert [t for t in read_texts(tmp_path / "o2", ["b.parquet"])
            if t is not None] == deduper.clean(texts[half:])


def test_every_against_counts(files, texts, tmp_path):
    first, second = (pq.read_table(f)["text"].to_pylist() for f in files[:2])
    pq.write_table(pa.table({"text": texts}), "all.parquet")
    assert run("-q", files[1], "--save=t", "-o", "out").returncode == 0
    both = libdedup.Deduper()
    both.reference([t for t in first + second if t is not None])
    # A table knows what is compared, and so no parts.
    table = libdedup.Deduper()
    table.load("t", listed=True)
    table.reference([t for t in first if t is not None])
    for options, deduper in ((["--against", files[1]], both),
                             (["--against=t"], table)):
        want = deduper.clean([t for t in texts if t is not None])
        options = ["--against", files[0], *options]
        assert run("-q", *options, "all.parquet", "-o", "o2").returncode == 0
        assert [t for t in read_texts(tmp_path / "o2", ["all.parquet"])
                if t is not None] == want


def test_an_option_given_twice_overrides_nothing(files):
    got = run("-o", "one", "-o", "two", *files)
    assert got.returncode == 2
    assert "-o: given twice, as 'one' and as 'two'" in got.stderr
    got = run("-m", "5", "--min-words=6", "--check", *files)
    assert got.returncode == 2 and "given twice" in got.stderr
    assert run("-q", "-o", "one", "-o", "one", *files).returncode == 0


def test_after_trouble_a_table_stays_as_it_was(files):
    got = run("-q", "--save=t", "none.parquet", *files, "-o", "out")
    assert got.returncode == 2 and not os.path.exists("t")
    assert "t: not saved, after what was told above: see --on-error" in (
        got.stderr)
    assert run("-q", "--on-error=save", "--save=t", "none.parquet", *files,
               "-o", "out").returncode == 2
    assert os.path.exists("t")


def test_max_removed_replaces_nothing(files):
    got = run("--max-removed=0.01", *files, "-o", "out")
    assert got.returncode == 2 and "--max-removed=0.01" in got.stderr
    assert os.listdir("out") == []
    assert run("-q", "--max-removed=1", *files, "-o", "out").returncode == 0
    assert sorted(os.listdir("out")) == files


@pytest.mark.parametrize("arguments, status, words", [
    (["none.parquet", "-o", "out"], 2, "none.parquet: cannot open: No such"),
    (["x.txt", "-o", "out"], 2, "x.txt: not Parquet; JSONL is told by its name"),
    (["a.parquet", "-o", "."], 2, "it is an input file too"),
    (["../a.parquet", "-o", "out"], 2, "leads out of out"),
    (["a.parquet", "./a.parquet", "-o", "out"], 2, "output of another"),
    (["a.parquet", "-o", "out", "--column=body"], 2, "no column 'body'"),
    (["a.parquet", "-o", "out", "--load=x.txt"], 2, "x.txt: "),
    (["a.parquet", "-o", "out", "--load=none.t"], 2, "none.t: No such file"),
    (["*.none", "-o", "out"], 2, "*.none: there is no file"),
    (["a.parquet", "--check", "--resume"], 2, "--resume: only with"),
    (["a.parquet", "--check", "--compression-level=3"], 2, "only with"),
    (["a.parquet", "-o", "out", "--counts-only"], 2, "--counts-only"),
    (["nothing://x/a.parquet", "-o", "out"], 2, "nothing://x/a.parquet: "),
    (["a.parquet"], 2, "where to?"),
    (["a.parquet", "-o", "out", "--check"], 2, "--check"),
    (["a.parquet", "-o", "out", "-t", "7"], 2, "--threshold"),
    (["a.parquet", "-o", "out", "--treshold=1"], 2, "--treshold"),
    (["a.parquet", "-o", "out", "--min-doc-words=9", "--log=l"], 2, "--log"),
    (["-o", "out"], 2, "FILE"),
    (["a.parquet", "-o", "out", "-M", "x"], 2, "--memory"),
])
def test_trouble(files, arguments, status, words):
    with open("x.txt", "w") as file:
        file.write('{"text": "a"}\n')
    got = run(*arguments)
    assert got.returncode == status and words in got.stderr, got.stderr
    assert "Traceback" not in got.stderr
    assert not os.path.exists("out") or os.listdir("out") == []


def test_other_files_go_on(files, texts):
    got = run("-q", "none.parquet", *files, "-o", "out")
    assert got.returncode == 2 and sorted(os.listdir("out")) == files


def test_a_signal_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = make_texts(1000) * 150
    pq.write_table(pa.table({"text": texts}), "a.parquet", row_group_size=5000)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    child = subprocess.Popen(
        [sys.executable, "-m", "libdedup", "a.parquet", "-o", "out",
         "--scope=document", "-T1"], env=env)
    end = time.monotonic() + ENDLESS
    while time.monotonic() < end and not (
            os.path.exists("out") and os.listdir("out")):
        time.sleep(0.01)
    child.send_signal(signal.SIGTERM)
    assert child.wait(ENDLESS) == -signal.SIGTERM
    assert os.listdir("out") == []


def test_a_signal_to_another_thread_waits_for_the_output(
        tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.table({"text": make_texts(10)}), "a.parquet")
    made, sent, killed = threading.Event(), threading.Event(), []
    make = tempfile.mkstemp

    def send():
        made.wait(ENDLESS)
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
        sent.set()

    def make_and_stop(**how):
        got = make(**how)
        made.set()
        sent.wait(ENDLESS)
        return got

    thread = threading.Thread(target=send)
    thread.start()
    monkeypatch.setattr(tempfile, "mkstemp", make_and_stop)
    monkeypatch.setattr(os, "kill", lambda pid, n: killed.append(n))
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert run("-q", "a.parquet", "-o", "out", "-T1").returncode == 2
    finally:
        signal.signal(signal.SIGTERM, before)
        made.set()
        thread.join()
    assert killed == [signal.SIGTERM]
    assert os.listdir("out") == []


def test_progress(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = make_texts(1000) * 100
    pq.write_table(pa.table({"text": texts}), "a.parquet", row_group_size=5000)
    got = run("-q", "--progress", "-T1", "a.parquet", "-o", "out")
    lines = [x for x in got.stderr.splitlines() if x]
    assert got.returncode == 0
    assert all(x.startswith("libdedup: ") and "MB/s" in x for x in lines)


def test_empty_file_and_empty_groups(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    schema = pa.schema([("text", pa.string())])
    pq.write_table(schema.empty_table(), "a.parquet")
    assert run("a.parquet", "-o", "out").returncode == 0
    assert pq.read_table("out/a.parquet").schema.equals(schema)
