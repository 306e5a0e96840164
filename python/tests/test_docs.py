"""The examples of the docs run, and the types are what they say."""

import doctest
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import LONG

HERE = Path(__file__).resolve().parent
README = HERE.parent / "README.md"
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


def test_docstrings():
    pytest.importorskip("pyarrow")
    import libdedup
    things = {"libdedup": libdedup}
    things |= {name: getattr(libdedup, name) for name in libdedup.__all__}
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for name, thing in things.items():
        if isinstance(thing, str):
            continue
        for test in doctest.DocTestFinder(recurse=thing is not libdedup).find(
                thing, name, module=False, globs=dict(vars(libdedup))):
            runner.run(test)
    assert runner.tries > 10 and runner.failures == 0


def test_the_tutorial(tmp_path, monkeypatch):
    for package in ("pyarrow", "pandas", "polars", "duckdb", "datasets",
                    "dask.dataframe"):
        pytest.importorskip(package)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    failed, tried = doctest.testfile(str(README), module_relative=False,
                                     optionflags=FLAGS)
    assert tried > 10 and failed == 0


def test_every_public_name_says_what_it_is():
    import libdedup
    for name in libdedup.__all__:
        thing = getattr(libdedup, name)
        assert thing.__doc__, name
        for key, value in vars(thing).items() if isinstance(thing, type) else ():
            if not key.startswith("_") and callable(value):
                assert value.__doc__, f"{name}.{key}"


def test_pydoc_reads():
    got = subprocess.run([sys.executable, "-m", "pydoc", "libdedup"],
                         text=True, capture_output=True, check=True).stdout
    assert "clean(" in got and "_MUCH" not in got


def test_version_is_that_of_the_library():
    import libdedup
    header = HERE.parents[1] / "dedup.h"
    if not header.exists():
        pytest.skip("there is no dedup.h above")
    assert (f'#define DEDUP_VERSION "{libdedup.__version__}"'
            in header.read_text())


def run_mypy(what, folder):
    import libdedup
    package = Path(libdedup.__file__).parent
    path = "" if "site-packages" in str(package) else str(package.parent)
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir",
         folder / "cache", "--config-file", HERE.parent / "pyproject.toml",
         *(["-p", "libdedup"] if what is None else [what])],
        text=True, capture_output=True, cwd=folder,
        env={**os.environ, "PYTHONPATH": "", "MYPYPATH": path})


@pytest.mark.skipif(not LONG, reason="only in make check-long")
def test_types(tmp_path):
    pytest.importorskip("mypy")
    user = tmp_path / "user.py"
    user.write_text(
        "import libdedup\n"
        "texts: list[str] = libdedup.clean(['a'], exact=True, threads=2)\n"
        "with libdedup.Deduper(boilerplate='10%') as d:\n"
        "    d.read(texts)\n"
        "    d.again()\n"
        "    n: int = d.stats['documents']\n"
        "rows: list[dict[str, str]] = libdedup.clean([{'text': 'a'}])\n"
        "both: tuple[list[str], object] = libdedup.clean_and_explain(texts)\n"
        "common: list[libdedup.Common] = libdedup.top(texts)\n"
        "info: dict[str, object] = libdedup.table_info('t')\n")
    for what in (None, user):
        got = run_mypy(what, tmp_path)
        assert got.returncode == 0, got.stdout + got.stderr
    user.write_text("import libdedup\nlibdedup.clean(['a'], treshold=0.8)\n")
    got = run_mypy(user, tmp_path)
    assert got.returncode == 1 and "treshold" in got.stdout
    user.write_text("import libdedup\nlibdedup.clean(['a'], unit='word')\n")
    got = run_mypy(user, tmp_path)
    assert got.returncode == 1 and "word" in got.stdout
