"""The script libdedup: JSONL, URLs, folders, globs, --resume, how files are laid
out."""

import gzip
import json
import lzma
import os
import subprocess
import sys

import pytest
from conftest import COMMAND, make_texts
from test_parquet import run

import libdedup

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")


def records(texts):
    """As others write them: escapes of several kinds, other fields, spaces."""
    lines = []
    for i, text in enumerate(texts):
        body = json.dumps(text, ensure_ascii=i % 2 == 0)
        if i % 3 == 0:
            body = body.replace("/", "\\/")
        lines.append(f'{{"id": {i},  "meta":{{"n":1.50}}, "text" : {body}}} \n')
    return "".join(lines)


@pytest.fixture
def jsonl(texts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    half = len(texts) // 2
    for name, part in (("a.jsonl", texts[:half]), ("b.jsonl", texts[half:])):
        with open(name, "w", encoding="utf-8") as file:
            file.write(records(part))
    return ["a.jsonl", "b.jsonl"]


def by_command(*arguments):
    if not COMMAND.exists():
        pytest.skip(f"the command is not built: {COMMAND}")
    got = subprocess.run([COMMAND, "-q", *arguments], capture_output=True)
    return got.returncode, got.stdout


@pytest.mark.parametrize("options", [
    [], ["-x"], ["-b", "3"], ["--keep=none"], ["--scope=document"],
    ["--min-doc-words=20"]], ids=str)
def test_jsonl_is_what_the_command_writes(jsonl, options):
    status, want = by_command("-f", "jsonl", *options, *jsonl)
    got = run("-q", *options, *jsonl, "-o", "out")
    assert got.returncode == status == 0, got.stderr
    assert b"".join(open(f"out/{name}", "rb").read() for name in jsonl) == want


def test_a_bad_record_passes_and_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = json.dumps({"text": "The bridge is open again today."}) + "\n"
    data = line + "[1]\n" + '{"text": 3}\n' + "\n" + "{bad\n" + line[:-1]
    with open("a.jsonl", "w") as file:
        file.write(data)
    status, want = by_command("-f", "jsonl", "a.jsonl")
    got = run("a.jsonl", "-o", "out")
    assert got.returncode == status == 2
    assert open("out/a.jsonl", "rb").read() == want
    assert "a.jsonl: record 2: not an object" in got.stderr
    assert "2 such records: passed unchanged" in got.stderr


def test_a_field_below_another(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open("a.json", "w") as file:
        for text in make_texts(50) * 2:
            print(json.dumps({"meta": {"text": text}}), file=file)
    status, want = by_command("-f", "jsonl", "--text-field=meta.text", "a.json")
    assert run("-q", "a.json", "--column=meta.text", "-o", "out"
               ).returncode == status
    assert open("out/a.json", "rb").read() == want


def test_compressed_jsonl(jsonl):
    data = open("a.jsonl", "rb").read()
    assert run("-q", "a.jsonl", "-o", "out").returncode == 0
    want = open("out/a.jsonl", "rb").read()
    for suffix, pack, unpack in [
            (".gz", gzip.compress, gzip.decompress),
            (".xz", lzma.compress, lzma.decompress),
            (".zst", lambda d: bytes(pa.Codec("zstd").compress(d)),
             lambda d: pa.CompressedInputStream(pa.BufferReader(d),
                                                "zstd").read())]:
        with open("c.jsonl" + suffix, "wb") as file:
            file.write(pack(data))
        sizes = []
        for level in ("1", "9"):
            assert run("-q", "c.jsonl" + suffix, "-o", "out",
                       f"--compression-level={level}").returncode == 0
            made = open("out/c.jsonl" + suffix, "rb").read()
            assert unpack(made) == want
            sizes.append(len(made))
        assert sizes[0] > sizes[1]
        # Cut off: told, and no output.
        with open("d.jsonl" + suffix, "wb") as file:
            file.write(pack(data)[:-20])
        got = run("-q", "d.jsonl" + suffix, "-o", "out")
        assert got.returncode == 2 and "cannot read" in got.stderr
        assert not os.path.exists("out/d.jsonl" + suffix)


def test_the_log_of_jsonl_rebuilds_it(jsonl, texts):
    assert run("-q", *jsonl, "-o", "out", "--log=l.jsonl").returncode == 0
    removed = {}
    for line in map(json.loads, open("l.jsonl", encoding="utf-8")):
        removed.setdefault((line["file"], line["record"]), []).extend(
            line["removed"])
    assert removed
    for name in jsonl:
        for i, (old, new) in enumerate(zip(open(name, encoding="utf-8"),
                                           open(f"out/{name}",
                                                encoding="utf-8"))):
            data = json.loads(new)["text"].encode()
            for r in sorted(removed.get((name, i + 1), []),
                            key=lambda r: r["at"]):
                data = data[:r["at"]] + r["text"].encode() + data[r["at"]:]
            assert data == json.loads(old)["text"].encode()


def test_parquet_and_jsonl_are_one_corpus(jsonl, texts):
    half = len(texts) // 2
    pq.write_table(pa.table({"text": texts[half:]}), "b.parquet")
    assert run("-q", "a.jsonl", "b.parquet", "-o", "out").returncode == 0
    want = libdedup.clean(texts)
    assert [json.loads(line)["text"] for line in
            open("out/a.jsonl", encoding="utf-8")] == want[:half]
    assert pq.read_table("out/b.parquet")["text"].to_pylist() == want[half:]
    assert run("-q", "--against=a.jsonl", "b.parquet", "-o", "o2"
               ).returncode == 0
    assert pq.read_table("o2/b.parquet")["text"].to_pylist() == libdedup.clean(
        texts[half:], against=texts[:half])


def test_folders_and_globs(jsonl):
    os.makedirs("in/sub/deep")
    for name in ("in/b.jsonl", "in/sub/a.jsonl", "in/sub/deep/c.json"):
        with open(name, "wb") as file:
            file.write(open("a.jsonl", "rb").read())
    for name in ("in/README.md", "in/.hidden.jsonl"):
        open(name, "w").close()
    assert run("-q", "in", "-o", "out").returncode == 0
    files = sorted(os.path.join(f, n) for f, _, names in os.walk("out")
                   for n in names)
    assert files == ["out/in/b.jsonl", "out/in/sub/a.jsonl",
                     "out/in/sub/deep/c.json"]
    assert run("-q", "in/*/*.jsonl", "-o", "o2").returncode == 0
    assert os.listdir("o2/in") == ["sub"]
    assert run("-q", "in/**/*.json*", "-o", "o3").returncode == 0
    assert sum(len(n) for _, _, n in os.walk("o3")) == 3
    os.mkdir("empty")
    got = run("empty", "-o", "out")
    assert got.returncode == 2 and "empty: there is no file" in got.stderr


# URLs.

def put(system, folder, names):
    system.makedirs(folder, exist_ok=True)
    for name in names:
        with system.open(f"{folder}/{name}", "wb") as to:
            to.write(open(name, "rb").read())


def test_urls_of_fsspec(jsonl, texts):
    fsspec = pytest.importorskip("fsspec")
    system = fsspec.filesystem("memory")
    half = len(texts) // 2
    pq.write_table(pa.table({"text": texts[half:]}), "b.parquet")
    put(system, "/in", ["a.jsonl", "b.parquet"])
    want = libdedup.clean(texts)
    for source in (["memory://in"], ["memory://in/*"],
                   ["memory://in/a.jsonl", "memory://in/b.parquet"]):
        got = run("-q", *source, "-o", "memory://out")
        assert got.returncode == 0, got.stderr
        assert sorted(system.ls("/out", detail=False)) == [
            "/out/a.jsonl", "/out/b.parquet"]
        with system.open("/out/a.jsonl") as file:
            assert [json.loads(line)["text"] for line in file] == want[:half]
        with system.open("/out/b.parquet", "rb") as file:
            assert pq.read_table(file)["text"].to_pylist() == want[half:]
        system.rm("/out", recursive=True)
    assert not os.path.exists("memory:")
    got = run("-q", "memory://in/none.jsonl", "-o", "memory://out")
    assert got.returncode == 2 and "none.jsonl: " in got.stderr
    got = run("-q", "memory://in/a.jsonl", "-o", "memory://in")
    assert got.returncode == 2 and "it is an input file too" in got.stderr
    # Tables, too.
    assert run("-q", "memory://in/a.jsonl", "--save=memory://tables/t"
               ).returncode == 0
    assert run("-q", "memory://in/b.parquet", "--load=memory://tables/t", "-o",
               "out").returncode == 0
    assert pq.read_table("out/b.parquet")["text"].to_pylist() == want[half:]
    system.rm("/in", recursive=True)
    system.rm("/tables", recursive=True)


def test_s3(jsonl, monkeypatch):
    server = pytest.importorskip("moto.server")
    boto3 = pytest.importorskip("boto3")
    for name, value in [("AWS_ACCESS_KEY_ID", "x"), ("AWS_REGION", "us-east-1"),
                        ("AWS_SECRET_ACCESS_KEY", "x"),
                        ("AWS_EC2_METADATA_DISABLED", "true")]:
        monkeypatch.setenv(name, value)
    there = server.ThreadedMotoServer(port=0)
    there.start()
    try:
        host, port = there.get_host_and_port()
        host = "127.0.0.1" if host == "0.0.0.0" else host
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}",
                              region_name="us-east-1")
        client.create_bucket(Bucket="bucket")
        for name in jsonl:
            client.upload_file(name, "bucket", f"in/{name}")
        query = f"?scheme=http&endpoint_override={host}:{port}"
        got = run("-q", f"s3://bucket/in{query}", "-o",
                  f"s3://bucket/out{query}")
        assert got.returncode == 0, got.stderr
        assert run("-q", *jsonl, "-o", "out").returncode == 0
        for name in jsonl:
            body = client.get_object(Bucket="bucket", Key=f"out/{name}")["Body"]
            assert body.read() == open(f"out/{name}", "rb").read()
        assert not os.path.exists("s3:")
    finally:
        there.stop()


# Runs that go on.

def test_resume(jsonl, monkeypatch):
    from libdedup.command import run as module

    assert run("-q", *jsonl, "-o", "want").returncode == 0
    commit = module.Output.commit
    made = []

    def stop(output):
        if output.place.below == "b.jsonl":
            raise OSError(28, "No space left on device", "out/b.jsonl")
        made.append(output.place.below)
        commit(output)

    monkeypatch.setattr(module.Output, "commit", stop)
    got = run("-q", *jsonl, "-o", "out", "--resume")
    assert got.returncode == 2 and "No space left" in got.stderr
    assert sorted(os.listdir("out")) == [".libdedup-journal", "a.jsonl"]
    monkeypatch.setattr(module.Output, "commit", commit)
    got = run("-q", *jsonl, "-o", "out")
    assert got.returncode == 2 and "--resume, or remove it" in got.stderr
    got = run("-q", *jsonl, "-x", "-o", "out", "--resume")
    assert got.returncode == 2 and "other options" in got.stderr
    before = os.stat("out/a.jsonl")
    got = run("-q", *jsonl, "-o", "out", "--resume")
    assert got.returncode == 0, got.stderr
    assert os.stat("out/a.jsonl").st_ino == before.st_ino    # not made again
    assert sorted(os.listdir("out")) == jsonl       # the journal is gone
    for name in jsonl:
        assert (open(f"out/{name}", "rb").read()
                == open(f"want/{name}", "rb").read())


def test_a_changed_input_is_made_again(jsonl, monkeypatch):
    from libdedup.command import run as module

    commit = module.Output.commit
    monkeypatch.setattr(module.Output, "commit", lambda o: (_ for _ in ()).throw(
        OSError(5, "x")) if o.place.below == "b.jsonl" else commit(o))
    assert run("-q", *jsonl, "-o", "out", "--resume").returncode == 2
    monkeypatch.setattr(module.Output, "commit", commit)
    with open("a.jsonl", "w") as file:
        file.write('{"text":"Something new here."}\n')
    assert run("-q", *jsonl, "-o", "out", "--resume").returncode == 0
    assert open("out/a.jsonl").read() == '{"text":"Something new here."}\n'


# How Parquet files are laid out.

def test_encodings_indexes_sorting_and_times_stay(tmp_path, monkeypatch, texts):
    monkeypatch.chdir(tmp_path)
    n = 400
    table = pa.table({
        "id": pa.array(range(n), pa.int64()), "text": texts[:n],
        "more": texts[:n], "x": [i / 7 for i in range(n)],
        "when": pa.array([1_000_000_000 * i for i in range(n)],
                         pa.timestamp("ns")),
        "tags": [["a", str(i)] for i in range(n)]})
    pq.write_table(
        table, "a.parquet", row_group_size=150, compression="zstd",
        compression_level=19, write_page_index=True, use_dictionary=["tags.list.element"],
        column_encoding={"id": "DELTA_BINARY_PACKED",
                         "text": "DELTA_BYTE_ARRAY",
                         "more": "DELTA_LENGTH_BYTE_ARRAY",
                         "x": "BYTE_STREAM_SPLIT"},
        sorting_columns=[pq.SortingColumn(0)], store_schema=False,
        use_deprecated_int96_timestamps=True)
    assert run("-q", "a.parquet", "-o", "out", "--compression-level=19"
               ).returncode == 0
    old, new = pq.ParquetFile("a.parquet"), pq.ParquetFile("out/a.parquet")
    assert new.schema_arrow.equals(old.schema_arrow, check_metadata=True)
    assert (new.metadata.metadata or {}).keys() == (
        old.metadata.metadata or {}).keys()
    for i in range(old.num_row_groups):
        a, b = old.metadata.row_group(i), new.metadata.row_group(i)
        assert a.sorting_columns == b.sorting_columns
        for k in range(a.num_columns):
            x, y = a.column(k), b.column(k)
            assert (x.path_in_schema, x.physical_type, set(x.encodings),
                    x.has_column_index, x.has_offset_index, x.compression) == (
                y.path_in_schema, y.physical_type, set(y.encodings),
                y.has_column_index, y.has_offset_index, y.compression)
    made = os.path.getsize("out/a.parquet")
    assert run("-q", "a.parquet", "-o", "out", "--compression-level=1"
               ).returncode == 0
    assert os.path.getsize("out/a.parquet") > made


def test_a_column_in_a_struct(tmp_path, monkeypatch, some):
    monkeypatch.chdir(tmp_path)
    table = pa.table({"meta": [{"text": t, "n": i} for i, t in enumerate(some)],
                      "parts": [[t, None] for t in some]})
    pq.write_table(table, "a.parquet")
    for column, back in (("meta.text", lambda r: r["meta"]["text"]),
                         ("parts", lambda r: r["parts"][0])):
        assert run("-q", "a.parquet", "--column", column, "-o", "out",
                   "--log=l").returncode == 0
        assert list(map(back, pq.read_table("out/a.parquet").to_pylist())
                    ) == libdedup.clean(some)
        assert any(json.loads(line)["removed"] for line in open("l"))


def test_a_small_file_needs_no_pandas(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    pq.write_table(pa.table({"text": make_texts(20)}), "a.parquet")
    code = ("import sys; from libdedup.command.main import main; "
            "main(['-q', 'a.parquet', '-o', 'out', '--drop-empty', '--log=l']); "
            "print('pandas' in sys.modules, 'datasets' in sys.modules)")
    got = subprocess.run([sys.executable, "-c", code], text=True,
                         capture_output=True, check=True)
    assert got.stdout == "False False\n"
