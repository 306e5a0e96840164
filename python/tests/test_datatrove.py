"""libdedup.datatrove.Dedup in pipelines."""

import json

import pytest

import libdedup

pytest.importorskip("datatrove")
pytest.importorskip("orjson")

from datatrove.data import Document  # noqa: E402
from datatrove.executor import LocalPipelineExecutor  # noqa: E402
from datatrove.pipeline.readers import JsonlReader  # noqa: E402
from datatrove.pipeline.writers import JsonlWriter  # noqa: E402
from loguru import logger  # noqa: E402

from libdedup.datatrove import Dedup, Parts  # noqa: E402

logger.remove()


@pytest.fixture(scope="module")
def full(texts):
    return [t for t in texts if t]


def documents(texts):
    return (Document(text=t, id=str(i)) for i, t in enumerate(texts))


def run_step(step, texts, **kwargs):
    return [d.text for d in step.run(documents(texts), **kwargs)]


def test_a_pipeline(full, tmp_path):
    (tmp_path / "in").mkdir()
    with open(tmp_path / "in" / "a.jsonl", "w", encoding="utf-8") as file:
        for i, text in enumerate(full):
            print(json.dumps({"id": str(i), "text": text}), file=file)
    stats = LocalPipelineExecutor([
        JsonlReader(str(tmp_path / "in")), Dedup(),
        JsonlWriter(str(tmp_path / "out"), compression=None),
    ], logging_dir=str(tmp_path / "log")).run()
    with open(tmp_path / "out" / "00000.jsonl", encoding="utf-8") as file:
        got = [json.loads(line) for line in file]
    assert [d.get("text", "") for d in got] == libdedup.clean(full)
    assert [d["id"] for d in got] == [str(i) for i in range(len(full))]
    counts = next(s for s in stats.stats if "libdedup" in s.name).stats
    assert counts["documents"].total == len(full)
    assert counts["removed_bytes"].total > 0
    assert counts["removed_exact"].total > 0


def test_several_tasks_are_refused(full, tmp_path):
    for step in (Dedup(), Dedup(load=["x.t"]), Dedup(within_tasks=True)):
        with pytest.raises(ValueError, match="2 tasks"):
            run_step(step, full, world_size=2)
    assert run_step(Dedup(scope="document"), full, world_size=2
                    ) == libdedup.clean(full, scope="document")
    table = tmp_path / "a.t"
    with libdedup.Deduper() as deduper:
        deduper.read(full[:500])
        deduper.save(table)
    deduper = libdedup.Deduper()
    deduper.load(table)
    assert run_step(Dedup(load=[table], within_tasks=True), full[500:],
                    world_size=2) == deduper.clean(full[500:])


def test_options(full):
    assert run_step(Dedup(boilerplate=3), full) == libdedup.clean(
        full, boilerplate=3)
    assert run_step(Dedup(drop_empty=True), full) == libdedup.clean(
        full, drop_empty=True)
    with pytest.raises(ValueError, match="threshold"):
        Dedup(threshold=2)


def write_files(folder, texts, n):
    """As many files as tasks, so that the order of ranks is that of texts."""
    folder.mkdir()
    cuts = [len(texts) * k // n for k in range(n + 1)]
    for k in range(n):
        with open(folder / f"{k}.jsonl", "w", encoding="utf-8") as file:
            for i in range(cuts[k], cuts[k + 1]):
                print(json.dumps({"id": str(i), "text": texts[i]}), file=file)


def run_parts(job, folder, out, log):
    for i, (pipeline, tasks) in enumerate(job.pipelines(
            JsonlReader(str(folder)),
            JsonlWriter(str(out), compression=None))):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=2,
                              logging_dir=str(log / str(i))).run()


def test_several_tasks_give_what_one_gives(full, tmp_path):
    write_files(tmp_path / "in", full, 5)
    job = Parts(tmp_path / "shared", tasks=5)
    run_parts(job, tmp_path / "in", tmp_path / "out", tmp_path / "log")
    got = []
    for k in range(5):
        with open(tmp_path / "out" / f"{k:05}.jsonl", encoding="utf-8") as file:
            got += [json.loads(line) for line in file]
    assert [d.get("text", "") for d in got] == libdedup.clean(full)
    # Who runs it again goes on with the same plan.
    assert Parts(tmp_path / "shared", tasks=5).plan.identity == (
        job.plan.identity)
    with pytest.raises(ValueError, match="other options"):
        Parts(tmp_path / "shared", tasks=5, exact=True)


def test_too_few_turns_are_an_error(full, tmp_path):
    job = Parts(tmp_path / "shared", tasks=3, turns=0)
    steps = [p[-1] for p, _ in job.pipelines(None)]
    given = [full[0::3], full[1::3], full[2::3]]
    for step in steps[:-1]:
        n = 3 if step.what != "match" else 1
        for rank in range(n):
            list(step.run(documents(given[rank]), rank, n))
    with pytest.raises(ValueError, match="3 tasks, and there are 2"):
        list(steps[0].run(documents(full), 0, 2))
    with pytest.raises(RuntimeError, match="turns=1"):
        list(steps[-1].run(documents(given[1]), 1, 3))
