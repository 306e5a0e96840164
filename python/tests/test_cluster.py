"""libdedup.cluster: parts of a corpus give what one run gives."""

import pickle
import random
import subprocess
import sys

import pytest

import libdedup
from libdedup import cluster

SPLITS = (1, 2, 7, 64)


def parts(texts, n):
    cuts = [len(texts) * k // n for k in range(n + 1)]
    return [texts[a:b] for a, b in zip(cuts, cuts[1:])]


def run(folder, splits, **options):
    """The texts, cleaned, and removals with documents counted through."""
    job = cluster.Folder(folder, cluster.Plan(**options), len(splits))
    job.run(lambda i: splits[i])
    row, at = {}, 0
    for i, split in enumerate(splits):
        for k in range(len(split)):
            row[i << cluster.SHIFT | k] = at
            at += 1
    clean = [t for i, split in enumerate(splits) for t in job.cut(i, split)]
    return clean, [
        (row[r.document], r.unit_begin, r.unit_end - r.unit_begin, r.line,
         r.reason, r.resemblance,
         r.witness if r.reason == "listed" else row[r.witness],
         r.witness_offset, r.witness_line)
        for r in cluster.follow(job.removals())]


def one_run(texts, against=(), **options):
    with libdedup.Deduper(**options) as d:
        if against:
            d.reference(list(against))
        spans = d.spans(texts)
    with libdedup.Deduper(**options) as d:
        if against:
            d.reference(list(against))
        clean = d.clean(texts)
    return clean, [(i, s.offset, s.length, s.line, s.reason, s.resemblance,
                    *s.witness[:3]) for i, found in enumerate(spans)
                   for s in found]


@pytest.mark.parametrize("n", SPLITS)
def test_parts_give_what_one_run_gives(texts, tmp_path, n):
    assert run(tmp_path, parts(texts, n)) == one_run(texts)


@pytest.mark.parametrize("options", [
    {"exact": True}, {"contained": True}, {"unit": "line"},
    {"unit": "paragraph"}, {"scope": "document"}, {"fold_digits": True},
    {"min_words": 2}, {"threads": 3}], ids=str)
def test_parts_give_it_with_all_options(some, tmp_path, options):
    texts = [t or "" for t in some]
    assert run(tmp_path, parts(texts, 5), **options) == one_run(texts,
                                                                **options)


def test_reference_texts_are_given_to_all_parts(texts, tmp_path):
    given, rest = texts[:100], texts[100:600]
    made, found = run(tmp_path, parts(rest, 4), against=given)
    assert made == one_run(rest, given)[0]
    assert any(f[4] == "listed" for f in found)


def test_the_texts_are_those_of_the_command(texts, tmp_path, command):
    assert run(tmp_path, parts(texts, 3))[0] == command(texts)[0]


def test_nulls_and_empty_splits_stay(some, tmp_path):
    splits = [some[:100], [], [None], some[100:], []]
    made, _ = run(tmp_path, splits)
    assert made == libdedup.clean(some[:100] + [None] + some[100:])


@pytest.mark.parametrize("kind", ["string", "large_string", "string_view"])
def test_arrow_columns_keep_their_type(some, tmp_path, kind):
    pa = pytest.importorskip("pyarrow")
    column = pa.array(some, getattr(pa, kind)())
    splits = [column[:150], pa.chunked_array([column[150:200], column[200:]])]
    job = cluster.Folder(tmp_path, cluster.Plan(), 2)
    job.run(lambda i: splits[i])
    made = [job.cut(i, s) for i, s in enumerate(splits)]
    assert all(m.type == column.type for m in made)
    assert made[0].to_pylist() + made[1].to_pylist() == libdedup.clean(some)


def test_parts_take_any_order_and_may_be_done_twice(texts, tmp_path):
    splits = parts(texts, 6)
    plan = cluster.Plan()
    job = cluster.Folder(tmp_path, pickle.loads(pickle.dumps(plan)), 6)
    r = random.Random(3)

    def some_order():
        order = [*range(6), *r.choices(range(6), k=3)]
        r.shuffle(order)
        return order

    for i in some_order():
        job.scan(i, splits[i])
    job.match_all()
    for i in some_order():
        job.rows(i, splits[i])
    turn = 0
    while turn == 0 or not job.is_done(turn):
        turn += 1
        for i in some_order():
            job.judge(i, splits[i], turn)
        job.match_all(turn)
    assert [t for i in range(6) for t in job.cut(i, splits[i])
            ] == libdedup.clean(texts)


def test_another_process_takes_the_plan(texts, tmp_path):
    """Executors have the plan from the driver, pickled."""
    plan = cluster.Plan()
    (tmp_path / "plan").write_bytes(pickle.dumps((plan, texts[:200])))
    out = subprocess.run([sys.executable, "-c", f"""
import pickle, sys
from libdedup import cluster
plan, texts = pickle.load(open({str(tmp_path / "plan")!r}, "rb"))
sys.stdout.buffer.write(pickle.dumps(cluster.scan(plan, 3, texts)))
"""], check=True, stdout=subprocess.PIPE).stdout
    assert pickle.loads(out) == cluster.scan(plan, 3, texts[:200])


def test_changed_texts_are_an_error(texts):
    plan = cluster.Plan(buckets=1)
    one, two = texts[:500], texts[500:1000]
    asks = [cluster.scan(plan, i, t)[0] for i, t in enumerate((one, two))]
    links, facts = cluster.match(asks)
    with pytest.raises(ValueError, match="the pass before"):
        cluster.rows(plan, 0, one[1:], [links[0]])
    known = [cluster.rows(plan, 0, one, [links[0]])[1], *facts.values()]
    with pytest.raises(ValueError, match="the pass before"):
        cluster.judge(plan, 1, two[:-1] + ["x"], known)
    found, _ = cluster.judge(plan, 1, two, known)
    with pytest.raises(ValueError, match="not those"):
        cluster.cut(two[:10], found)


def test_other_plans_and_versions_are_refused_by_name(texts, tmp_path):
    one, other = cluster.Plan(buckets=1), cluster.Plan(buckets=1, seed=4)
    asks = [cluster.scan(one, 0, texts)[0], cluster.scan(other, 1, texts)[0]]
    with pytest.raises(ValueError, match="other options, another secret"):
        cluster.match(asks)
    with pytest.raises(RuntimeError, match="damaged"):
        cluster.match([asks[0][:-1] + b"x"])
    other.version = "0.0.1"
    with pytest.raises(RuntimeError, match="0.0.1"):
        cluster.scan(other, 0, texts)
    cluster.Folder(tmp_path, one, 3)
    with pytest.raises(ValueError, match="another plan"):
        cluster.Folder(tmp_path, cluster.Plan(), 3)


@pytest.mark.parametrize("options, reason", [
    ({"threshold": 0.8}, "threshold: what is like"),
    ({"min_doc_words": 3}, "min_doc_words: a dropped"),
    ({"boilerplate": 3}, "boilerplate: counts"),
    ({"memory": "1G"}, "memory: where it is full"),
    ({"keep": "none"}, "keep='none': whether")])
def test_options_that_read_verdicts_are_refused(options, reason):
    with pytest.raises(ValueError, match=reason):
        cluster.Plan(**options)


def test_the_secret_is_in_no_message():
    plan = cluster.Plan()
    assert len(plan._secret) == 256
    for text in (repr(plan), str(plan), plan.identity):
        assert plan._secret.hex() not in text
        assert repr(plan._secret)[2:20] not in text
    assert cluster.Plan().identity != plan.identity
