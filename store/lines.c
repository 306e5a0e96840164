/* The growing half of lines.h. */
#include "lines.h"

#include <assert.h>
#include <errno.h>

#define FIRST_LINES 16
#define FIRST_TAIL 96		/* lines in the tail at first; growing adds
				 * two */
#define LOAD 0.87		/* entries per place in the homes, at most */
#define GROWTH 1.25		/* factor once it is large */
#define LEAST_GROWTH 32		/* by 1/32 at least: all entries are moved */
#define SMALL_BYTES ((size_t)1 << 20)	/* below, grow in larger steps */

static_assert(sizeof(struct line_of_entries) == CACHE_LINE,
	      "an entry more or less");

void
lines_init(struct lines *l)
{
	*l = (struct lines){ .tail = FIRST_TAIL };
}

static size_t
bytes_of(size_t lines)
{
	return lines * sizeof(struct line_of_entries);
}

void
lines_free(struct lines *l)
{
	slab_free(&l->slab, l->line == NULL ? 0 :
		  bytes_of(l->nlines + l->tail));
	lines_init(l);
}

size_t
lines_memory(const struct lines *l)
{
	return l->line == NULL ? 0 : slab_memory(bytes_of(l->nlines + l->tail));
}

/*
 * Move the entries of the first 'total' lines to where they belong now, from
 * the right.  An entry may land among entries that were not moved yet; then it
 * is moved once more with these.  They fit: all entries right of line i came
 * from there or from further right, and each home moves by at most as many
 * lines as were added; two more lines in the tail make up for rounding.
 */
static void
move_entries(struct lines *l, size_t total)
{
	l->turn = !l->turn;
	for (size_t i = total; i-- > 0; ) {
		struct line_of_entries *p = l->line + i, from = *p;

		/* Keep the marks of entries that came from the right. */
		p->past[!l->turn] = 0;
		p->n = 0;
		l->n -= from.n;
		for (unsigned k = 0; k < from.n; k++)
			lines_add(l, line_key(&from, k), line_ref(&from, k));
	}
}

/* Grow, as far as 'most' bytes allow. */
static int
grow(struct lines *l, size_t most)
{
	size_t old = l->line == NULL ? 0 : l->nlines + l->tail;
	size_t tail = old == 0 ? l->tail : l->tail + 2;
	size_t fit = most < CACHE_LINE ? 0 :
		     (most - CACHE_LINE) / sizeof(*l->line);
	size_t now = bytes_of(l->nlines), nlines;
	double factor = now < SMALL_BYTES / 4 ? 4.0 :
			now < SMALL_BYTES ? 2.0 : GROWTH;

	nlines = l->nlines == 0 ? FIRST_LINES :
		 (size_t)((double)l->nlines * factor);
	if (nlines > SIZE_MAX / sizeof(*l->line) - tail ||
	    nlines + tail > fit) {
		nlines = fit < tail ? 0 : fit - tail;
		if (nlines < l->nlines + l->nlines / LEAST_GROWTH + 1) {
			errno = ENOMEM;
			return -1;
		}
	}
	if (slab_resize(&l->slab, bytes_of(old), bytes_of(nlines + tail)) != 0)
		return -1;
	l->line = (struct line_of_entries *)(void *)l->slab.bytes;
	memset(l->line + old, 0, bytes_of(nlines + tail - old));
	l->nlines = nlines;
	l->tail = tail;
	l->max = (size_t)((double)nlines * LINE_ENTRIES * LOAD);
	move_entries(l, old);
	return 0;
}

int
lines_reserve_within(struct lines *l, size_t most)
{
	while (l->line == NULL || !lines_have_room(l))
		if (grow(l, most) != 0)
			return -1;
	return 0;
}

void
lines_remove(struct lines *l, uint64_t key, uint64_t ref)
{
	struct line_of_entries *p;

	if (l->line == NULL)
		return;
	for (p = lines_home(l, key);; p++) {
		for (unsigned m = line_find(p, key); m != 0; m &= m - 1) {
			unsigned i = (unsigned)__builtin_ctz(m);
			unsigned last = p->n - 1u;

			if (line_ref(p, i) != ref)
				continue;
			p->upper[i] = p->upper[last];
			p->lower[i] = p->lower[last];
			p->ref[i] = p->ref[last];
			p->ref_upper[i] = p->ref_upper[last];
			p->n--;
			l->n--;
			return;
		}
		if (!line_goes_on(l, p, key))
			return;
	}
}

size_t
lines_stretch(const struct lines *l, size_t from)
{
	size_t total = l->line == NULL ? 0 : l->nlines + l->tail, at = from;

	if (from >= total)
		return 0;
	while (l->line[at].past[l->turn] != 0)
		at++;
	return at + 1 - from;
}
