/*
 * Saved tables: writing one from others and from a table in memory.
 *
 *	1	which units of a source are known by an earlier one: a pass over
 *		all fingerprints, which marks the records that are left out
 *	2	sections, each by one pass over that of the sources
 *
 * Where a source's records are in the new arena follows from what was left out
 * before them, so a reference is mapped by counting marks, and order stays.
 * Slots are sorted, so passes merge.  Everything is read in order, and written
 * by a second thread, which computes the checksums too.
 */
#include "saved.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "replace.h"
#include "saved_format.h"
#include "simd.h"

#define BUFFER (4 * BLOCK)	/* what is written at a time */
#define SLACK ((size_t)64)	/* bytes of an entry, at least */
#define AHEAD ((size_t)512)	/* entries a cursor prepares at a time */
#define DROPS 64		/* records to be marked at a time */

/* Output: two buffers; one fills while the other is written. */

struct out {
	int fd;
	unsigned char *buffer[2];	/* BUFFER + SLACK bytes, zero beyond */
	unsigned at;			/* which one fills */
	uint64_t base;		/* of the body: where this buffer begins */
	uint64_t *sums;		/* of the blocks handed over */
	size_t nsums, room;

	bool threaded;
	pthread_t thread;
	pthread_mutex_t mutex;
	pthread_cond_t turn;
	/* For the thread; under the mutex. */
	const unsigned char *job;	/* NULL: none */
	size_t job_len;
	uint64_t *job_sums;
	bool done;
	int error;
};

/* The bytes, and the checksum of each block of them: 0, or errno. */
static int
put_blocks(int fd, const unsigned char *p, size_t len, uint64_t *sums)
{
	for (size_t i = 0; i < len; i += BLOCK)
		*sums++ = shingle_checksum(p + i,
					   len - i < BLOCK ? len - i : BLOCK);
	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0 ? EIO : errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

static void *
write_jobs(void *arg)
{
	struct out *o = arg;

	pthread_mutex_lock(&o->mutex);
	for (;;) {
		int error;

		while (o->job == NULL && !o->done)
			pthread_cond_wait(&o->turn, &o->mutex);
		if (o->job == NULL)
			break;
		error = o->error;
		pthread_mutex_unlock(&o->mutex);
		if (error == 0)
			error = put_blocks(o->fd, o->job, o->job_len,
					   o->job_sums);
		pthread_mutex_lock(&o->mutex);
		o->error = error;
		o->job = NULL;
		pthread_cond_signal(&o->turn);
	}
	pthread_mutex_unlock(&o->mutex);
	return NULL;
}

static int
out_open(struct out *o, int fd)
{
	sigset_t all, before;

	*o = (struct out){ .fd = fd };
	for (unsigned i = 0; i < 2; i++) {
		o->buffer[i] = calloc(1, BUFFER + SLACK);
		if (o->buffer[i] == NULL)
			return -1;
	}
	pthread_mutex_init(&o->mutex, NULL);
	pthread_cond_init(&o->turn, NULL);
	/* Signals are for the program's own threads. */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	o->threaded = pthread_create(&o->thread, NULL, write_jobs, o) == 0;
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return 0;
}

/* Wait until the thread has written what it was given. */
static int
out_wait(struct out *o)
{
	int error;

	if (!o->threaded)
		return o->error;
	pthread_mutex_lock(&o->mutex);
	while (o->job != NULL)
		pthread_cond_wait(&o->turn, &o->mutex);
	error = o->error;
	pthread_mutex_unlock(&o->mutex);
	return error;
}

static void
out_close(struct out *o)
{
	if (o->threaded) {
		out_wait(o);
		pthread_mutex_lock(&o->mutex);
		o->done = true;
		pthread_cond_signal(&o->turn);
		pthread_mutex_unlock(&o->mutex);
		pthread_join(o->thread, NULL);
	}
	free(o->buffer[0]);
	free(o->buffer[1]);
	free(o->sums);
}

/* Hand over the first 'len' bytes; the rest of the buffer begins the next. */
static int
out_hand_over(struct out *o, size_t len)
{
	unsigned char *full = o->buffer[o->at], *next = o->buffer[!o->at];
	int error = out_wait(o);

	if (error != 0) {
		errno = error;
		return -1;
	}
	if (array_room(&o->sums, &o->room, o->nsums + BUFFER / BLOCK,
		       sizeof(*o->sums)) != 0)
		return -1;
	memcpy(next, full + BUFFER, SLACK);
	memset(next + SLACK, 0, BUFFER);
	if (o->threaded) {
		pthread_mutex_lock(&o->mutex);
		o->job_len = len;
		o->job_sums = o->sums + o->nsums;
		o->job = full;
		pthread_cond_signal(&o->turn);
		pthread_mutex_unlock(&o->mutex);
	} else {
		o->error = put_blocks(o->fd, full, len, o->sums + o->nsums);
	}
	o->nsums += (len + BLOCK - 1) / BLOCK;
	o->base += len;
	o->at = !o->at;
	return 0;
}

/*
 * Where the bytes of the body from 'at' on go, SLACK at most; zero so far.
 * What lies before is final, but for SLACK bytes.  NULL on an error.
 */
static inline unsigned char *
out_at(struct out *o, uint64_t at)
{
	while (__builtin_expect(at >= o->base + BUFFER, 0))
		if (out_hand_over(o, BUFFER) != 0)
			return NULL;
	return o->buffer[o->at] + (at - o->base);
}

static int
out_copy(struct out *o, uint64_t at, const unsigned char *p, size_t len)
{
	while (len > 0) {
		unsigned char *to = out_at(o, at);
		size_t n;

		if (to == NULL)
			return -1;
		n = BUFFER - (size_t)(at - o->base);
		n = len < n ? len : n;
		memcpy(to, p, n);
		at += n;
		p += n;
		len -= n;
	}
	return 0;
}

/* The sources: files, and the run's own table. */

/* Which of 64 grains are left out, as bits; and how many before them. */
struct holes {
	uint64_t out;
	uint64_t before;
};

struct source {
	struct saved *file;		/* NULL: a run's own */
	struct ordered exact, index, counts;
	const struct lines *lines;	/* a run's own index */
	const struct saved_span *spans;
	size_t nspans;
	struct saved_span all;	/* a file's one */
	uint64_t end;		/* references are below it */
	struct holes *holes;	/* NULL: nothing is left out */
	uint64_t begin;		/* its reference 1, in the new arena */
	uint64_t documents;	/* its document 0, in the new file */
};

struct merge {
	struct source *source;
	size_t n;
	const struct saved_run *run;
	struct saved_header h;
	struct out out;
	uint64_t least;		/* counts below are left out */
	uint64_t end;		/* of what was written of the body */
	char *why;
};

#define HOLE(ref) ((uint64_t)1 << ((ref) & 63))

static int
out_of_memory(char *why)
{
	return saved_fail(why, ENOMEM, "%s", strerror(ENOMEM));
}

/* errno and its message: -1. */
static int
failed(struct merge *m)
{
	int error = errno;

	/* Which one is it, and where? */
	for (size_t i = 0; error == EBADMSG && i < m->n; i++) {
		char what[SAVED_WHY];

		if (m->source[i].file != NULL &&
		    saved_verify(m->source[i].file, what) != 0)
			return saved_fail(m->why, error, "table %zu: %.150s",
					  i + 1, what);
	}
	return saved_fail(m->why, error, "%s", strerror(error));
}

static int
source_ready(const struct source *p, const void *bytes, size_t len)
{
	return p->file == NULL ? 0 : saved_ready(p->file, bytes, len);
}

/* Where a grain of the source is, or NULL with EBADMSG. */
static const unsigned char *
source_grain(const struct source *p, uint64_t ref)
{
	size_t low = 0, high = p->nspans;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (p->spans[middle].end <= ref)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < p->nspans && p->spans[low].first <= ref)
		return p->spans[low].bytes +
		       (ref - p->spans[low].first) * GRAIN;
	errno = EBADMSG;
	return NULL;
}

static int
need_holes(struct source *p)
{
	if (p->holes == NULL)
		p->holes = calloc(p->end / 64 + 1, sizeof(*p->holes));
	return p->holes == NULL ? -1 : 0;
}

static void
leave_out(struct source *p, uint64_t from, uint64_t to)
{
	for (; from < to && from % 64 != 0; from++)
		p->holes[from / 64].out |= HOLE(from);
	for (; from + 64 <= to; from += 64)
		p->holes[from / 64].out = UINT64_MAX;
	for (; from < to; from++)
		p->holes[from / 64].out |= HOLE(from);
}

/* Leave out what lies between spans, where no record is. */
static int
leave_out_gaps(struct source *p)
{
	for (size_t i = 0; i < p->nspans; i++) {
		uint64_t end = i == 0 ? 1 : p->spans[i - 1].end;

		if (p->spans[i].first == end)
			continue;
		if (need_holes(p) != 0)
			return -1;
		leave_out(p, end, p->spans[i].first);
	}
	return 0;
}

/* Leave out a record. */
static int
leave_out_record(const struct merge *m, struct source *p, uint64_t ref)
{
	const unsigned char *at;
	struct record r;
	size_t len;

	if (need_holes(p) != 0)
		return -1;
	at = p->file != NULL ? saved_record(p->file, ref) :
	     source_grain(p, ref);
	if (at == NULL)
		return -1;
	memcpy(&r, at, sizeof(r));
	len = record_length(m->h.places, r.nwords);
	leave_out(p, ref, ref + (len + GRAIN - 1) / GRAIN);
	return 0;
}

/* Count what is left out; how many grains stay. */
static uint64_t
count_holes(struct source *p)
{
	uint64_t before = 0;

	if (p->holes == NULL)
		return p->end - 1;
	for (uint64_t i = 0; i <= p->end / 64; i++) {
		p->holes[i].before = before;
		before += (unsigned)__builtin_popcountll(p->holes[i].out);
	}
	return p->end - 1 - before;
}

/*
 * The reference in the new arena; 0 where it is left out.  ref < p->end.
 * Without branches on what is left out, which cannot be guessed.
 */
BODY uint64_t
map_ref(const struct source *p, uint64_t ref)
{
	const struct holes *h;
	uint64_t before, stays;

	if (p->holes == NULL)
		return p->begin + ref - 1;
	h = &p->holes[ref / 64];
	before = h->before +
		 (unsigned)__builtin_popcountll(h->out & (HOLE(ref) - 1));
	stays = 1 - (h->out >> ref % 64 & 1);
	return (p->begin + ref - 1 - before) & -stays;
}

/*
 * Entries in order: of one source a cursor, which prepares some at a time; of
 * all sources the smallest of what the cursors are at.
 */

struct entry {
	uint64_t hi, lo;
	uint64_t value;		/* reference or count */
};

struct cursor {
	const struct source *source;
	size_t number;		/* of the source */
	const unsigned char *p, *end;
	size_t width;
	size_t i, n;		/* of those prepared */
	size_t room;
	struct entry *entry;
	saved_key *key;		/* of an index instead */
	bool wide;		/* the machine has vectors for it */
	/* Of a run's own index: some lines' entries, ascending. */
	const struct lines *lines;
	size_t line;		/* the next one */
	saved_key *sorted;
	size_t nsorted, next_sorted, sorted_room;
};

static bool
is_before(const struct entry *a, const struct entry *b)
{
	return a->hi < b->hi || (a->hi == b->hi && a->lo < b->lo);
}

/*
 * Some slots to read, compared with their checksum: how many, 0 at the end, -1
 * on an error.
 */
static ssize_t
take_slots(struct cursor *c, const unsigned char **from)
{
	size_t n = (size_t)(c->end - c->p) / c->width;

	n = n < AHEAD ? n : AHEAD;
	if (source_ready(c->source, c->p, n * c->width) != 0)
		return -1;
	*from = c->p;
	c->p += n * c->width;
	return (ssize_t)n;
}

/*
 * The index entries in n slots, with references mapped and without those that
 * are left out, to 'to': how many; SIZE_MAX where a reference is out of bounds.
 */
BODY size_t
map_keys_body(const struct source *source, const unsigned char *p, size_t n,
	      saved_key *restrict to)
{
	const uint64_t end = source->end;
	size_t have = 0;

	for (size_t i = 0; i < n; i++, p += KEY_WIDTH) {
		saved_key e = load_key(p);
		uint64_t ref = reference_of(e), mapped;

		if (ref >= end || (ref == 0 && e != 0))
			return SIZE_MAX;
		mapped = map_ref(source, ref);
		to[have] = (e & ~(saved_key)REFERENCE_MOST) | mapped;
		have += (e != 0) & (mapped != 0);
	}
	return have;
}

static size_t
map_keys(const struct source *source, const unsigned char *p, size_t n,
	 saved_key *to)
{
	return map_keys_body(source, p, n, to);
}

WIDE static size_t
map_keys_wide(const struct source *source, const unsigned char *p, size_t n,
	      saved_key *to)
{
	return map_keys_body(source, p, n, to);
}

/*
 * Put an entry to its place among v[0..n).  Mostly that is near the end: an entry
 * stands few lines behind its home.
 */
static void
insert_key(saved_key *v, size_t n, saved_key e)
{
	for (; n > 0 && v[n - 1] > e; n--)
		v[n] = v[n - 1];
	v[n] = e;
}

/* The entries of the next lines, sorted: 1, 0 where none are left, or -1. */
static int
sort_lines(struct cursor *c)
{
	size_t n;

	c->nsorted = c->next_sorted = 0;
	while (c->nsorted < AHEAD &&
	       (n = lines_stretch(c->lines, c->line)) > 0) {
		if (array_room(&c->sorted, &c->sorted_room,
			       c->nsorted + n * LINE_ENTRIES,
			       sizeof(*c->sorted)) != 0)
			return -1;
		for (; n > 0; n--) {
			const struct line_of_entries *p;

			p = &c->lines->line[c->line++];
			for (unsigned i = 0; i < p->n; i++)
				insert_key(c->sorted, c->nsorted++,
					   (saved_key)line_key(p, i) << 40 |
					   line_ref(p, i));
		}
	}
	return c->nsorted > 0;
}

/* fill_keys() where the index is the run's own. */
static int
fill_own_keys(struct cursor *c)
{
	c->i = c->n = 0;
	while (c->n == 0) {
		if (c->next_sorted == c->nsorted) {
			int got = sort_lines(c);

			if (got <= 0)
				return got;
		}
		while (c->n < AHEAD && c->next_sorted < c->nsorted) {
			saved_key e = c->sorted[c->next_sorted++];
			uint64_t to = map_ref(c->source, reference_of(e));

			c->key[c->n] = (e & ~(saved_key)REFERENCE_MOST) | to;
			c->n += to != 0;
		}
	}
	return 1;
}

/* Prepare entries of an index: 1, 0 where none are left, or -1. */
static int
fill_keys(struct cursor *c)
{
	bool bad = false;

	if (c->lines != NULL)
		return fill_own_keys(c);
	c->i = c->n = 0;
	while (c->n == 0) {
		const unsigned char *p;
		ssize_t n = take_slots(c, &p);

		if (n <= 0)
			return (int)n;
		c->n = (c->wide ? map_keys_wide : map_keys)
			(c->source, p, (size_t)n, c->key);
		if (c->n == SIZE_MAX)
			goto damaged;
	}
	/* Merging them relies on their order. */
	for (size_t i = 1; i < c->n; i++)
		bad |= c->key[i] <= c->key[i - 1];
	if (!bad)
		return 1;
damaged:
	c->n = 0;
	errno = EBADMSG;
	return -1;
}

static int
append_entry(struct cursor *c, const unsigned char *p)
{
	struct entry e = { ordered_key(p), ordered_key(p + 8), 0 };
	size_t i;

	if (c->width > sizeof(struct fingerprint))
		e.value = load40(p + sizeof(struct fingerprint));
	if (array_room(&c->entry, &c->room, c->n + 1, sizeof(*c->entry)) != 0)
		return -1;
	/* In memory, those of equal 'hi' stand in any order. */
	for (i = c->n++; i > 0 && c->entry[i - 1].hi == e.hi &&
	     c->source->file == NULL && e.lo < c->entry[i - 1].lo; i--)
		c->entry[i] = c->entry[i - 1];
	c->entry[i] = e;
	return 0;
}

/* Prepare fingerprints; those with equal 'hi' together. */
static int
fill_entries(struct cursor *c)
{
	c->i = c->n = 0;
	while (c->n == 0) {
		const unsigned char *p;
		ssize_t n = take_slots(c, &p);

		if (n <= 0)
			return (int)n;
		for (ssize_t i = 0; i < n; i++, p += c->width)
			if (ordered_key(p) != 0 && append_entry(c, p) != 0)
				return -1;
	}
	while (c->source->file == NULL && c->p < c->end &&
	       ordered_key(c->p) == c->entry[c->n - 1].hi) {
		if (append_entry(c, c->p) != 0)
			return -1;
		c->p += c->width;
	}
	return 1;
}

static int
cursor_fill(struct cursor *c)
{
	return c->key != NULL ? fill_keys(c) : fill_entries(c);
}

/* What a cursor holds. */
static void
cursor_clear(struct cursor *c)
{
	free(c->entry);
	free(c->key);
	free(c->sorted);
}

static void
cursors_free(struct cursor *c, size_t n)
{
	for (size_t i = 0; c != NULL && i < n; i++)
		cursor_clear(&c[i]);
	free(c);
}

/*
 * A cursor for each source that has any entries, to *cursors: how many, or -1.
 */
static ssize_t
cursors_open(const struct merge *m, enum saved_section s,
	     struct cursor **cursors)
{
	struct cursor *c = calloc(m->n + 1, sizeof(*c));
	size_t have = 0;

	*cursors = c;
	if (c == NULL)
		return -1;
	for (size_t i = 0; i < m->n; i++) {
		const struct source *p = &m->source[i];
		const struct ordered *o = s == SAVED_EXACT ? &p->exact :
			s == SAVED_INDEX ? &p->index : &p->counts;
		int got;

		if (o->n == 0 && (s != SAVED_INDEX || p->lines == NULL))
			continue;
		c[have] = (struct cursor){
			.source = p, .number = i,
			.width = o->width, .room = AHEAD + 1,
			.wide = vectors_available() >= VECTORS_WIDE,
			.lines = s == SAVED_INDEX ? p->lines : NULL,
		};
		if (o->n > 0) {
			c[have].p = o->slots;
			c[have].end = o->slots +
				      (o->nslots + o->tail) * o->width;
		}
		if (s == SAVED_INDEX)
			c[have].key = malloc((AHEAD + 1) * sizeof(saved_key));
		else
			c[have].entry = malloc((AHEAD + 1) *
					       sizeof(struct entry));
		if (c[have].key == NULL && c[have].entry == NULL) {
			cursors_free(c, have);
			*cursors = NULL;
			return -1;
		}
		got = cursor_fill(&c[have]);
		if (got < 0) {
			cursors_free(c, have + 1);
			*cursors = NULL;
			return -1;
		}
		if (got > 0) {
			have++;
			continue;
		}
		cursor_clear(&c[have]);
	}
	return (ssize_t)have;
}

/* One entry on; a cursor that is at its end goes.  0, or -1. */
static inline int
cursor_next(struct cursor *c, size_t at, size_t *n)
{
	struct cursor gone;
	int got;

	if (++c[at].i < c[at].n)
		return 0;
	got = cursor_fill(&c[at]);
	if (got != 0)
		return got < 0 ? -1 : 0;
	gone = c[at];
	memmove(c + at, c + at + 1, (*n - at - 1) * sizeof(*c));
	(*n)--;
	cursor_clear(&gone);
	return 0;
}

/* Slots, one after another, as ordered.h says. */

struct slots {
	struct out *out;	/* NULL: only count */
	struct ordered o;	/* width, mask and nslots */
	uint64_t begin, next, n;
};

/* The slot for the next entry, or NULL on an error. */
static inline unsigned char *
slots_next(struct slots *s, uint64_t key)
{
	uint64_t at = ordered_home(&s->o, key);

	at = at > s->next ? at : s->next;
	s->next = at + 1;
	return out_at(s->out, s->begin + at * s->o.width);
}

/* Begin a section at the next boundary. */
static struct saved_extent *
section_begin(struct merge *m, enum saved_section s)
{
	struct saved_extent *to = &m->h.section[s];

	m->end = (m->end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	*to = (struct saved_extent){ .offset = m->end + SAVED_BODY };
	return to;
}

static void
section_end(struct merge *m, struct saved_extent *to, uint64_t n,
	    uint64_t length)
{
	to->n = n;
	to->length = length;
	m->end += length;
}

/* Begin and end one of slots. */
static struct slots
slots_begin(struct merge *m, enum saved_section s, size_t width,
	    uint64_t n)
{
	struct slots to = { .out = &m->out, .n = n };

	ordered_init(&to.o, width, 0.9, 2.0);
	to.o.nslots = slots_for(n);
	to.begin = section_begin(m, s)->offset - SAVED_BODY;
	return to;
}

static void
slots_end(struct merge *m, enum saved_section s, const struct slots *to)
{
	struct saved_extent *section = &m->h.section[s];
	uint64_t total = slots_in_all(to->n, to->next - 1);

	section->nslots = to->o.nslots;
	section->tail = total - to->o.nslots;
	section_end(m, section, to->n, total * to->o.width);
}

/* Records that are to be left out, prefetched meanwhile. */
struct drops {
	struct source *source[DROPS];
	uint64_t ref[DROPS];
	size_t n;
};

static int
drops_flush(const struct merge *m, struct drops *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (leave_out_record(m, d->source[i], d->ref[i]) != 0)
			return -1;
	d->n = 0;
	return 0;
}

static int
drops_add(const struct merge *m, struct drops *d, size_t source, uint64_t ref)
{
	struct source *p = &m->source[source];

	if (ref == 0)
		return 0;
	if (ref >= p->end) {
		errno = EBADMSG;
		return -1;
	}
	if (p->file != NULL)
		__builtin_prefetch(p->all.bytes + ((size_t)ref - 1) * GRAIN);
	d->source[d->n] = p;
	d->ref[d->n++] = ref;
	return d->n == DROPS ? drops_flush(m, d) : 0;
}

/* Which of n > 0 cursors is at the smallest entry; the first, if equal. */
static inline size_t
first_entry(const struct cursor *c, size_t n)
{
	size_t at = 0;

	for (size_t i = 1; i < n; i++)
		if (is_before(&c[i].entry[c[i].i], &c[at].entry[c[at].i]))
			at = i;
	return at;
}

static int
put_entry(struct slots *to, const struct entry *e)
{
	unsigned char *p = slots_next(to, e->hi);

	if (p == NULL)
		return -1;
	memcpy(p, &e->hi, sizeof(e->hi));
	memcpy(p + 8, &e->lo, sizeof(e->lo));
	store40(p + 16, e->value);
	return 0;
}

/*
 * The same for a fingerprint of 'from', with the reference that its record has
 * in the new arena.
 */
static int
put_exact(struct slots *to, const struct source *from, struct entry e)
{
	if (e.value != 0) {	/* 0: without references, and written over */
		/* What the first pass saw, it checked. */
		e.value = e.value < from->end ? map_ref(from, e.value) : 0;
		if (e.value == 0) {
			errno = EBADMSG;
			return -1;
		}
	}
	return put_entry(to, &e);
}

/*
 * The fingerprints of all sources, each once: counted, to *n, and the records
 * of what is known already left out; or, with 'to', written.
 */
static int
pass_exact(struct merge *m, uint64_t *n, struct slots *to)
{
	struct entry last = { 0, 0, 0 };
	struct drops drops = { .n = 0 };
	struct cursor *c;
	ssize_t opened = cursors_open(m, SAVED_EXACT, &c);
	size_t left = (size_t)opened;
	int result = -1;

	if (opened < 0)
		return -1;
	*n = 0;
	while (left > 0) {
		size_t at = first_entry(c, left), number = c[at].number;
		struct entry e = c[at].entry[c[at].i];

		if (is_before(&last, &e)) {
			(*n)++;
			if (to != NULL &&
			    put_exact(to, &m->source[number], e) != 0)
				goto out;
		} else if (is_before(&e, &last)) {
			errno = EBADMSG;
			goto out;
		} else if (to == NULL &&
			   drops_add(m, &drops, number, e.value) != 0) {
			goto out;
		}
		last = e;
		if (cursor_next(c, at, &left) != 0)
			goto out;
	}
	result = drops_flush(m, &drops);
out:
	cursors_free(c, left);
	return result;
}

/* Merge a[0..na) and b[0..nb), ascending, to 'to'.  No branch to guess. */
static void
merge_keys(const saved_key *a, size_t na, const saved_key *b, size_t nb,
	   saved_key *restrict to)
{
	size_t i = 0, j = 0;

	while (i < na && j < nb) {
		saved_key x = a[i], y = b[j];
		bool second = y < x;

		*to++ = second ? y : x;
		i += !second;
		j += second;
	}
	memcpy(to, a + i, (na - i) * sizeof(*a));
	memcpy(to + na - i, b + j, (nb - j) * sizeof(*b));
}

/* How many of v[0..n), ascending, are up to 'bound'. */
static size_t
keys_up_to(const saved_key *v, size_t n, saved_key bound)
{
	size_t low = 0;

	while (n > 0) {
		size_t half = n / 2;

		if (v[low + half] <= bound) {
			low += half + 1;
			n -= half + 1;
		} else {
			n = half;
		}
	}
	return low;
}

/*
 * The next entries of all cursors, ascending, to v, which has room for AHEAD
 * of each, twice: how many, 0 at the end, -1 on an error.
 */
static ssize_t
take_keys(struct cursor *c, size_t *n, size_t room, saved_key **v)
{
	saved_key *to = *v, *from = to + room;
	saved_key bound = ~(saved_key)0;
	size_t have = 0;

	/* All up to here is prepared. */
	for (size_t i = 0; i < *n; i++)
		if (c[i].key[c[i].n - 1] < bound)
			bound = c[i].key[c[i].n - 1];
	for (size_t i = 0; i < *n;) {
		const saved_key *key = c[i].key + c[i].i;
		size_t more = keys_up_to(key, c[i].n - c[i].i, bound);
		size_t before = *n;
		saved_key *swap = from;

		merge_keys(to, have, key, more, from);
		from = to;
		to = swap;
		have += more;
		if (more > 0) {
			c[i].i += more - 1;
			if (cursor_next(c, i, n) != 0)
				return -1;
		}
		i += *n == before;
	}
	*v = to;
	return (ssize_t)have;
}

/* Those of v[0..n) that have a place in their buckets, counted or written. */
static int
put_keys(const saved_key *v, size_t n, saved_key *last, unsigned *in,
	 uint64_t *count, struct slots *to)
{
	bool bad = false;

	for (size_t i = 0; i < n; i++) {
		saved_key e = v[i];

		*in = key_of(e) == key_of(*last) ? *in + 1 : 1;
		bad |= e <= *last;
		*last = e;
		*count += *in <= TABLE_BUCKET;
		if (to != NULL && *in <= TABLE_BUCKET) {
			uint64_t upper = (uint64_t)(e >> 16);
			uint16_t low = (uint16_t)e;
			unsigned char *p = slots_next(to, upper);

			if (p == NULL)
				return -1;
			memcpy(p, &upper, sizeof(upper));
			memcpy(p + sizeof(upper), &low, sizeof(low));
		}
	}
	if (bad)
		errno = EBADMSG;
	return bad ? -1 : 0;
}

/* The index entries of all sources, while buckets last; as pass_exact(). */
static int
pass_index(struct merge *m, uint64_t *n, struct slots *to)
{
	saved_key last = 0, *both = NULL;
	unsigned in = 0;
	struct cursor *c;
	ssize_t got = cursors_open(m, SAVED_INDEX, &c);
	size_t left = (size_t)got, room = left * AHEAD;
	int result = -1;

	if (got < 0)
		return -1;
	*n = 0;
	both = calloc(2 * room + 1, sizeof(*both));
	if (both == NULL)
		goto out;
	while (left > 0) {
		/* The merged ones may come to be in either half. */
		saved_key *v = both;

		got = take_keys(c, &left, room, &v);
		if (got < 0 ||
		    put_keys(v, (size_t)got, &last, &in, n, to) != 0)
			goto out;
	}
	result = 0;
out:
	free(both);
	cursors_free(c, left);
	return result;
}

/* A unit's count is complete: it counts, and with 'to' is written. */
static int
end_count(const struct merge *m, uint64_t *n, struct slots *to,
	  const struct entry *sum)
{
	if (sum->hi == 0 || sum->value < m->least)
		return 0;
	(*n)++;
	return to == NULL ? 0 : put_entry(to, sum);
}

/* The counts of all sources, added; as pass_exact(). */
static int
pass_counts(struct merge *m, uint64_t *n, struct slots *to)
{
	struct entry sum = { 0, 0, 0 };
	struct cursor *c;
	ssize_t opened = cursors_open(m, SAVED_COUNTS, &c);
	size_t left = (size_t)opened;
	int result = -1;

	if (opened < 0)
		return -1;
	*n = 0;
	while (left > 0) {
		size_t at = first_entry(c, left);
		struct entry e = c[at].entry[c[at].i];

		if (is_before(&sum, &e)) {
			if (end_count(m, n, to, &sum) != 0)
				goto out;
			sum = e;
		} else if (is_before(&e, &sum)) {
			errno = EBADMSG;
			goto out;
		} else {
			sum.value += e.value;
			if (sum.value > SAVED_COUNT_MOST)
				sum.value = SAVED_COUNT_MOST;
		}
		if (cursor_next(c, at, &left) != 0)
			goto out;
	}
	result = end_count(m, n, to, &sum);
out:
	cursors_free(c, left);
	return result;
}

/* The sections. */

typedef int pass_function(struct merge *m, uint64_t *n, struct slots *to);

static int
put_slots(struct merge *m, enum saved_section s, size_t width, uint64_t n,
	  pass_function *pass)
{
	struct slots to = slots_begin(m, s, width, n);

	if (pass(m, &n, &to) != 0)
		return -1;
	slots_end(m, s, &to);
	return 0;
}

/* The first grain from 'ref' on that is left out, or is not; or 'end'. */
static uint64_t
next_grain(const struct source *p, uint64_t ref, uint64_t end, bool left_out)
{
	while (ref < end) {
		uint64_t v = p->holes[ref / 64].out;

		v = (left_out ? v : ~v) >> ref % 64;
		if (v != 0) {
			ref += (unsigned)__builtin_ctzll(v);
			break;
		}
		ref = (ref / 64 + 1) * 64;
	}
	return ref < end ? ref : end;
}

/* Copy the grains of a span that stay, from 'at' of the body on. */
static int
put_span(struct merge *m, const struct source *p, const struct saved_span *s,
	 uint64_t *at)
{
	uint64_t ref = s->first;

	while (ref < s->end) {
		uint64_t end = p->holes == NULL ? s->end :
			       next_grain(p, ref, s->end, true);
		const unsigned char *from = s->bytes +
					    (ref - s->first) * GRAIN;
		size_t len = (size_t)(end - ref) * GRAIN;

		/* Compare it just before, while it is to be read anyway. */
		while (len > 0) {
			size_t n = len < BLOCK / 4 ? len : BLOCK / 4;

			if (source_ready(p, from, n) != 0 ||
			    out_copy(&m->out, *at, from, n) != 0)
				return -1;
			*at += n;
			from += n;
			len -= n;
		}
		ref = p->holes == NULL ? end :
		      next_grain(p, end, s->end, false);
	}
	return 0;
}

static int
put_arena(struct merge *m, uint64_t grains)
{
	struct saved_extent *to = section_begin(m, SAVED_ARENA);
	uint64_t at = m->end + GRAIN;

	for (size_t i = 0; i < m->n; i++)
		for (size_t j = 0; j < m->source[i].nspans; j++)
			if (put_span(m, &m->source[i], &m->source[i].spans[j],
				     &at) != 0)
				return -1;
	section_end(m, to, grains, grains * GRAIN);
	return 0;
}

/* Where a grain comes to be, or what follows it where it is left out. */
static uint64_t
map_grain(const struct source *p, uint64_t ref)
{
	uint64_t before = 0;

	if (p->holes != NULL)
		before = p->holes[ref / 64].before + (unsigned)
			 __builtin_popcountll(p->holes[ref / 64].out &
					      (HOLE(ref) - 1));
	return p->begin + ref - 1 - before;
}

/* The runs of source i to v, of which n are there: how many then. */
static size_t
add_runs(const struct merge *m, size_t i, struct saved_start *v, size_t n)
{
	const struct source *p = &m->source[i];
	const struct saved_start own = { 1, 0 }, *from = &own;
	uint64_t have = p->end > 1;

	if (p->file != NULL) {
		from = p->file->runs;
		have = p->file->h.section[SAVED_RUNS].n;
	}
	for (uint64_t j = 0; j < have; j++) {
		uint64_t grain = map_grain(p, from[j].grain);

		/* Nothing is left of the run before. */
		n -= n > 0 && v[n - 1].grain == grain;
		v[n++] = (struct saved_start){
			grain, from[j].documents + p->documents,
		};
	}
	return n;
}

static int
put_runs(struct merge *m, uint64_t grains)
{
	struct saved_extent *to = section_begin(m, SAVED_RUNS);
	struct saved_start *v = NULL;
	uint64_t most = 0;
	size_t n = 0;
	int result;

	for (size_t i = 0; i < m->n; i++)
		most += m->source[i].file == NULL ? 1 :
			m->source[i].file->h.section[SAVED_RUNS].n;
	if (array_resize(&v, most + 1, sizeof(*v)) != 0)
		return -1;
	for (size_t i = 0; i < m->n && m->h.places; i++)
		n = add_runs(m, i, v, n);
	n -= n > 0 && v[n - 1].grain == grains;
	result = out_copy(&m->out, m->end, (const unsigned char *)v,
			  n * sizeof(*v));
	free(v);
	section_end(m, to, n, n * sizeof(*v));
	return result;
}

/*
 * Labels, of which a file or a run has none or many: nothing is done for a
 * document that has none, so that it costs nothing to claim many.
 */

/*
 * The next label of a source, from *at on, which is 0 at first: 1, 0 at the
 * end, or -1.  '*document' is the source's own number.
 */
static int
next_label(const struct merge *m, const struct source *p, uint64_t *at,
	   uint64_t *document, const char **text, size_t *len)
{
	if (p->file != NULL) {
		if (*at == p->file->h.section[SAVED_LABELS].n)
			return 0;
		return saved_label_at(p->file, (*at)++, document, text,
				      len) != 0 ? -1 : 1;
	}
	while (m->run->label != NULL && *at < m->run->documents) {
		*document = (*at)++;
		*text = "";
		*len = 0;
		if (m->run->label(m->run->arg, *document, text, len) != 0)
			return -1;
		if (*len > 0)
			return 1;
	}
	return 0;
}

/* Where the labels begin; how long all are, to *total. */
static int
put_offsets(struct merge *m, uint64_t *total)
{
	struct saved_extent *to = section_begin(m, SAVED_LABELS);
	uint64_t n = 0;

	*total = 0;
	for (size_t i = 0; i < m->n; i++) {
		struct saved_label l;
		uint64_t at = 0;
		const char *text;
		size_t len;
		int got;

		while ((got = next_label(m, &m->source[i], &at, &l.document,
					 &text, &len)) > 0) {
			l.document += m->source[i].documents;
			l.begin = *total;
			if (out_copy(&m->out, m->end + n * sizeof(l),
				     (const void *)&l, sizeof(l)) != 0)
				return -1;
			*total += len;
			n++;
		}
		if (got < 0)
			return -1;
	}
	section_end(m, to, n, n * sizeof(struct saved_label));
	return 0;
}

static int
put_labels(struct merge *m)
{
	struct saved_extent *to;
	uint64_t total, at, left;

	if (put_offsets(m, &total) != 0)
		return -1;
	to = section_begin(m, SAVED_TEXT);
	at = m->end;
	left = total;
	for (size_t i = 0; i < m->n; i++) {
		uint64_t next = 0, document;
		const char *text;
		size_t len;
		int got;

		while ((got = next_label(m, &m->source[i], &next, &document,
					 &text, &len)) > 0) {
			if (len > left) {
				/* The caller says other than before. */
				errno = EBADMSG;
				return -1;
			}
			if (out_copy(&m->out, at, (const void *)text,
				     len) != 0)
				return -1;
			at += len;
			left -= len;
		}
		if (got < 0)
			return -1;
	}
	if (left > 0) {
		errno = EBADMSG;
		return -1;
	}
	section_end(m, to, total, total);
	return 0;
}

/* What is left of the body, the checksums, and the header. */
static int
put_end(struct merge *m)
{
	struct out *o = &m->out;
	size_t sums_len;
	int error;

	m->end = (m->end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (m->end > 0 && out_at(o, m->end - 1) == NULL)
		return -1;
	if (m->end > o->base && out_hand_over(o, m->end - o->base) != 0)
		return -1;
	error = out_wait(o);
	if (error != 0) {
		errno = error;
		return -1;
	}
	sums_len = o->nsums * sizeof(*o->sums);
	m->h.sums = m->end + SAVED_BODY;
	m->h.nsums = o->nsums;
	m->h.sums_checksum = shingle_checksum(o->sums, sums_len);
	m->h.length = m->h.sums + sums_len;
	m->h.checksum = shingle_checksum(&m->h, SAVED_BODY -
					 sizeof(m->h.checksum));
	for (size_t done = 0; done < sums_len + SAVED_BODY;) {
		ssize_t n = done < sums_len ?
			write(o->fd, (const char *)o->sums + done,
			      sums_len - done) :
			pwrite(o->fd, (const char *)&m->h + (done - sums_len),
			       SAVED_BODY - (done - sums_len),
			       (off_t)(done - sums_len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			errno = n == 0 ? EIO : errno;
			return -1;
		}
		done += (size_t)n;
	}
	return 0;
}

/* All of it to a new file. */
static int
put_table(struct merge *m, int fd)
{
	uint64_t units, entries, counts, grains = 1;

	if (lseek(fd, SAVED_BODY, SEEK_SET) < 0 || out_open(&m->out, fd) != 0)
		return failed(m);
	for (size_t i = 0; i < m->n; i++)
		if (leave_out_gaps(&m->source[i]) != 0)
			return failed(m);
	if (pass_exact(m, &units, NULL) != 0)
		return failed(m);
	for (size_t i = 0; i < m->n; i++) {
		m->source[i].begin = grains;
		grains += count_holes(&m->source[i]);
		if (grains > REFERENCE_MOST)
			return saved_fail(m->why, EFBIG,
				"more than 8 TiB of records: too much for "
				"one table");
	}
	if (exact_width(&m->h) == sizeof(struct fingerprint))
		grains = 0;
	if (pass_index(m, &entries, NULL) != 0 ||
	    pass_counts(m, &counts, NULL) != 0 ||
	    put_slots(m, SAVED_EXACT, exact_width(&m->h), units,
		      pass_exact) != 0 ||
	    put_slots(m, SAVED_INDEX, KEY_WIDTH, entries,
		      pass_index) != 0 ||
	    put_arena(m, grains) != 0 || put_runs(m, grains) != 0 ||
	    put_slots(m, SAVED_COUNTS, COUNT_WIDTH, counts,
		      pass_counts) != 0 ||
	    put_labels(m) != 0 || put_end(m) != 0)
		return failed(m);
	return 0;
}

/* The sources, and what the header says of them. */

static void
add_file(struct merge *m, struct saved *f)
{
	struct source *p = &m->source[m->n++];
	uint64_t grains = f->h.section[SAVED_ARENA].n;

	*p = (struct source){
		.file = f, .exact = f->exact, .index = f->index,
		.counts = f->counts, .spans = &p->all, .nspans = 1,
		.all = { f->arena + GRAIN, 1, grains > 1 ? grains : 1 },
		.documents = m->h.documents,
	};
	p->end = p->all.end;
	m->h.documents += f->h.documents;
	m->h.counted += f->h.counted;
	if (f->h.longest > m->h.longest)
		m->h.longest = f->h.longest;
}

static void
add_own(struct merge *m, const struct saved_own *own)
{
	struct source *p = &m->source[m->n++];
	const struct ordered none = { .n = 0 };

	*p = (struct source){
		.exact = *own->exact, .index = none, .lines = own->index,
		.counts = m->run->counts != NULL ? *m->run->counts : none,
		.spans = own->spans, .nspans = own->nspans, .end = 1,
		.documents = m->h.documents,
	};
	if (own->nspans > 0)
		p->end = own->spans[own->nspans - 1].end;
	m->h.documents += m->run->documents;
	m->h.counted += m->run->counted;
	if (own->longest > m->h.longest)
		m->h.longest = own->longest;
}

static void
describe(struct saved_header *h, const struct saved_options *o,
	 const unsigned char *secret, uint64_t index_secret)
{
	memcpy(h->magic, SAVED_MAGIC, sizeof(h->magic));
	h->version = SAVED_VERSION;
	h->ngram = o->ngram;
	h->min_words = o->min_words;
	h->unit = o->unit;
	h->window = o->window;
	h->words = o->words;
	h->fold_digits = o->fold_digits;
	h->near = o->near;
	h->places = o->places;
	h->sketch = o->sketch;
	memcpy(h->unicode, o->unicode, SAVED_UNICODE);
	h->index_secret = index_secret;
	memcpy(h->secret, secret, SAVED_SECRET);
	h->secret_id = shingle_checksum(secret, SAVED_SECRET);
}

/* Does file i fit what was described? */
static int
check_file(const struct merge *m, const struct saved *f)
{
	struct saved_options want;

	saved_get_options(&m->h, &want);
	if (saved_check(f, &want, m->why) != 0)
		return -1;
	if (memcmp(f->h.secret, m->h.secret, SAVED_SECRET) != 0 ||
	    f->h.index_secret != m->h.index_secret)
		return saved_fail(m->why, EINVAL,
				  "made with another secret");
	return 0;
}

static bool
is_too_many(const struct merge *m)
{
	return m->h.documents >> 48 != 0 || m->h.counted >> 48 != 0;
}

static int
collect(struct merge *m, struct saved *const *f, size_t n,
	const struct saved_own *own)
{
	struct saved_options options;

	if (own != NULL) {
		describe(&m->h, m->run->options, m->run->secret,
			 own->index_secret);
	} else if (n == 0) {
		return saved_fail(m->why, EINVAL, "nothing to merge");
	} else {
		options = saved_options_of(f, n);
		describe(&m->h, &options, f[0]->h.secret,
			 f[0]->h.index_secret);
	}
	m->source = calloc(n + 1, sizeof(*m->source));
	if (m->source == NULL)
		return out_of_memory(m->why);
	for (size_t i = 0; i < n; i++) {
		if (check_file(m, f[i]) != 0)
			return -1;
		add_file(m, f[i]);
		if (is_too_many(m))
			break;
	}
	if (own != NULL && !is_too_many(m))
		add_own(m, own);
	return is_too_many(m) ? saved_fail(m->why, EFBIG, "2^48 documents or "
					   "more: too many for one table") : 0;
}

/* Write it beside 'path', then put it in its place. */
static int
replace(struct merge *m, const char *path)
{
	struct replace r;
	int result;

	/* It is its owner's alone: it holds the secret. */
	if (replace_begin(&r, path, NULL, 0600) != 0) {
		if (errno == EINVAL || errno == EISDIR)
			return saved_fail(m->why, EINVAL, "not a regular file");
		return failed(m);
	}
	result = put_table(m, r.fd);
	out_close(&m->out);
	if (result != 0)
		replace_abort(&r);
	else if (replace_commit(&r, true) != 0)
		result = failed(m);
	return result;
}

static int
write_table(struct merge *m, const char *path, struct saved *const *f,
	    size_t n, const struct saved_own *own)
{
	int result = -1, error;

	if (__BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__)
		return saved_fail(m->why, ENOTSUP,
			"tables cannot be used on this machine (big-endian)");
	if (collect(m, f, n, own) == 0)
		result = replace(m, path);
	error = errno;
	for (size_t i = 0; i < m->n; i++)
		free(m->source[i].holes);
	free(m->source);
	errno = error;
	return result;
}

int
saved_write(const char *path, struct saved *const *f, size_t n,
	    const struct saved_own *own,
	    const struct saved_run *run, char why[SAVED_WHY])
{
	struct merge m = { .run = run, .why = why };

	return write_table(&m, path, f, n, own);
}

int
saved_merge(const char *path, struct saved *const *f, size_t n,
	    uint64_t least, char why[SAVED_WHY])
{
	struct merge m = { .least = least, .why = why };

	return write_table(&m, path, f, n, NULL);
}
