"""Threads, forks, copies, Ctrl-C, memory."""

import copy
import os
import pickle
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from conftest import CHECKOUT, ENDLESS, LONG, make_texts

import libdedup


def test_two_threads_at_once_are_an_error():
    deduper = libdedup.Deduper(threads=1)
    texts = make_texts(2000) * 5
    errors = []

    def work():
        try:
            deduper.clean(texts)
        except RuntimeError as error:
            errors.append(str(error))

    for _ in range(10):
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            break
    assert errors and "another thread" in errors[0]
    deduper.clean(texts[:10])       # and it is as good as before


def test_dedupers_of_several_threads_are_independent(texts):
    want = libdedup.clean(texts)
    got = [None] * 3

    def work(i):
        got[i] = libdedup.clean(texts, threads=2)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [want] * 3


def test_the_gil_is_free_meanwhile():
    texts = make_texts(2000) * 20
    ticks = []
    stop = threading.Event()

    def tick():
        while not stop.wait(0.001):
            ticks.append(time.perf_counter())

    thread = threading.Thread(target=tick)
    thread.start()
    deduper = libdedup.Deduper(threads=1)
    begin = time.perf_counter()
    deduper.read(texts)
    end = time.perf_counter()
    stop.set()
    thread.join()
    # Some, however busy the machine is; none if the lock were held.
    assert sum(begin < t < end for t in ticks) > 5


def test_a_fork_is_refused(texts):
    deduper = libdedup.Deduper(threads=2)
    deduper.clean(texts)
    child = os.fork()
    if child == 0:
        status = 1
        try:
            deduper.clean(texts)
        except RuntimeError as error:
            status = 0 if "save() and load()" in str(error) else 2
        try:
            libdedup.clean(texts[:10])      # one of its own works
            deduper.close()
            del deduper
        except BaseException:
            status = 3
        os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    deduper.clean(texts)


@pytest.mark.parametrize("how", [pickle.dumps, copy.copy, copy.deepcopy])
def test_copies_are_refused(how):
    with pytest.raises(TypeError, match="save.. and load"):
        how(libdedup.Deduper())


def run_python(code, *arguments, **kwargs):
    return subprocess.Popen(
        [sys.executable, "-X", "dev", "-c", textwrap.dedent(code), *arguments],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, **kwargs)


@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_ends_a_long_call(threads):
    child = run_python("""
        import os, signal, sys, threading, time, libdedup
        from conftest import make_texts
        # A job in the background of a shell is begun with SIGINT ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        texts = make_texts(2000) * 1000
        deduper = libdedup.Deduper(threads=int(sys.argv[1]), scope="document")
        def stop():
            while deduper._core.fed == 0:
                time.sleep(0.01)
            os.kill(os.getpid(), signal.SIGINT)
        threading.Thread(target=stop).start()
        try:
            deduper.read(texts)
            print("done")
        except KeyboardInterrupt:
            print("interrupted")
        try:
            deduper.clean(["x"])
        except RuntimeError as error:
            print(error)
    """, str(threads))
    out, err = child.communicate(timeout=ENDLESS)
    assert out.startswith("interrupted\n"), (out, err)
    assert "a call was interrupted" in out


def test_nothing_leaks():
    """Memory stays flat over calls of each kind; -X dev finds misuse."""
    pytest.importorskip("pyarrow")
    child = run_python("""
        import resource, sys, libdedup, pyarrow as pa
        from conftest import make_texts
        texts = make_texts(200)
        kinds = [pa.string(), pa.large_string(), pa.string_view()]
        columns = [pa.array(texts, kind) for kind in kinds]
        columns.append(columns[0].dictionary_encode())
        columns.append(pa.table({"text": texts, "n": range(200)}))

        def once():
            libdedup.clean(texts)
            libdedup.clean(texts, boilerplate=3, drop_empty=True)
            libdedup.clean(texts, min_doc_words=20)
            for column in columns:
                libdedup.clean(column, threads=1)
                libdedup.Deduper(threads=1).spans(column)
            libdedup.Deduper().spans(texts)
            for wrong in ([1], ["\\ud800", 3], pa.array([1]), 3):
                try:
                    libdedup.clean(wrong)
                except TypeError:
                    pass

        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        for _ in range(int(sys.argv[1]) // 5):
            once()
        before = peak()
        for _ in range(int(sys.argv[1])):
            once()
        print(peak() - before)
    """, "100" if LONG else "30")
    out, err = child.communicate(timeout=ENDLESS)
    assert child.returncode == 0, err
    assert not err, err
    assert int(out) < 4096, f"{out} KiB more"


def test_peak_memory_is_the_output_and_what_the_library_holds():
    pytest.importorskip("pyarrow")
    child = run_python("""
        import resource, libdedup, pyarrow as pa, random
        r = random.Random(1)
        words = [f"word{i}" for i in range(5000)]
        texts = [" ".join(r.choices(words, k=400)) for _ in range(10000)]
        column = pa.array(texts)
        del texts
        deduper = libdedup.Deduper(threads=1, exact=True)
        def peak():
            return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        deduper.clean(column[:10])
        before = peak()
        out = deduper.clean(column)
        grown = peak() - before
        print((grown - deduper.stats["memory"]) / column.nbytes)
    """)
    out, err = child.communicate(timeout=ENDLESS)
    assert child.returncode == 0, err
    assert float(out) < 1.25, out


def test_the_package_is_found_from_the_top_of_the_checkout():
    """A libdedup.so there would be taken for it."""
    subprocess.run([sys.executable, "-c", "import libdedup; libdedup.clean"],
                   cwd=CHECKOUT, check=True)
