"""libdedup.spark on a master and two workers, of which some fail."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from conftest import ENDLESS, LONG
from spark_session import CLEAN, read, session, texts_of, write_lines

import pyspark

from libdedup import spark as libdedup_spark
from libdedup.spark import clean

if not LONG:
    pytest.skip("a master and two workers: see make check-long",
                allow_module_level=True)
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_lines(tmp_path_factory.mktemp("failures"))


def children(pid):
    return [int(p) for task in Path(f"/proc/{pid}/task").iterdir()
            for p in (task / "children").read_text().split()]


class Standalone:
    """Processes of Spark; what is killed is a child of one of these."""

    def __init__(self, folder):
        self.folder, self.process = folder, []
        self.master = self.start("master", "org.apache.spark.deploy.master."
                                 "Master", "--host", "127.0.0.1", "--port",
                                 "0", "--webui-port", "0")
        self.url = self.wait_for("master", "Starting Spark master at ")
        for k in range(2):
            self.start(f"worker{k}", "org.apache.spark.deploy.worker.Worker",
                       "--host", "127.0.0.1", "--webui-port", "0", "--cores",
                       "1", "--memory", "1g", "-d", str(folder / f"w{k}"),
                       self.url)
            self.wait_for(f"worker{k}", "Successfully registered with ")

    def start(self, name, *args):
        home = Path(pyspark.__file__).parent
        with open(self.folder / name, "wb") as log:
            process = subprocess.Popen(
                [str(home / "bin" / "spark-class"), *args], stdout=log,
                stderr=log, env={**os.environ, "SPARK_HOME": str(home),
                                 "SPARK_DAEMON_MEMORY": "256m"})
        self.process.append(process)
        return process

    def wait_for(self, name, text):
        end = time.monotonic() + ENDLESS
        while time.monotonic() < end:
            for line in (self.folder / name).read_text().splitlines():
                if text in line:
                    return line.split(text)[1].split()[0]
            if any(p.poll() is not None for p in self.process):
                break
            time.sleep(0.1)
        pytest.skip("Spark's master and workers do not start here: "
                    + (self.folder / name).read_text()[-300:])

    def kill_an_executor(self):
        for worker in self.process[1:]:
            for pid in children(worker.pid):
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                if b"CoarseGrainedExecutorBackend" in command:
                    os.kill(pid, signal.SIGKILL)
                    return pid
        return None

    def stop(self):
        for process in self.process[::-1]:
            process.terminate()
            process.wait()


@pytest.fixture(scope="module")
def standalone(tmp_path_factory):
    made = Standalone(tmp_path_factory.mktemp("standalone"))
    yield made
    made.stop()


def test_an_executor_is_killed_in_each_pass(standalone, folder, monkeypatch):
    killed = []
    say = libdedup_spark._Job._say

    def kill_and_say(self, *args):
        say(self, *args)
        killed.append(standalone.kill_an_executor())

    with session(standalone.url, **{
            "spark.executor.memory": "512m", "spark.executor.cores": "1",
            "spark.deploy.maxExecutorRetries": "100",
            "spark.stage.maxConsecutiveAttempts": "20",
            "spark.task.maxFailures": "20"}) as spark:
        monkeypatch.setattr(libdedup_spark._Job, "_say", kill_and_say)
        made = clean(read(spark, folder), order="id", splits=4)
        assert texts_of(made) == CLEAN
    assert len([k for k in killed if k is not None]) >= 5


def test_tasks_that_fail_or_run_twice_change_nothing(standalone, folder):
    """A task that fails is tried again, and slow ones run twice at a time."""
    with session(standalone.url, **{
            "spark.executor.memory": "512m", "spark.speculation": "true",
            "spark.speculation.multiplier": "1.01",
            "spark.speculation.quantile": "0.1",
            "spark.speculation.minTaskRuntime": "1ms",
            "spark.speculation.interval": "10ms"}) as spark:
        once = folder / "failed"

        def fail_once(batches):
            if not once.exists():
                once.touch()
                raise OSError("the disk is gone")
            yield from batches

        df = read(spark, folder)
        df = df.mapInArrow(fail_once, df.schema)
        made = clean(df, order="id", splits=4)
        assert once.exists()
        assert texts_of(made) == CLEAN
