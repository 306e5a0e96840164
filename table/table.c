/*
 * The fingerprint table: exact look-up, adding, taking back.  See record.h for
 * what a record looks like, and near.c, similar.c and contained.c for how to
 * find those like a unit.
 */
#include "table.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "array.h"
#include "index.h"
#include "table_internal.h"

struct table *
table_new(const struct table_options *opt, uint64_t secret)
{
	struct table *t = calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->near = opt->near;
	t->places = opt->places;
	t->limit = opt->limit;
	t->secret = secret;
	/*
	 * With -x an entry must take less than 20 bytes.  Fingerprints alone
	 * take 16 / 0.92 and, just after growing, 16 / (0.92 / 1.125).
	 */
	if (t->near || t->places)
		sorted_slots_init(&t->exact, sizeof(struct fingerprint) +
				  REFERENCE_BYTES, 0.88, 1.3);
	else
		sorted_slots_init(&t->exact, sizeof(struct fingerprint), 0.92,
				  1.125);
	buckets_init(&t->index);
	return t;
}

void
table_free(struct table *t)
{
	if (t == NULL)
		return;
	sorted_slots_free(&t->exact);
	buckets_free(&t->index);
	arena_free(&t->arena);
	free(t->attached);
	scratch_clear(&t->scratch);
	free(t->recent);
	free(t->undo);
	free(t);
}

void
table_clear(struct table *t)
{
	sorted_slots_clear(&t->exact);
	buckets_free(&t->index);
	arena_free(&t->arena);
	t->full = t->undoable = false;
	t->epoch++;
	t->longest = 0;
	for (unsigned i = 0; i < t->nattached; i++)
		if (saved_longest(t->attached[i]) > t->longest)
			t->longest = saved_longest(t->attached[i]);
}

int
table_attach(struct table *t, struct saved *f, char why[SAVED_WHY])
{
	struct saved_info i;

	saved_get_info(f, &i);
	if (i.entries[SAVED_EXACT] > 0 &&
	    (i.options.near != t->near || i.options.places != t->places)) {
		snprintf(why, SAVED_WHY, "made for other records");
		errno = EINVAL;
		return -1;
	}
	if (saved_index_secret(f) != t->secret) {
		snprintf(why, SAVED_WHY, "made with another secret");
		errno = EINVAL;
		return -1;
	}
	if (t->exact.n > 0) {
		snprintf(why, SAVED_WHY, "comes after units");
		errno = EINVAL;
		return -1;
	}
	if (array_resize(&t->attached, (size_t)t->nattached + 1,
			 sizeof(struct saved *)) != 0) {
		snprintf(why, SAVED_WHY, "%s", strerror(ENOMEM));
		return -1;
	}
	t->attached[t->nattached++] = f;
	if (saved_longest(f) > t->longest)
		t->longest = saved_longest(f);
	return 0;
}

size_t
table_memory(const struct table *t)
{
	return sizeof(*t) + t->nattached * sizeof(void *) +
	       sorted_slots_memory(&t->exact) + buckets_memory(&t->index) +
	       arena_memory(&t->arena) +
	       scratch_memory(&t->scratch);
}

/* How large a part of the table, now of 'now' bytes, may become. */
static size_t
allowance(const struct table *t, size_t now)
{
	size_t rest;

	if (t->limit == 0)
		return SIZE_MAX;
	rest = table_memory(t) - now -
	       scratch_memory(&t->scratch) +
	       scratch_bytes(t->longest);
	return rest < t->limit ? t->limit - rest : 0;
}

/* How large a part that grows, now of 'now' bytes, may become. */
static size_t
fair_share(const struct table *t, size_t now)
{
	size_t most = allowance(t, now);

	/* The other half is for the other parts, which grow too. */
	return t->limit > 0 && most > now ? now + (most - now) / 2 : most;
}

int
table_grow_index(struct table *t)
{
	return buckets_reserve_within(&t->index,
				      fair_share(t, buckets_memory(&t->index)));
}

/* Room for one more fingerprint: 0, or -1 with ENOMEM. */
static int
reserve_exact(struct table *t)
{
	return sorted_slots_has_room(&t->exact) ? 0 :
	       sorted_slots_reserve_within(&t->exact,
			fair_share(t, sorted_slots_memory(&t->exact)));
}

bool
table_full(const struct table *t)
{
	return t->full;
}

void
table_set_limit(struct table *t, size_t limit)
{
	t->limit = limit;
}

void
table_fill(struct table *t)
{
	t->full = true;
}

size_t
table_count(const struct table *t)
{
	return t->exact.n;
}

void
table_prefetch(const struct table *t, const struct fingerprint *fp)
{
	for (unsigned i = 0; i < t->nattached; i++)
		saved_prefetch(t->attached[i], fp);
	sorted_slots_prefetch(&t->exact, fp->hi);
}

/* Slot of the fingerprint, or NULL with *at where it would be. */
static const unsigned char *
exact_slot(const struct table *t, const struct fingerprint *fp,
	   unsigned char **at)
{
	unsigned char *p;

	*at = NULL;
	if (t->exact.n == 0)
		return NULL;
	for (p = sorted_slots_find(&t->exact, fp->hi);
	     sorted_slots_key(p) == fp->hi; p += t->exact.width)
		if (sorted_slots_key(p + sizeof(fp->hi)) == fp->lo)
			return p;
	*at = p;
	return NULL;
}

/* Find the attached table that has the fingerprint, to *table; 1, 0, or -1. */
static int
find_attached(const struct table *t, const struct fingerprint *fp,
	      unsigned *table, uint64_t *ref)
{
	for (unsigned i = 0; i < t->nattached; i++) {
		int got = saved_find(t->attached[i], fp, ref);

		if (got != 0) {
			*table = i + 1;
			return got;
		}
	}
	return 0;
}

int
table_find(const struct table *t, const struct fingerprint *fp,
	   struct match *m)
{
	const unsigned char *p;
	unsigned char *at;
	unsigned table = 0;
	uint64_t ref = 0;

	if (t->nattached > 0) {
		int got = find_attached(t, fp, &table, &ref);

		if (got < 0)
			return -1;
	}
	if (table == 0) {
		p = exact_slot(t, fp, &at);
		if (p == NULL)
			return 0;
		if (t->places || t->near)
			ref = load40(p + sizeof(*fp));
	}
	if (t->places) {
		p = record_at(t, table, ref);
		if (p == NULL)
			return -1;
		*m = (struct match){
			.resemblance = 1.0,
			.place = record_place(t, table, ref, p),
			.table = table, .ref = ref, .fp = *fp,
		};
	} else {
		*m = (struct match){
			.resemblance = 1.0, .table = table, .ref = ref,
			.fp = *fp,
		};
	}
	return 1;
}

uint64_t
table_identity(const struct table *t, const struct match *m)
{
	const unsigned char *p = m->ref == 0 ? NULL :
				 record_at(t, m->table, m->ref);
	uint32_t n = p == NULL ? 0 : record_head(p).nwords;
	const uint16_t *code;

	if (n == 0)
		return shingle_identity_of(&m->fp);
	code = record_codes(t, p);
	return shingle_identity(code, (const uint8_t *)(code + n), n);
}

bool
table_went(const struct table *t, const struct match *m)
{
	const unsigned char *p = m->ref == 0 ? NULL :
				 record_at(t, m->table, m->ref);

	return p != NULL && record_went(p);
}

struct place
table_place(const struct table *t, uint64_t ref)
{
	return record_place(t, 0, ref, arena_at(&t->arena, ref));
}

void
table_move(struct table *t, const struct fingerprint *fp,
	   const struct place *from, const struct place *to)
{
	unsigned char *slot, *at;
	const unsigned char *p = exact_slot(t, fp, &slot);

	if (p == NULL || !t->places)
		return;
	at = (unsigned char *)arena_at(&t->arena, load40(p + sizeof(*fp))) +
	     sizeof(struct record);
	if (memcmp(at, from, sizeof(*from)) == 0)
		memcpy(at, to, sizeof(*to));
}

void
table_begin_proposals(struct table *t)
{
	size_t size = ((size_t)1 << RECENT_BITS) / 8;

	if (t->recent == NULL)
		t->recent = malloc(size);
	if (t->recent != NULL)
		memset(t->recent, 0, size);
	t->since = t->arena.used;
}

int
table_propose_find(const struct table *t, const struct fingerprint *fp,
		   struct proposal *p)
{
	int got;

	*p = (struct proposal){
		.upto = t->arena.used, .epoch = t->epoch,
	};
	got = table_find(t, fp, &p->m);
	p->looked = p->exact = got > 0;
	return got;
}

/*
 * Records made since are newer than all that was proposed: they come first only
 * if they share more of the sketch.
 */
int
table_find_after(struct table *t, const struct fingerprint *fp,
		 const struct proposal *p, struct match *m)
{
	if (p->epoch != t->epoch)
		return table_find(t, fp, m);
	if (p->exact) {
		*m = p->m;
		return 1;
	}
	return recent_has(t, p->upto, (uint32_t)fp->hi) ?
	       table_find(t, fp, m) : 0;
}

int
table_log_undo(struct table *t, bool indexed, uint64_t hi, uint64_t lo)
{
	if (!t->undoable)
		return 0;
	if (array_room(&t->undo, &t->undo_room, t->nundo + 1,
		       sizeof(*t->undo)) != 0)
		return -1;
	t->undo[t->nundo++] = (struct undo){ hi, lo, indexed };
	return 0;
}

/* A record for the unit: its reference, 0 with ENOMEM. */
static uint64_t
put_record(struct table *t, const struct words *w, const struct place *at)
{
	struct record r = { 0, 0 };
	unsigned char *p;
	uint64_t ref;
	size_t len;

	if (w->code != NULL)
		r = (struct record){
			w->n, w->digits | (w->went ? RECORD_WENT : 0) |
			(w->length < SHINGLE_NEAR ? RECORD_SHORT : 0),
		};
	len = record_length(t->places, r.nwords);
	ref = arena_take(&t->arena, len,
			 allowance(t, arena_memory(&t->arena)));
	if (ref == 0)
		return 0;
	p = arena_at(&t->arena, ref);
	/*
	 * Bytes that were taken back may still be there, also after the record.
	 */
	memset(p + (len - 1) / GRAIN * GRAIN, 0, GRAIN);
	memcpy(p, &r, sizeof(r));
	p += sizeof(r);
	if (t->places) {
		memcpy(p, at, sizeof(*at));
		p += sizeof(*at);
	}
	if (r.nwords > 0) {
		memcpy(p, w->code, r.nwords * sizeof(*w->code));
		p += r.nwords * sizeof(*w->code);
		memcpy(p, w->tag, r.nwords);
	}
	return ref;
}

/* Record a unit that is not known; its fingerprint goes to 'slot'. */
static int
add_unknown(struct table *t, const struct words *w, const struct place *at,
	    unsigned char *slot)
{
	unsigned char entry[sizeof(w->fp) + REFERENCE_BYTES];
	uint64_t ref = 0;

	if (w->code != NULL || t->places) {
		ref = put_record(t, w, at);
		if (ref == 0)
			return -1;
	}
	if (w->code != NULL && index_add_all(t, w, ref) != 0) {
		arena_untake(&t->arena, ref);
		return -1;
	}
	if (table_log_undo(t, false, w->fp.hi, w->fp.lo) != 0) {
		if (w->code != NULL)
			index_undo_all(t, w, ref);
		if (ref != 0)
			arena_untake(&t->arena, ref);
		return -1;
	}
	memcpy(entry, &w->fp.hi, sizeof(w->fp.hi));
	memcpy(entry + sizeof(w->fp.hi), &w->fp.lo, sizeof(w->fp.lo));
	store40(entry + sizeof(w->fp), ref);
	sorted_slots_insert(&t->exact, slot, entry);
	return 0;
}

int
table_add(struct table *t, const struct words *w, const struct place *at)
{
	uint32_t longest = t->longest;
	uint64_t ref;
	unsigned char *slot;
	unsigned table;
	int got;

	if (t->full) {
		errno = ENOMEM;
		return -1;
	}
	got = t->nattached == 0 ? 0 : find_attached(t, &w->fp, &table, &ref);
	if (got != 0)
		return got < 0 ? -1 : 0;
	if (w->code != NULL && w->n > t->longest)
		t->longest = w->n;
	if (reserve_exact(t) != 0)
		goto fail;
	if (t->exact.n == 0) {
		slot = sorted_slots_find(&t->exact, w->fp.hi);
	} else if (exact_slot(t, &w->fp, &slot) != NULL) {
		/* Known already: the earlier record stays. */
		t->longest = longest;
		return 0;
	}
	if (add_unknown(t, w, at, slot) == 0) {
		recent_mark(t, (uint32_t)w->fp.hi);
		return 0;
	}
fail:
	t->longest = longest;
	t->full = errno == ENOMEM;
	return -1;
}

void
table_savepoint(struct table *t)
{
	t->undoable = true;
	t->nundo = 0;
	t->savepoint = arena_savepoint(&t->arena);
	t->longest_before = t->longest;
}

void
table_undo(struct table *t)
{
	struct arena *a = &t->arena;

	for (size_t i = t->nundo; t->undoable && i-- > 0; ) {
		struct fingerprint fp = { t->undo[i].hi, t->undo[i].lo };
		unsigned char *p, *at;

		if (!t->undo[i].indexed) {
			p = (unsigned char *)exact_slot(t, &fp, &at);
			if (p != NULL)
				sorted_slots_remove(&t->exact, p);
			continue;
		}
		buckets_remove(&t->index, t->undo[i].hi, t->undo[i].lo);
	}
	t->nundo = 0;
	if (t->undoable)
		t->longest = t->longest_before;
	if (!t->undoable || a->nchunks == 0)
		return;
	arena_undo(a, &t->savepoint);
	/* Proposals may rest on what is gone. */
	if (a->used < t->since)
		t->epoch++;
}

int
table_save(const struct table *t, const char *path,
	   const struct saved_run *run, char why[SAVED_WHY])
{
	struct saved_span *spans = malloc((t->arena.nchunks + 1) *
					  sizeof(*spans));
	struct saved_own own = {
		.exact = &t->exact, .index = &t->index, .spans = spans,
		.index_secret = t->secret, .longest = t->longest,
	};
	int result;

	if (spans == NULL) {
		snprintf(why, SAVED_WHY, "%s", strerror(ENOMEM));
		return -1;
	}
	for (size_t i = 0; i < t->arena.nchunks; i++) {
		/* Reference 0 means none. */
		size_t first = i == 0 ? 1 : i * CHUNK_GRAINS;

		if (t->arena.span[i].end <= first)
			continue;
		spans[own.nspans++] = (struct saved_span){
			arena_at(&t->arena, first), first,
			t->arena.span[i].end,
		};
	}
	result = saved_write(path, t->attached, t->nattached, &own, run,
			     why);
	free(spans);
	return result;
}
