/* The sections of a new table. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "array.h"
#include "file.h"
#include "merge_state.h"

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

/* Begin and end a section of slots. */
static struct slots
slots_begin(struct merge *m, enum saved_section s, size_t width,
	    uint64_t n)
{
	struct slots to = { .out = &m->out, .n = n };

	sorted_slots_init(&to.o, width, 0.9, 2.0);
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

int
merge_slots(struct merge *m, enum saved_section s, size_t width, uint64_t n,
	  pass_function *pass)
{
	struct slots to = slots_begin(m, s, width, n);

	if (pass(&m->in, &n, &to) != 0)
		return -1;
	slots_end(m, s, &to);
	return 0;
}

/* The first grain from 'ref' on that is left out (or that is not), or 'end'. */
static uint64_t
next_grain(const struct saved_source *p, uint64_t ref, uint64_t end,
	   bool left_out)
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

/* Copy the grains of a span that are not left out to 'at' of the body. */
static int
put_span(struct merge *m, const struct saved_source *p,
	 const struct saved_span *s, uint64_t *at)
{
	uint64_t ref = s->first;

	while (ref < s->end) {
		uint64_t end = p->holes == NULL ? s->end :
			       next_grain(p, ref, s->end, true);
		const unsigned char *from = s->bytes +
					    (ref - s->first) * GRAIN;
		size_t len = (size_t)(end - ref) * GRAIN;

		/* Compare it just before it is read anyway. */
		while (len > 0) {
			size_t n = len < BLOCK / 4 ? len : BLOCK / 4;

			if (saved_source_ready(p, from, n) != 0 ||
			    blocks_copy(&m->out, *at, from, n) != 0)
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
put_spans(struct merge *m, const struct saved_source *p, uint64_t *at)
{
	for (size_t i = 0; i < p->nspans; i++)
		if (put_span(m, p, &p->spans[i], at) != 0)
			return -1;
	return 0;
}

int
merge_arena(struct merge *m, uint64_t grains)
{
	struct saved_extent *to = section_begin(m, SAVED_ARENA);
	uint64_t at = m->end + GRAIN;

	for (size_t i = 0; i < m->in.n; i++)
		if (put_spans(m, &m->in.source[i], &at) != 0)
			return -1;
	section_end(m, to, grains, grains * GRAIN);
	return 0;
}

/* Append the runs of source i to the n runs in v: how many there are then. */
static size_t
add_runs(const struct merge *m, size_t i, struct saved_start *v, size_t n)
{
	const struct saved_source *p = &m->in.source[i];
	const struct saved_start own = { 1, 0 }, *from = &own;
	uint64_t have = p->end > 1;

	if (p->file != NULL) {
		from = p->file->runs;
		have = p->file->h.section[SAVED_RUNS].n;
	}
	for (uint64_t j = 0; j < have; j++) {
		uint64_t grain = saved_source_map_grain(p, from[j].grain);

		/* Nothing of the run before is left. */
		n -= n > 0 && v[n - 1].grain == grain;
		v[n++] = (struct saved_start){
			grain, from[j].documents + p->documents,
		};
	}
	return n;
}

int
merge_runs(struct merge *m, uint64_t grains)
{
	struct saved_extent *to = section_begin(m, SAVED_RUNS);
	struct saved_start *v = NULL;
	uint64_t most = 0;
	size_t n = 0;
	int result;

	for (size_t i = 0; i < m->in.n; i++)
		most += m->in.source[i].file == NULL ? 1 :
			m->in.source[i].file->h.section[SAVED_RUNS].n;
	if (array_resize(&v, most + 1, sizeof(*v)) != 0)
		return -1;
	for (size_t i = 0; i < m->in.n && m->h.places; i++)
		n = add_runs(m, i, v, n);
	n -= n > 0 && v[n - 1].grain == grains;
	result = blocks_copy(&m->out, m->end, (const unsigned char *)v,
			  n * sizeof(*v));
	free(v);
	section_end(m, to, n, n * sizeof(*v));
	return result;
}

/*
 * Labels: a file or a run has none or many.  Nothing is done for a document
 * without one, so it costs nothing if a file claims many documents.
 */

/*
 * The next label of a source, from *at on, which is 0 at first: 1, 0 at the
 * end, or -1.  '*document' is the number in the source.
 */
static int
next_label(const struct merge *m, const struct saved_source *p, uint64_t *at,
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

/* Write where the labels begin; set *total to the length of all. */
static int
put_offsets(struct merge *m, uint64_t *total)
{
	struct saved_extent *to = section_begin(m, SAVED_LABELS);
	uint64_t n = 0;

	*total = 0;
	for (size_t i = 0; i < m->in.n; i++) {
		struct saved_label l;
		uint64_t at = 0;
		const char *text;
		size_t len;
		int got;

		while ((got = next_label(m, &m->in.source[i], &at, &l.document,
					 &text, &len)) > 0) {
			l.document += m->in.source[i].documents;
			l.begin = *total;
			if (blocks_copy(&m->out, m->end + n * sizeof(l),
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

int
merge_labels(struct merge *m)
{
	struct saved_extent *to;
	uint64_t total, at, left;

	if (put_offsets(m, &total) != 0)
		return -1;
	to = section_begin(m, SAVED_TEXT);
	at = m->end;
	left = total;
	for (size_t i = 0; i < m->in.n; i++) {
		uint64_t next = 0, document;
		const char *text;
		size_t len;
		int got;

		while ((got = next_label(m, &m->in.source[i], &next, &document,
					 &text, &len)) > 0) {
			if (len > left) {
				/* The caller gives other labels than before. */
				errno = EBADMSG;
				return -1;
			}
			if (blocks_copy(&m->out, at, (const void *)text,
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

int
merge_end(struct merge *m)
{
	struct block_writer *o = &m->out;
	size_t sums_len;
	int error;

	m->end = (m->end + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	if (m->end > 0 && blocks_at(o, m->end - 1) == NULL)
		return -1;
	if (m->end > o->base && blocks_hand_over(o, m->end - o->base) != 0)
		return -1;
	error = blocks_wait(o);
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
	/* The header comes last: without it, the file is no table. */
	if (file_write_all(o->fd, o->sums, sums_len) != 0 ||
	    lseek(o->fd, 0, SEEK_SET) < 0)
		return -1;
	return file_write_all(o->fd, &m->h, SAVED_BODY);
}
