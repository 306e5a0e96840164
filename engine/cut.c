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
 */
#include "engine.h"

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
	struct cutter *out = &d->out;
	struct dedup_removal *last = out->n > 0 ? &out->removals[out->n - 1]
						: NULL;
	struct dedup_removal r = {
		.offset = p->off, .length = p->len, .line = p->line,
		.reason = p->why.reason, .resemblance = p->why.resemblance,
		.documents = p->why.documents,
		.witness = { .table = p->why.table },
	};

	if (p->len == 0)
		return 0;
	if (d->opt.places) {
		r.witness.document = p->why.witness.document;
		r.witness.offset = p->why.witness.offset;
		r.witness.line = p->why.witness.line;
	}
	d->stats.removed_bytes += p->len;
	/* The lines of a run go as one span where they stand together. */
	if (out->open && p->kind == PIECE_REST && last != NULL &&
	    last->offset + last->length == p->off &&
	    same_place(&last->witness, &r.witness) &&
	    last->reason == r.reason && r.reason != DEDUP_BOILERPLATE) {
		last->length += p->len;
		return 0;
	}
	if (array_room(&out->removals, &out->room, out->n + 1, sizeof(r)) != 0)
		return -1;
	out->removals[out->n++] = r;
	out->open = p->kind == PIECE_RUN || p->kind == PIECE_REST;
	return 0;
}

/* Blank lines go with a removal. */
static void
take_separator(struct dedup *d, size_t removal, uint64_t off, uint64_t len)
{
	struct dedup_removal *r = &d->out.removals[removal];

	if (len == 0)
		return;
	r->separator_offset = off;
	r->separator_length = len;
	d->stats.removed_bytes += len;
}

/* The block in hand is complete. */
static void
end_block(struct dedup *d)
{
	struct cutter *out = &d->out;

	if (!out->block_gone || out->block_kept) {
		out->decided = out->block_end;
	} else if (out->document_kept && out->sep_len > 0) {
		take_separator(d, out->block_first, out->sep_off,
			       out->sep_len);
		out->decided = out->block_end;
	} else {
		out->take_next = true;
	}
}

static void
begin_block(struct dedup *d, const struct piece *p)
{
	struct cutter *out = &d->out;

	end_block(d);
	out->sep_off = p->off;
	out->sep_len = p->len;
	if (out->take_next) {
		take_separator(d, out->n - 1, p->off, p->len);
		out->take_next = false;
		out->sep_len = 0;
		out->decided = p->off + p->len;
	}
	out->block_kept = out->block_gone = false;
	out->block_first = out->n;
	out->block_end = p->off;
	if (p->stays) {
		out->block_kept = true;
		out->decided = out->block_end = p->off + p->len;
	}
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
