/*
 * Cut: pieces and their verdicts to spans that go.
 *
 * A unit goes with its newlines.  A block of which nothing stays takes the
 * blank lines before it along; or those after it, where there are none before it
 * or nothing was kept before:
 *
 *	kept		kept		(gone)
 *	(blank)		blank		(blank)
 *	(gone)		(gone)		kept
 *	blank		kept
 *	kept
 *
 * So a removal is one span.  The pieces of a block leave no gap, and of this one
 * none stays: its first removal begins where the blank lines before it end, and
 * its last one ends where those after it begin.  No other removal of the document
 * has them: what goes after its block leaves none for the next block.
 *
 * A removal is handed out once d->out.decided is not before its end, and nothing
 * is added to it then.  In a block of which something stays that is so at once,
 * for it takes no blank lines; what a flush cuts short, and a giant block, count
 * as such.  In any other it is so when the next block begins, or the document
 * ends, and that is where blank lines are taken.
 */
#include "engine.h"

#include <assert.h>

void
cut_reset(struct cutter *out)
{
	*out = (struct cutter){
		.removals = out->removals, .room = out->room,
	};
}

static bool
same_place(const struct dedup_place *a, const struct dedup_place *b)
{
	return a->table == b->table && a->document == b->document &&
	       a->offset == b->offset;
}

static int
add_removal(struct dedup *d, const struct piece *p)
{
	const struct finding *why = &p->unit->why;
	struct cutter *out = &d->out;
	struct dedup_removal *last = out->n > 0 ? &out->removals[out->n - 1]
						: NULL;
	struct dedup_removal r = {
		.begin = p->off, .end = p->off + p->len,
		.unit_begin = p->off, .unit_end = p->off + p->len,
		.line = p->line,
		.reason = why->reason, .resemblance = why->resemblance,
		.documents = why->documents,
		.witness = { .table = why->table },
	};

	if (p->len == 0)
		return 0;
	if (d->opt.places) {
		r.witness.document = why->witness.document;
		r.witness.offset = why->witness.offset;
		r.witness.line = why->witness.line;
	}
	d->stats.removed_bytes += p->len;
	/* The lines of a run go as one span where they stand together. */
	if (out->open && p->kind == PIECE_REST && last != NULL &&
	    last->end == p->off &&
	    same_place(&last->witness, &r.witness) &&
	    last->reason == r.reason && r.reason != DEDUP_BOILERPLATE) {
		last->end = last->unit_end = p->off + p->len;
		return 0;
	}
	if (array_room(&out->removals, &out->room, out->n + 1, sizeof(r)) != 0)
		return -1;
	out->removals[out->n++] = r;
	out->open = p->kind == PIECE_RUN || p->kind == PIECE_REST;
	return 0;
}

/* The block's first removal takes the blank lines before it. */
static void
take_before(struct dedup *d)
{
	struct cutter *out = &d->out;
	struct dedup_removal *first = &out->removals[out->block_first];

	assert(first->begin == out->blank_end);
	first->begin = out->blank_begin;
	d->stats.removed_bytes += out->blank_end - out->blank_begin;
}

/* Its last one takes those after it. */
static void
take_after(struct dedup *d, const struct piece *blank)
{
	struct dedup_removal *last = &d->out.removals[d->out.n - 1];

	assert(last->end == blank->off);
	last->end += blank->len;
	d->stats.removed_bytes += blank->len;
}

/* The block in hand is complete: do the blank lines after it, if any, go? */
static bool
end_block(struct dedup *d, const struct piece *blank)
{
	const struct cutter *out = &d->out;
	bool goes = out->block_gone && !out->block_kept;
	bool before = out->document_kept && out->blank_begin < out->blank_end;

	if (goes && before)
		take_before(d);
	else if (goes)
		take_after(d, blank);
	return goes && !before;
}

static void
begin_block(struct dedup *d, const struct piece *blank)
{
	struct cutter *out = &d->out;
	uint64_t end = blank->off + blank->len;
	bool goes = end_block(d, blank);

	out->decided = goes || blank->stays ? end : out->block_end;
	out->blank_begin = goes ? end : blank->off;
	out->blank_end = out->block_end = end;
	out->block_kept = blank->stays;
	out->block_gone = false;
	out->block_first = out->n;
}

int
cut_piece(struct dedup *d, const struct piece *p)
{
	struct cutter *out = &d->out;

	if (p->kind == PIECE_SEPARATOR) {
		begin_block(d, p);
		return 0;
	}
	out->block_end = p->off + p->len;
	out->open &= p->kind == PIECE_REST;
	if (p->verdict == GOES) {
		out->block_gone |= p->len > 0;
		if (add_removal(d, p) != 0)
			return -1;
		if (out->block_kept)
			out->decided = out->block_end;
		return 0;
	}
	if (p->len == 0)
		return 0;
	out->open = false;
	out->block_kept = out->document_kept = true;
	out->decided = out->block_end;
	out->words += p->nwords;
	return 0;
}
