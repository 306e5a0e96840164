/*
 * Cut: from pieces and their verdicts to the spans to remove.
 *
 * A removed unit includes its newlines.  If a whole block is removed, so are
 * the blank lines before it; or those after it, if there are none before or
 * nothing was kept before:
 *
 *	kept		kept		(gone)
 *	(blank)		blank		(blank)
 *	(gone)		(gone)		kept
 *	blank		kept
 *	kept
 *
 * So a removal is one span.  The pieces of a block leave no gap, and of this
 * one none stays: its first removal begins where the blank lines before it end,
 * and its last one ends where those after it begin.  No other removal of the
 * document has them: the blank lines that are removed after a block are not
 * there for the next one.
 *
 * A removal is handed out once cutter.decided is not before its end, and
 * nothing is added to it then.  If something of the block stays, that is at
 * once, since no blank lines are removed with it; a block that a flush cuts
 * short, and a giant block, count as such.  Otherwise it is when the next block
 * begins or the document ends: only then are blank lines taken.
 */
#include "cut.h"

#include <assert.h>

#include "array.h"

void
cut_reset(struct cutter *c)
{
	*c = (struct cutter){
		.removals = c->removals, .room = c->room,
	};
}

static bool
same_place(const struct dedup_place *a, const struct dedup_place *b)
{
	return a->table == b->table && a->document == b->document &&
	       a->offset == b->offset;
}

static int
add_removal(struct cutter *c, const struct piece *p, bool places,
	    uint64_t *removed)
{
	const struct finding *why = &p->unit->why;
	struct dedup_removal *last = c->n > 0 ? &c->removals[c->n - 1]
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
	if (places) {
		r.witness.document = why->witness.document;
		r.witness.offset = why->witness.offset;
		r.witness.line = why->witness.line;
	}
	*removed += p->len;
	/*
	 * Lines of a run that are next to each other are removed as one span.
	 */
	if (c->open && p->kind == PIECE_REST && last != NULL &&
	    last->end == p->off &&
	    same_place(&last->witness, &r.witness) &&
	    last->reason == r.reason && r.reason != DEDUP_BOILERPLATE) {
		last->end = last->unit_end = p->off + p->len;
		return 0;
	}
	if (array_room(&c->removals, &c->room, c->n + 1, sizeof(r)) != 0)
		return -1;
	c->removals[c->n++] = r;
	c->open = p->kind == PIECE_RUN || p->kind == PIECE_REST;
	return 0;
}

/* The block's first removal takes the blank lines before it. */
static void
take_before(struct cutter *c, uint64_t *removed)
{
	struct dedup_removal *first = &c->removals[c->block_first];

	assert(first->begin == c->blank_end);
	first->begin = c->blank_begin;
	*removed += c->blank_end - c->blank_begin;
}

/* Its last one takes those after it. */
static void
take_after(struct cutter *c, const struct piece *blank, uint64_t *removed)
{
	struct dedup_removal *last = &c->removals[c->n - 1];

	assert(last->end == blank->off);
	last->end += blank->len;
	*removed += blank->len;
}

/* The block in hand is complete: do the blank lines after it, if any, go? */
static bool
end_block(struct cutter *c, const struct piece *blank, uint64_t *removed)
{
	bool goes = c->block_gone && !c->block_kept;
	bool before = c->document_kept && c->blank_begin < c->blank_end;

	if (goes && before)
		take_before(c, removed);
	else if (goes)
		take_after(c, blank, removed);
	return goes && !before;
}

static void
begin_block(struct cutter *c, const struct piece *blank, uint64_t *removed)
{
	uint64_t end = blank->off + blank->len;
	bool goes = end_block(c, blank, removed);

	c->decided = goes || blank->stays ? end : c->block_end;
	c->blank_begin = goes ? end : blank->off;
	c->blank_end = c->block_end = end;
	c->block_kept = blank->stays;
	c->block_gone = false;
	c->block_first = c->n;
}

int
cut_piece(struct cutter *c, const struct piece *p, bool places,
	  uint64_t *removed)
{

	if (p->kind == PIECE_SEPARATOR) {
		begin_block(c, p, removed);
		return 0;
	}
	c->block_end = p->off + p->len;
	c->open &= p->kind == PIECE_REST;
	if (p->verdict == GOES) {
		c->block_gone |= p->len > 0;
		if (add_removal(c, p, places, removed) != 0)
			return -1;
		if (c->block_kept)
			c->decided = c->block_end;
		return 0;
	}
	if (p->len == 0)
		return 0;
	c->open = false;
	c->block_kept = c->document_kept = true;
	c->decided = c->block_end;
	c->words += p->nwords;
	return 0;
}
