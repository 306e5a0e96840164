/*
 * Split: text to pieces.
 *
 * Lines come from words.c; blank lines part them into blocks, unit.c says which
 * lines of a block are one unit, and rule 3 is decided here: what says again
 * what stands directly before it.  What is fed piece by piece goes through a
 * split that is emptied as it goes; what is read ahead stays in its split until
 * all of it has been judged.
 */
#include "engine.h"

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "listing.h"
#include "part.h"
#include "vectors.h"

#define PORTION ((size_t)128 << 10)	/* bytes read before they are planned */
#define ROOM_KEPT ((size_t)4 << 20)	/* of arrays, in an empty split */

/* What containment is looked up by: any text of min_words shares one. */
unsigned
split_window(const struct dedup_options *o)
{
	if (!o->contained || o->exact)
		return 0;
	return o->min_words > o->ngram ? o->min_words - o->ngram + 1 : 1;
}

int
split_init(struct split *s, const struct dedup_options *opt,
	   const unsigned char *secret)
{
	struct shingle_options shingles = {
		.ngram = opt->ngram, .window = split_window(opt),
		.sketch = opt->threshold > 0,
		.seeded = opt->seeded, .seed = opt->seed, .secret = secret,
	};

	*s = (struct split){ .opt = *opt };
	s->hash_lines = opt->count || opt->boilerplate > 0 ||
			opt->boilerplate_share > 0;
	s->by_line = s->hash_lines || opt->keep == DEDUP_KEEP_NONE;
	s->block_limit = opt->unit == DEDUP_UNIT_PARAGRAPH ||
			 opt->unit == DEDUP_UNIT_DOCUMENT ? DEDUP_UNIT_MAX
							  : UNIT_BLOCK_MAX;
	s->wide = vectors_available() >= VECTORS_WIDE;
	ending_filter_init(&s->filter);
	s->reader = words_new(opt->fold_digits);
	s->loose = loose_new();
	if (s->reader == NULL || s->loose == NULL)
		return -1;
	s->shingler = shingler_new(&shingles);
	return s->shingler != NULL ? 0 : -1;
}

void
split_free(struct split *s)
{
	scan_free(&s->scan);
	free(s->pieces);
	unit_pool_free(&s->pool);
	unit_free(&s->units);
	free(s->readings);
	scratch_free(s->scratch);
	free(s->proposals);
	shingler_free(s->shingler);
	loose_free(s->loose);
	free(s->folded);
	free(s->listed);
	words_free(s->reader);
}

size_t
split_memory(const struct split *s)
{
	return shingler_memory(s->shingler) + words_memory(s->reader) +
	       scan_memory(&s->scan) + s->pieces_room * sizeof(*s->pieces) +
	       s->proposals_room * sizeof(*s->proposals) +
	       unit_pool_memory(&s->pool) + unit_memory(&s->units) +
	       s->listed_room * sizeof(*s->listed) +
	       loose_memory(s->loose) + s->folded_room +
	       s->readings_room * sizeof(*s->readings);
}

/* Read on at byte 'off' of a document. */
void
split_begin_at(struct split *s, uint64_t off)
{
	s->base = s->end = s->scanned = s->looked = off;
	s->in_long = s->long_begins = false;
	s->sep_off = s->sep_len = 0;
	s->probed = s->probed_bytes = 0;
	s->in_fence = s->no_fence = s->inside = s->flushing = false;
	s->goes_on = s->alone = false;
	s->fresh = off == 0;
}

void
split_reset(struct split *s)
{
	scan_drop(&s->scan, s->scan.nlines);
	s->scan.norm_len = 0;
	split_begin_at(s, 0);
	s->line = 0;
	s->cursor = s->npieces = 0;
	unit_give_back_all(&s->pool);
	s->before = (struct before){ .any = false };
	shingler_release(s->shingler);
}

static const char *
text_of(const struct split *s, const struct line *l)
{
	return s->text + (l->off - s->base);
}

/* Is it known by its words, and not by its fingerprint?  So is code, as text. */
bool
split_wants_identity(const struct split *s, const struct unit *u)
{
	return !s->opt.exact &&
	       (u->length >= SHINGLE_NEAR || s->opt.contained);
}

/* Are the words of a unit to be had, beyond its fingerprint? */
bool
split_wants_words(const struct split *s, const struct unit *u)
{
	return !u->listing && split_wants_identity(s, u);
}

int
split_sketch(struct split *s, struct unit *u)
{
	if (u->sketched)
		return 0;
	u->w.length = u->length;
	if (shingler_words(s->shingler, &u->w, unit_words(u), u->norm_len,
			   u->digits, u->ascii) != 0)
		return -1;
	u->sketched = true;
	return 0;
}

int
split_sketch_all(struct split *s)
{
	for (size_t i = 0; i < s->npieces; i++) {
		struct piece *p = &s->pieces[i];

		if (piece_is_unit(p) && p->unit->compared &&
		    split_wants_words(s, p->unit) &&
		    split_sketch(s, p->unit) != 0)
			return -1;
	}
	return 0;
}

/* Pieces. */

static struct piece *
add_piece(struct split *s, enum piece_kind kind, uint64_t off, uint64_t line)
{
	struct piece *p;

	if (array_room(&s->pieces, &s->pieces_room, s->npieces + 1,
		       sizeof(*p)) != 0)
		return NULL;
	p = &s->pieces[s->npieces++];
	*p = (struct piece){
		.off = off, .line = line, .kind = kind, .verdict = UNDECIDED,
	};
	return p;
}

/* A piece with a unit; of that not all is cleared, since it is large. */
BODY struct piece *
add_unit(struct split *s, enum piece_kind kind, const struct line *l)
{
	struct unit *u = unit_take(&s->pool);
	struct piece *p;

	if (u == NULL)
		return NULL;
	p = add_piece(s, kind, l->off, s->line);
	if (p == NULL)
		return NULL;
	p->unit = u;
	u->scan = &s->scan;
	u->norm = l->norm;
	u->norm_len = 0;
	u->w.n = 0;
	u->w.went = false;
	u->w.code = NULL;
	u->length = u->nlines = u->short_lines = 0;
	u->asks = 0;
	u->quote = l->quote;
	u->ending = ENDING_WHOLE;
	u->compared = u->part = u->listing = u->headline = u->rule = false;
	u->digits = u->sketched = false;
	u->ascii = true;
	u->repeats = u->linked = u->said = false;
	u->completers = 0;
	u->broken = u->recorded = u->doomed = false;
	u->proposal = NULL;
	return p;
}

static int
add_separator(struct split *s, uint64_t off, uint64_t len, bool stays)
{
	struct piece *p = add_piece(s, PIECE_SEPARATOR, off, s->line);

	if (p == NULL)
		return -1;
	p->len = (uint32_t)len;
	p->stays = stays;
	return 0;
}

/* A stretch that stays whatever it says; nothing stands before what follows. */
static int
add_pass(struct split *s, const struct line *l)
{
	struct piece *p = add_piece(s, PIECE_PASS, l->off, s->line);

	if (p == NULL)
		return -1;
	p->len = l->len;
	/* The same in all, whatever portions the line comes in. */
	p->nwords = l->oversize ? (uint32_t)((l->off + l->len) / 8 -
					     l->off / 8) : l->nwords;
	p->begins = l->begins;
	s->before = (struct before){ .any = true };
	return 0;
}

/*
 * In two words or more.  Cells of a table are the same by chance, and lines of
 * code for a reason; what goes on in the next line may say it again, as verse
 * does.
 */
bool
split_says_again(const struct said *before, const char *before_words,
		 const struct said *again, const char *words,
		 const char *text, size_t len)
{
	words += again->norm;
	return again->nwords >= 2 && before->nwords == again->nwords &&
	       before->norm_len == again->norm_len &&
	       memcmp(before_words + before->norm, words,
		      again->norm_len) == 0 &&
	       !unit_is_cell(words, again->norm_len, again->nwords) &&
	       listing_signs(text, trimmed(text, len)) == 0 &&
	       !ending_is_open(text, len);
}

/* What is known of a unit from its lines so far. */
struct sums {
	uint32_t nwords, solo2, solo4, extra;
	uint32_t nlines;	/* with words */
	bool digits, high;	/* as in struct line; high: not all is ASCII */
};

static inline void
add_line(struct sums *sums, const struct line *l)
{
	sums->nwords += l->nwords;
	sums->solo2 += l->solo2;
	sums->solo4 += l->solo4;
	sums->extra += l->extra;
	sums->nlines += l->nwords > 0;
	sums->digits |= l->digits;
	sums->high |= !l->ascii;
}

/*
 * Is a short unit a headline, and does it mean little without what is beside it?
 * What is all of its document has nothing beside it, and what the user says is a
 * unit is one.
 */
static void
look_at_short(struct split *s, struct piece *p, uint32_t length,
	      const struct line *last)
{
	const char *text = s->text + (p->off - s->base);
	size_t len = (size_t)(last->off + last->len - p->off);
	bool headline = length < HEADLINE && !ending_is_sentence(text, len);

	p->unit->headline = headline && p->unit->length < HEADLINE;
	if (s->opt.unit != DEDUP_UNIT_AUTO || s->alone)
		return;
	p->unit->part = part_is(&(struct part_text){
		.text = text, .len = len, .length = length,
		.nlines = p->unit->nlines, .words = s->scan.norm + p->unit->norm,
		.words_len = p->unit->digits ? p->unit->norm_len : 0,
		.listing = p->unit->listing, .headline = headline,
		.underlined = last->nwords == 0,
	});
}

/*
 * How does it end, and begin?  Its text ends with the line 'last'; 'extra' is
 * what its addresses count beyond a word each.
 */
static void
look_at_ends(struct split *s, struct piece *p, uint32_t extra,
	     const struct line *last)
{
	const char *text = s->text + (p->off - s->base);
	size_t len = (size_t)(last->off + last->len - p->off);

	if (p->unit->length - extra < PART_WORDS)
		look_at_short(s, p, p->unit->length - extra, last);
	if (p->unit->part || s->opt.unit == DEDUP_UNIT_DOCUMENT)
		return;
	p->unit->asks = (uint8_t)ending_read_more(&s->filter,
					    s->scan.norm + p->unit->norm,
					    p->unit->norm_len);
	p->unit->ending = p->unit->asks > 0 ? ENDING_READ_MORE : ending_of(text, len);
}

/* The words of a unit are known: what follows from them. */
static void
finish_unit(struct split *s, struct piece *p, const struct sums *sums,
	    const struct line *last)
{
	struct said said = {
		p->unit->norm, p->unit->norm_len, sums->nwords, p->off, p->line,
	};

	p->unit->w.n = sums->nwords;
	p->unit->nlines = sums->nlines;
	p->unit->digits = sums->digits;
	p->unit->ascii = !sums->high;
	p->unit->length = words_length(p->unit->w.n, sums->solo2, sums->solo4,
				 sums->extra);
	p->unit->compared = p->unit->length >= s->opt.min_words;
	p->unit->w.fp = shingler_fingerprint(s->shingler, s->scan.norm + p->unit->norm,
				       p->unit->norm_len);
	if (p->unit->w.n == 0)
		p->unit->rule = unit_is_rule(s->text + (p->off - s->base),
			(size_t)(last->off + last->len - p->off));
	if (p->unit->compared)
		look_at_ends(s, p, sums->extra, last);
	p->unit->compared &= !p->unit->part;
	if (p->unit->compared) {
		said.nwords = 0;
	} else if (split_says_again(&s->before.unit, s->scan.norm, &said,
				    s->scan.norm, s->text + (p->off - s->base),
				    (size_t)(last->off + last->len - p->off))) {
		p->unit->repeats = true;
		p->unit->root_off = said.off = s->before.unit.off;
		p->unit->root_line = said.line = s->before.unit.line;
	}
	s->before.unit = said;
	s->before.any = true;
}

/* Lines that are one unit, in one piece. */
static int
plan_unit(struct split *s, size_t n, enum unit_kind kind)
{
	const struct line *l = s->scan.lines + s->cursor, *last = l + n - 1;
	struct piece *p = add_unit(s, kind == UNIT_RUN ? PIECE_RUN : PIECE_UNIT,
				   l);
	struct sums sums = { .nwords = 0 };

	if (p == NULL)
		return -1;
	p->len = (uint32_t)(last->off + last->len - l->off);
	p->unit->listing = kind == UNIT_LISTING;
	p->unit->norm_len = (uint32_t)(last->norm + last->norm_len - l->norm);
	for (size_t i = 0; i < n; i++)
		add_line(&sums, &l[i]);
	p->nwords = sums.nwords;
	finish_unit(s, p, &sums, last);
	if (n > 1 || !p->unit->compared)
		p->unit->short_lines = p->unit->nlines;
	s->line += n;
	s->cursor += n;
	if (kind == UNIT_RUN)
		s->before.line = (struct said){
			last->norm, last->norm_len, last->nwords, last->off,
			s->line - 1,
		};
	else
		s->before.line = s->before.unit;
	return 0;
}

/* A line of a run that says again what stands before it. */
static int
plan_repeat(struct split *s, const struct line *l)
{
	struct piece *p = add_unit(s, PIECE_REPEAT, l);

	if (p == NULL)
		return -1;
	p->len = l->len;
	p->nwords = l->nwords;
	p->unit->repeats = true;
	p->unit->root_off = s->before.line.off;
	p->unit->root_line = s->before.line.line;
	if (s->hash_lines)
		p->unit->w.fp = shingler_fingerprint(s->shingler,
			s->scan.norm + l->norm, l->norm_len);
	return 0;
}

/* A line of the run whose first piece is number 'run'. */
static int
plan_run_line(struct split *s, const struct line *l, size_t run,
	      struct sums *sums)
{
	struct piece *p = &s->pieces[s->npieces - 1], *first;
	bool apart = s->by_line ? !l->joined || p->kind != PIECE_REST :
				  p->kind == PIECE_REPEAT;
	size_t norm = l->norm;

	if (apart) {
		p = add_unit(s, PIECE_REST, l);
		if (p == NULL)
			return -1;
	}
	p->len += l->len;
	p->nwords += l->nwords;
	first = &s->pieces[run];
	/* Its words go behind those of the run, where repeats stood. */
	if (first->unit->norm + first->unit->norm_len != norm) {
		norm = first->unit->norm + first->unit->norm_len;
		memmove(s->scan.norm + norm, s->scan.norm + l->norm,
			l->norm_len);
		p->unit->norm = apart ? norm : p->unit->norm;
	}
	if (p->kind == PIECE_REST && s->hash_lines)
		p->unit->w.fp = shingler_fingerprint(s->shingler,
			s->scan.norm + p->unit->norm,
			norm + l->norm_len - p->unit->norm);
	s->before.line = (struct said){
		norm, l->norm_len, l->nwords, l->off, s->line,
	};
	first->unit->norm_len += l->norm_len;
	add_line(sums, l);
	return 0;
}

/* May a line of the n at the cursor repeat the one before it? */
static bool
may_repeat(const struct split *s, size_t n)
{
	const struct line *l = s->scan.lines + s->cursor;
	uint32_t before = s->before.line.nwords > 0 ? s->before.line.norm_len :
			  0;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		any |= l[i].norm_len == before && before > 0;
		before = l[i].norm_len;
	}
	return any;
}

/* Lines that are one unit, but for those that repeat. */
static int
plan_run(struct split *s, size_t n)
{
	const struct line *l = s->scan.lines + s->cursor, *end = l + n;
	const struct line *last = NULL;
	struct sums sums = { .nwords = 0 };
	size_t run = SIZE_MAX;

	if (!s->by_line && !may_repeat(s, n))
		return plan_unit(s, n, UNIT_RUN);
	for (; l < end; l++, s->line++) {
		struct said again = {
			l->norm, l->norm_len, l->nwords, l->off, s->line,
		};

		if (s->before.line.norm_len == l->norm_len &&
		    split_says_again(&s->before.line, s->scan.norm, &again,
				     s->scan.norm, text_of(s, l), l->len)) {
			if (plan_repeat(s, l) != 0)
				return -1;
			continue;
		}
		if (run == SIZE_MAX) {
			if (add_unit(s, PIECE_RUN, l) == NULL)
				return -1;
			run = s->npieces - 1;
		}
		if (plan_run_line(s, l, run, &sums) != 0)
			return -1;
		last = l;
	}
	s->cursor += n;
	if (run != SIZE_MAX) {
		struct piece *p = &s->pieces[run];

		finish_unit(s, p, &sums, last);
		if (n > 1 || !p->unit->compared)
			p->unit->short_lines = p->unit->nlines;
	}
	return 0;
}

/* Blocks. */

/*
 * Blank lines at the cursor join the separator.  True: it is longer than
 * anybody waits for, and stays.
 */
static bool
take_blanks(struct split *s)
{
	for (; s->cursor < s->scan.nlines; s->cursor++) {
		const struct line *l = s->scan.lines + s->cursor;

		if (!l->blank || l->oversize)
			break;
		if (s->sep_len == 0)
			s->sep_off = l->off;
		s->sep_len += l->len;
		s->line++;
		s->inside = false;
		if (s->sep_len > UNIT_BLOCK_MAX) {
			s->cursor++;
			return true;
		}
	}
	return false;
}

static bool
is_fence_line(const struct split *s, size_t i)
{
	const struct line *l = s->scan.lines + i;

	return s->opt.unit == DEDUP_UNIT_AUTO && !l->oversize &&
	       unit_is_fence(text_of(s, l), l->len);
}

/* ">>> " where nothing was quoted before is a prompt, and no quoted mail. */
static bool
is_prompt(const struct line *a, const struct line *b)
{
	return (a->quote == 0 && b->quote == 3) ||
	       (a->quote == 3 && b->quote == 0);
}

/* How many lines from the cursor on are a block, or a chunk of a giant one. */
enum extent { EXTENT_MORE, EXTENT_WHOLE, EXTENT_GIANT };

/*
 * The block is whole, and blank lines follow.  The document's first one is all
 * of it only if nothing else does.
 */
static enum extent
end_of_block(struct split *s, bool final)
{
	size_t i = s->cursor + s->probed, blank = 0;

	if (!s->fresh || s->opt.unit != DEDUP_UNIT_AUTO)
		return EXTENT_WHOLE;
	for (; i < s->scan.nlines; i++) {
		const struct line *l = s->scan.lines + i;

		blank += l->len;
		if (!l->blank || l->oversize || blank > UNIT_BLOCK_MAX)
			return EXTENT_WHOLE;
	}
	if (!final)
		return EXTENT_MORE;
	s->alone = !s->goes_on;
	return EXTENT_WHOLE;
}

/*
 * Lines that are plainly of one block, from the first that is not probed on.
 * True: a blank line ends them.
 */
static bool
probe_plain(struct split *s)
{
	const struct line *first = s->scan.lines + s->cursor;
	const struct line *l = first + s->probed;
	const struct line *end = s->scan.lines + s->scan.nlines;
	bool quoted = s->opt.unit == DEDUP_UNIT_AUTO;
	size_t bytes = s->probed_bytes;

	for (; l < end && !l->blank && !l->oversize; l++) {
		if (quoted && l > first && l->quote != l[-1].quote)
			break;
		if (bytes + l->len > s->block_limit)
			break;
		bytes += l->len;
	}
	s->probed = (size_t)(l - first);
	s->probed_bytes = bytes;
	return l < end && l->blank && !l->oversize;
}

static enum extent
find_extent(struct split *s, bool final)
{
	bool document = s->opt.unit == DEDUP_UNIT_DOCUMENT;

	if (s->probed == 0 && !s->no_fence && !s->inside)
		s->in_fence = is_fence_line(s, s->cursor);
again:
	if (!s->in_fence && !document && probe_plain(s))
		return end_of_block(s, final);
	for (; s->cursor + s->probed < s->scan.nlines; s->probed++) {
		size_t i = s->cursor + s->probed;
		const struct line *l = s->scan.lines + i;

		if (l->blank && !l->oversize && !s->in_fence && !document)
			return end_of_block(s, final);
		if (s->probed > 0 && l->quote != s->scan.lines[i - 1].quote &&
		    !s->in_fence && s->opt.unit == DEDUP_UNIT_AUTO &&
		    !is_prompt(l, &s->scan.lines[i - 1]))
			return EXTENT_WHOLE;
		/* A line that is too long stands alone. */
		if (l->oversize && s->in_fence)
			goto no_fence;
		if (l->oversize) {
			s->probed += s->probed == 0;
			return EXTENT_GIANT;
		}
		if (s->probed > 0 && s->in_fence && is_fence_line(s, i))
			s->in_fence = false;
		s->probed_bytes += l->len;
		if (s->probed_bytes <= s->block_limit)
			continue;
		if (s->in_fence)
			goto no_fence;
		/* One line at least, and else none that is too much. */
		s->probed += s->probed == 0;
		return EXTENT_GIANT;
	}
	if (!final)
		return EXTENT_MORE;
	if (s->in_fence)
		goto no_fence;
	if (document)
		while (s->scan.lines[s->cursor + s->probed - 1].blank)
			s->probed--;
	return end_of_block(s, true);
no_fence:
	/* It is not a listing after all. */
	s->no_fence = true;
	s->in_fence = false;
	s->probed = s->probed_bytes = 0;
	goto again;
}

/* The n lines at the cursor are a block, or a chunk of one. */
static int
plan_block(struct split *s, size_t n)
{
	struct line *l = s->scan.lines + s->cursor;
	struct unit_block block;

	if (s->opt.unit == DEDUP_UNIT_PARAGRAPH ||
	    s->opt.unit == DEDUP_UNIT_DOCUMENT)
		return plan_unit(s, n, UNIT_LINE);
	if (s->opt.unit == DEDUP_UNIT_LINE) {
		while (n-- > 0)
			if (plan_unit(s, 1, UNIT_LINE) != 0)
				return -1;
		return 0;
	}
	/* Most blocks are one line of prose. */
	if (n == 1 && line_length(l) >= s->opt.min_words &&
	    !unit_is_fence(text_of(s, l), l->len))
		return plan_unit(s, 1, UNIT_LINE);
	block = (struct unit_block){
		.lines = l, .n = n, .text = s->text, .base = s->base,
		.norm = s->scan.norm, .min_words = s->opt.min_words,
		.alone = s->alone, .marks = s->hash_lines,
		.by_line = s->by_line,
	};
	if (unit_split(&s->units, &block) != 0)
		return -1;
	for (size_t i = 0; i < s->units.nspans; i++) {
		const struct unit_span *u = &s->units.span[i];

		if ((u->kind == UNIT_RUN ? plan_run(s, u->nlines) :
		     plan_unit(s, u->nlines, u->kind)) != 0)
			return -1;
	}
	return 0;
}

/* Lines at the cursor that stay whatever they say. */
static int
plan_passing(struct split *s, size_t n)
{
	for (; n > 0; n--, s->cursor++) {
		const struct line *l = s->scan.lines + s->cursor;

		if (add_pass(s, l) != 0)
			return -1;
		s->line += l->begins;
	}
	return 0;
}

/*
 * The lines at the cursor are a chunk of a block that is too long for one unit:
 * it is one all the same with -u paragraph and -u document, and passes.
 */
static int
plan_giant(struct split *s, size_t n)
{
	bool whole = s->block_limit == DEDUP_UNIT_MAX, first = !s->inside;
	size_t from = s->npieces;

	s->inside = true;
	if (!whole && !s->scan.lines[s->cursor].oversize)
		return plan_block(s, n);
	if (plan_passing(s, n) != 0)
		return -1;
	for (size_t i = from; whole && i < s->npieces; i++)
		s->pieces[i].begins = first && i == from;
	return 0;
}

/* The next block, or chunk of one: 1, 0 where more text is needed, -1. */
static int
plan_next(struct split *s, bool final)
{
	enum extent extent;
	bool whole = s->block_limit == DEDUP_UNIT_MAX, begins;
	size_t n, at;
	int got;

	if (take_blanks(s)) {
		uint64_t len = s->sep_len;

		s->sep_len = 0;
		return add_separator(s, s->sep_off, len, true) == 0 ? 1 : -1;
	}
	if (s->cursor == s->scan.nlines)
		return 0;
	extent = find_extent(s, final);
	if (extent == EXTENT_MORE)
		return 0;
	n = s->probed;
	s->probed = s->probed_bytes = 0;
	s->in_fence = s->no_fence = s->fresh = false;
	begins = !s->inside;
	s->alone |= !begins || extent == EXTENT_GIANT;
	at = s->cursor + n;
	if (begins &&
	    add_separator(s, s->sep_len > 0 ? s->sep_off :
			  s->scan.lines[s->cursor].off, s->sep_len,
			  extent == EXTENT_GIANT ||
			  (s->flushing && at == s->scan.nlines)) != 0)
		return -1;
	s->sep_len = 0;
	/* The end of a giant block that is one unit is no unit of its own. */
	got = extent == EXTENT_GIANT || (whole && !begins) ? plan_giant(s, n)
							   : plan_block(s, n);
	if (got != 0)
		return -1;
	s->inside = extent == EXTENT_GIANT;
	s->alone = false;
	return 1;
}

/* Make pieces of what is complete, 'most' and a block: 1, 0 if none, -1. */
int
split_plan(struct split *s, size_t most, bool final)
{
	size_t from = s->npieces;
	int got = 1;

	while (got > 0 && s->npieces - from < most)
		got = plan_next(s, final);
	return got < 0 ? -1 : s->npieces > from;
}

/* Blank lines at the end are a separator too; the last block ends there. */
int
split_end(struct split *s)
{
	uint64_t len = s->sep_len;

	s->sep_len = 0;
	return add_separator(s, len > 0 ? s->sep_off : s->end, len, false);
}

static void
shift_said(struct said *said, size_t cut)
{
	if (said->nwords > 0)
		said->norm -= cut;
}

/* Is its unit one of the split's own, and not of a reading? */
static bool
owns_unit(const struct split *s, const struct piece *p)
{
	return p->unit != NULL && p->unit->scan == &s->scan;
}

/* The first n pieces are wanted no more. */
void
split_drop_pieces(struct split *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (owns_unit(s, &s->pieces[i]))
			unit_give_back(&s->pool, s->pieces[i].unit);
	s->npieces -= n;
	if (n > 0)
		memmove(s->pieces, s->pieces + n,
			s->npieces * sizeof(*s->pieces));
	for (size_t i = 0; i < s->npieces; i++)
		if (s->pieces[i].unit != NULL)
			s->pieces[i].unit->sketched = false;
	shingler_release(s->shingler);
}

/* Nor are lines that are in pieces, and words that no piece needs. */
void
split_drop_words(struct split *s)
{
	struct scan *scan = &s->scan;
	const struct said *line = &s->before.line, *unit = &s->before.unit;
	size_t cut = s->cursor < scan->nlines ? scan->lines[s->cursor].norm
					      : scan->norm_len;

	for (size_t i = 0; i < s->npieces; i++)
		if (owns_unit(s, &s->pieces[i]) &&
		    s->pieces[i].unit->norm < cut)
			cut = s->pieces[i].unit->norm;
	if (line->nwords > 0 && line->norm < cut)
		cut = line->norm;
	if (unit->nwords > 0 && unit->norm < cut)
		cut = unit->norm;
	if (s->cursor > 0) {
		scan->nlines -= s->cursor;
		memmove(scan->lines, scan->lines + s->cursor,
			scan->nlines * sizeof(*scan->lines));
		s->cursor = 0;
	}
	if (cut == 0)
		return;
	scan->norm_len -= cut;
	memmove(scan->norm, scan->norm + cut, scan->norm_len);
	for (size_t i = 0; i < scan->nlines; i++)
		scan->lines[i].norm -= (uint32_t)cut;
	for (size_t i = 0; i < s->npieces; i++)
		if (owns_unit(s, &s->pieces[i]))
			s->pieces[i].unit->norm -= cut;
	shift_said(&s->before.line, cut);
	shift_said(&s->before.unit, cut);
}

/* Lines. */

int
split_scan(struct split *s, bool final)
{
	const char *at = s->text + (s->scanned - s->base), *nl;
	size_t n = (size_t)(s->end - s->scanned), seen;

	if (n == 0)
		return 0;
	if (s->in_long) {
		if (n > PORTION)
			n = PORTION;
		nl = memchr(at, '\n', n);
		n = nl != NULL ? (size_t)(nl - at) + 1 : n;
		if (words_skip(&s->scan, n, s->scanned, s->long_begins) != 0)
			return -1;
		s->in_long = nl == NULL;
		s->long_begins = false;
		s->scanned += n;
		return 1;
	}
	seen = s->looked > s->scanned ? (size_t)(s->looked - s->scanned) : 0;
	if (n > PORTION && seen < PORTION &&
	    (nl = memrchr(at + seen, '\n', PORTION - seen)) != NULL) {
		n = (size_t)(nl - at) + 1;
	} else if (n > DEDUP_UNIT_MAX) {
		nl = memrchr(at + seen, '\n', DEDUP_UNIT_MAX - seen);
		if (nl == NULL) {
			s->in_long = s->long_begins = true;
			return 1;
		}
		n = (size_t)(nl - at) + 1;
	} else if (!final) {
		nl = memrchr(at + seen, '\n', n - seen);
		if (nl == NULL) {
			s->looked = s->end;
			return 0;
		}
		n = (size_t)(nl - at) + 1;
	}
	if (words_read(s->reader, &s->scan, at, n, s->scanned) != 0)
		return -1;
	s->scanned += n;
	return 1;
}

/* Reading ahead. */

/* Which units say which in full, as far as that can be known already. */
static int
link_reading(struct split *s, const struct reading *r)
{
	int got = 1;

	if (soon_list(s, r->piece) != 0)
		return -1;
	for (size_t i = r->piece; i < s->npieces && got > 0; i++)
		got = soon_link(s, i, r->ends);
	return got < 0 ? -1 : 0;
}

int
split_read(struct split *s, const struct stretch *stretch)
{
	struct reading *r;
	size_t first_line = s->cursor;
	int got;

	if (array_room(&s->readings, &s->readings_room, s->nreadings + 1,
		       sizeof(*r)) != 0)
		return -1;
	split_begin_at(s, stretch->offset);
	s->before = (struct before){ .any = false };
	s->text = stretch->text;
	s->end = stretch->offset + stretch->len;
	s->inside = stretch->inside;
	s->goes_on = !stretch->ends;
	s->line = 0;
	r = &s->readings[s->nreadings];
	*r = (struct reading){
		.text = stretch->text, .off = stretch->offset,
		.len = stretch->len, .inside = stretch->inside,
		.goes_on = stretch->goes_on, .ends = stretch->ends,
		.piece = s->npieces,
	};
	while ((got = split_scan(s, true)) > 0)
		;
	while (got == 0 && (got = split_plan(s, SIZE_MAX, true)) > 0)
		got = 0;
	if (got < 0 || (r->ends && split_end(s) != 0))
		return -1;
	for (r->head = first_line; r->head < s->scan.nlines &&
				   s->scan.lines[r->head].blank; r->head++)
		;
	r->npieces = s->npieces - r->piece;
	r->nlines = s->line;
	r->before = s->before;
	r->sep_off = s->sep_off;
	r->sep_len = s->sep_len;
	s->nreadings++;
	return link_reading(s, r);
}

void
split_clear(struct split *s)
{
	split_reset(s);
	/* What a huge text took is not kept for small ones. */
	if (scan_memory(&s->scan) > ROOM_KEPT)
		scan_free(&s->scan);
	if (s->pieces_room * sizeof(*s->pieces) > ROOM_KEPT) {
		free(s->pieces);
		free(s->proposals);
		unit_pool_free(&s->pool);
		s->pieces = NULL;
		s->proposals = NULL;
		s->pieces_room = s->proposals_room = 0;
	}
	s->nreadings = s->next = 0;
}
