/*
 * Match: what the splits of a corpus ask of each other, a bucket at a time.
 * See cluster.c.
 *
 * Each blob of asks is sorted.  They are merged, so that all entries with the
 * same fingerprint or key come together, those of earlier splits first.
 */
#include "cluster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "order.h"

/* An entry of any of the three lists. */
struct entry {
	uint64_t hi, lo;	/* fingerprint; or key and tag */
	uint64_t at;
	enum ask_kind kind;	/* of a key */
	bool says;		/* it is recorded; it tells */
	struct place place;
};

/* A blob of asks. */
struct source {
	struct blob_head head;
	struct blob_reader reader;
	uint64_t left;		/* entries of the current list, ... */
	struct entry entry;	/* ... and the next one */
};

/* A unit that a split wants of another; both by their places among sources. */
struct link {
	uint32_t owner, asker;
	uint64_t at;
};

struct answer {
	uint32_t asker;
	struct fingerprint fp;
	struct place place;
};

struct matcher {
	struct source *source;	/* in the order of their splits */
	size_t n;
	uint32_t *heap;		/* sources with entries, the least on top */
	size_t nheap;
	void (*read)(struct source *s);	/* the next entry of the list */
	struct link *link;
	size_t nlinks, links_room;
	struct answer *answer;
	size_t nanswers, answers_room;
	const char *fault;	/* what is wrong with the asks, or NULL */
};

/* Entries. */

static void
read_text(struct source *s)
{
	struct entry *e = &s->entry;

	e->hi = blob_read_fixed(&s->reader, 8);
	e->lo = blob_read_fixed(&s->reader, 8);
	e->at = blob_read_number(&s->reader);
	e->says = e->at & 1;
	e->at >>= 1;
}

static void
read_key(struct source *s)
{
	struct entry *e = &s->entry;

	e->hi = blob_read_fixed(&s->reader, BUCKETS_BITS / 8);
	e->kind = (enum ask_kind)blob_read_fixed(&s->reader, 1);
	e->at = e->lo = 0;
	if (e->kind == ASK_LOOKS)
		return;
	e->at = blob_read_number(&s->reader);
	e->lo = blob_read_fixed(&s->reader, BLOB_TAG);
}

static void
read_fact(struct source *s)
{
	struct entry *e = &s->entry;

	e->hi = blob_read_fixed(&s->reader, 8);
	e->lo = blob_read_fixed(&s->reader, 8);
	e->says = blob_read_fixed(&s->reader, 1) != 0;
	e->place = (struct place){ 0, 0, 0 };
	if (!e->says)
		return;
	e->place.document = s->head.first + blob_read_number(&s->reader);
	e->place.offset = blob_read_number(&s->reader);
	e->place.line = blob_read_number(&s->reader);
}

/* The heap. */

static bool
is_less(const struct matcher *m, uint32_t a, uint32_t b)
{
	const struct entry *x = &m->source[a].entry, *y = &m->source[b].entry;

	if (x->hi != y->hi)
		return x->hi < y->hi;
	if (m->read != read_key && x->lo != y->lo)
		return x->lo < y->lo;
	return a < b;
}

static void
sift_down(struct matcher *m, size_t i)
{
	for (;;) {
		size_t least = i, left = 2 * i + 1;
		uint32_t x = m->heap[i];

		if (left < m->nheap &&
		    is_less(m, m->heap[left], m->heap[least]))
			least = left;
		if (left + 1 < m->nheap &&
		    is_less(m, m->heap[left + 1], m->heap[least]))
			least = left + 1;
		if (least == i)
			return;
		m->heap[i] = m->heap[least];
		m->heap[least] = x;
		i = least;
	}
}

/* The next list of all blobs. */
static void
begin_list(struct matcher *m, void (*read)(struct source *s), size_t size)
{
	m->read = read;
	m->nheap = 0;
	for (size_t i = 0; i < m->n; i++) {
		struct source *s = &m->source[i];

		s->left = blob_read_count(&s->reader, size);
		if (s->left == 0)
			continue;
		read(s);
		m->heap[m->nheap++] = (uint32_t)i;
	}
	for (size_t i = m->nheap / 2; i-- > 0; )
		sift_down(m, i);
}

/* The least entry, and whose it is: false if there are no more. */
static bool
next_entry(struct matcher *m, struct entry *e, uint32_t *source)
{
	struct source *s;

	if (m->nheap == 0)
		return false;
	*source = m->heap[0];
	s = &m->source[*source];
	*e = s->entry;
	if (--s->left > 0)
		m->read(s);
	else
		m->heap[0] = m->heap[--m->nheap];
	if (m->nheap > 0)
		sift_down(m, 0);
	return true;
}

static int
add_link(struct matcher *m, uint32_t owner, uint32_t asker, uint64_t at)
{
	if (array_room(&m->link, &m->links_room, m->nlinks + 1,
		       sizeof(*m->link)) != 0)
		return -1;
	m->link[m->nlinks++] = (struct link){ owner, asker, at };
	return 0;
}

/* The first unit that is recorded with a fingerprint is all others'. */
static int
match_texts(struct matcher *m)
{
	struct entry e, first = { .says = false };
	uint32_t source, owner = 0;

	begin_list(m, read_text, 17);
	while (next_entry(m, &e, &source)) {
		if (e.hi != first.hi || e.lo != first.lo || !first.says) {
			first = e;
			owner = source;
		} else if (source != owner &&
			   add_link(m, owner, source, first.at) != 0) {
			return -1;
		}
	}
	return 0;
}

/* The units under a key, of all splits so far. */
struct list {
	struct entry *seen;	/* different ones, and those that are code */
	uint32_t *owner;
	size_t n, room, owners_room;
	unsigned nindexed;
	uint64_t key;
};

static int
list_add(struct list *l, const struct entry *e, uint32_t source)
{
	if (array_room(&l->seen, &l->room, l->n + 1, sizeof(*e)) != 0 ||
	    array_room(&l->owner, &l->owners_room, l->n + 1,
		       sizeof(*l->owner)) != 0)
		return -1;
	l->seen[l->n] = *e;
	l->owner[l->n++] = source;
	l->nindexed += e->kind == ASK_RECORDS;
	return 0;
}

static bool
list_has(const struct list *l, uint64_t tag)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->seen[i].lo == tag)
			return true;
	return false;
}

/* A split asks for the units of those before it. */
static int
list_give(struct matcher *m, const struct list *l, uint32_t asker)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->seen[i].kind == ASK_RECORDS && l->owner[i] != asker &&
		    add_link(m, l->owner[i], asker, l->seen[i].at) != 0)
			return -1;
	return 0;
}

/*
 * The first TABLE_POSTINGS units under a key are those that one run has there.
 * The same words count once, where they are first.
 */
static int
take_key(struct matcher *m, struct list *l, const struct entry *e,
	 uint32_t source)
{
	if (e->hi != l->key)
		*l = (struct list){
			.seen = l->seen, .room = l->room, .owner = l->owner,
			.owners_room = l->owners_room, .key = e->hi,
		};
	if (e->kind == ASK_LOOKS)
		return list_give(m, l, source);
	if (l->nindexed == TABLE_POSTINGS)
		return 0;
	if (e->kind == ASK_MORE) {
		m->fault = "too many texts under a key: they were code before";
		return 0;
	}
	if (e->kind == ASK_RECORDS && list_has(l, e->lo))
		return 0;
	return list_add(l, e, source);
}

static int
match_keys(struct matcher *m)
{
	struct list l = { .key = UINT64_MAX };
	struct entry e;
	uint32_t source;
	int got = 0;

	begin_list(m, read_key, 6);
	while (got == 0 && next_entry(m, &e, &source))
		got = take_key(m, &l, &e, source);
	free(l.seen);
	free(l.owner);
	return got;
}

/* What the first that tells says holds for all after it that asked. */
static int
match_facts(struct matcher *m)
{
	struct entry e, first = { .says = false };
	uint32_t source, owner = 0;

	begin_list(m, read_fact, 17);
	while (next_entry(m, &e, &source)) {
		if (e.hi != first.hi || e.lo != first.lo || !first.says) {
			first = e;
			owner = source;
			continue;
		}
		if (source == owner)
			continue;
		if (array_room(&m->answer, &m->answers_room, m->nanswers + 1,
			       sizeof(*m->answer)) != 0)
			return -1;
		m->answer[m->nanswers++] = (struct answer){
			source, { e.hi, e.lo }, first.place,
		};
	}
	return 0;
}

/* What was found, as blobs. */

static int
by_owner(const void *a, const void *b)
{
	const struct link *x = a, *y = b;

	if (x->owner != y->owner)
		return order_u64(x->owner, y->owner);
	return x->asker != y->asker ? order_u64(x->asker, y->asker)
				    : order_u64(x->at, y->at);
}

/* Entries came in order, so those of an asker stay in it. */
static int
by_asker(const void *a, const void *b)
{
	const struct answer *x = a, *y = b;

	if (x->asker != y->asker)
		return order_u64(x->asker, y->asker);
	return x->fp.hi != y->fp.hi ? order_u64(x->fp.hi, y->fp.hi)
				    : order_u64(x->fp.lo, y->fp.lo);
}

static void
sort_links(struct matcher *m)
{
	size_t n = 0;

	if (m->nlinks > 0)
		qsort(m->link, m->nlinks, sizeof(*m->link), by_owner);
	for (size_t i = 0; i < m->nlinks; i++)
		if (n == 0 || by_owner(&m->link[n - 1], &m->link[i]) != 0)
			m->link[n++] = m->link[i];
	m->nlinks = n;
}

/* The blob of a split's own, of this kind. */
static int
begin_blob(const struct matcher *m, uint32_t source, enum blob_kind kind,
	   struct blob *b)
{
	struct blob_head h = m->source[source].head;

	h.kind = (uint8_t)kind;
	h.other = BLOB_NONE;
	return blob_begin(b, &h);
}

/* What asker wants: link[0..n). */
static int
put_asker(const struct matcher *m, const struct link *l, size_t n,
	  struct blob *b)
{
	const struct blob_head *h = &m->source[l->asker].head;

	if (blob_number(b, h->split) != 0 ||
	    blob_bytes(b, &h->sum, sizeof(h->sum)) != 0 ||
	    blob_number(b, n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (blob_number(b, l[i].at) != 0)
			return -1;
	return 0;
}

/* All links of one owner. */
static int
put_owner(const struct matcher *m, const struct link *l, size_t n,
	  struct blob *b)
{
	size_t askers = 0;

	for (size_t i = 0; i < n; i++)
		askers += i == 0 || l[i].asker != l[i - 1].asker;
	if (begin_blob(m, l->owner, BLOB_LINKS, b) != 0 ||
	    blob_number(b, askers) != 0)
		return -1;
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i; end < n && l[end].asker == l[i].asker; end++)
			;
		if (put_asker(m, l + i, end - i, b) != 0)
			return -1;
	}
	blob_end(b);
	return 0;
}

/* All answers for one split. */
static int
put_answers(const struct matcher *m, const struct answer *a, size_t n,
	    struct blob *b)
{
	if (begin_blob(m, a->asker, BLOB_FACTS, b) != 0 ||
	    blob_number(b, n) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (blob_bytes(b, &a[i].fp, sizeof(a[i].fp)) != 0 ||
		    blob_number(b, a[i].place.document) != 0 ||
		    blob_number(b, a[i].place.offset) != 0 ||
		    blob_number(b, a[i].place.line) != 0)
			return -1;
	blob_end(b);
	return 0;
}

static enum dedup_status
give(struct matcher *m, int (*each)(void *arg, bool facts, uint32_t split,
				    const void *blob, size_t len), void *arg)
{
	enum dedup_status st = DEDUP_OK;
	struct blob b = { .p = NULL };

	sort_links(m);
	if (m->nanswers > 0)
		qsort(m->answer, m->nanswers, sizeof(*m->answer), by_asker);
	for (size_t i = 0, end; i < m->nlinks && st == DEDUP_OK; i = end) {
		const struct link *l = m->link + i;

		for (end = i; end < m->nlinks &&
			      m->link[end].owner == l->owner; end++)
			;
		if (put_owner(m, l, end - i, &b) != 0)
			st = DEDUP_ENOMEM;
		else if (each(arg, false, m->source[l->owner].head.split, b.p,
			      b.n) != 0)
			st = DEDUP_ESTOP;
	}
	for (size_t i = 0, end; i < m->nanswers && st == DEDUP_OK; i = end) {
		const struct answer *a = m->answer + i;

		for (end = i; end < m->nanswers &&
			      m->answer[end].asker == a->asker; end++)
			;
		if (put_answers(m, a, end - i, &b) != 0)
			st = DEDUP_ENOMEM;
		else if (each(arg, true, m->source[a->asker].head.split, b.p,
			      b.n) != 0)
			st = DEDUP_ESTOP;
	}
	blob_free(&b);
	return st;
}

/* The sources. */

static int
by_split(const void *a, const void *b)
{
	return order_u64(((const struct source *)a)->head.split,
		       ((const struct source *)b)->head.split);
}

/* Open them, and see that they go together. */
static enum dedup_status
open_sources(struct matcher *m, const struct dedup_text *asks, char *why)
{
	for (size_t i = 0; i < m->n; i++)
		if (!blob_open(&m->source[i].reader, &m->source[i].head,
			       asks[i].text, asks[i].len, BLOB_ASKS, why))
			return DEDUP_ETABLE;
	if (m->n > 0)
		qsort(m->source, m->n, sizeof(*m->source), by_split);
	for (size_t i = 1; i < m->n; i++) {
		const struct blob_head *a = &m->source[i - 1].head;
		const struct blob_head *b = &m->source[i].head;
		const char *fault =
			a->identity != b->identity ? BLOB_OTHER_OPTIONS :
			a->bucket != b->bucket ? "asks of several buckets" :
			a->split == b->split ? "a split asks twice" : NULL;

		if (fault != NULL) {
			snprintf(why, DEDUP_WHY, "%s", fault);
			return DEDUP_EINVAL;
		}
	}
	return DEDUP_OK;
}

/* All of each was read, and nothing was wrong. */
static enum dedup_status
close_sources(struct matcher *m, char *why)
{
	for (size_t i = 0; i < m->n && m->fault == NULL; i++)
		if (!blob_is_done(&m->source[i].reader))
			m->fault = "a blob is damaged";
	if (m->fault == NULL)
		return DEDUP_OK;
	snprintf(why, DEDUP_WHY, "%s", m->fault);
	return DEDUP_ETABLE;
}

enum dedup_status
dedup_match(const struct dedup_text *asks, size_t n,
	    int (*each)(void *arg, bool facts, uint32_t split,
			const void *blob, size_t len),
	    void *arg, char why[DEDUP_WHY])
{
	struct matcher m = { .n = n };
	enum dedup_status st = DEDUP_ENOMEM;

	*why = '\0';
	if (n >= UINT32_MAX)
		return DEDUP_EINVAL;
	m.source = calloc(n + 1, sizeof(*m.source));
	m.heap = calloc(n + 1, sizeof(*m.heap));
	if (m.source != NULL && m.heap != NULL)
		st = open_sources(&m, asks, why);
	if (st == DEDUP_OK)
		st = match_texts(&m) != 0 || match_keys(&m) != 0 ||
		     match_facts(&m) != 0 ? DEDUP_ENOMEM :
		     close_sources(&m, why);
	if (st == DEDUP_OK)
		st = give(&m, each, arg);
	free(m.source);
	free(m.heap);
	free(m.link);
	free(m.answer);
	return st;
}
