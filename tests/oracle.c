/* What must hold of the answers of dedup.h, checked the slow way. */
#include "oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "unit.h"
#include "words.h"

#define REPLACE_WORDS 10	/* in fewer no word may be another one */
#define NEAR_ENOUGH 1e-9	/* equal, as far as rounding goes */
#define SURE_WORDS 12		/* a unit of these and of this resemblance */
#define SURE_RESEMBLANCE 0.9	/* is to be proposed by the sketch */
#define LEAD_KEPT 8		/* kept units after a lead that may complete it */
#define MOST_LEADS 4		/* leads of a block of lines that may wait */

static void *
must_have(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* One more element behind 'n' of 'size' bytes; array in *v. */
static void *
append(void *v, size_t n, size_t size)
{
	void **array = v;

	*array = must_have(realloc(*array, (n + 1) * size));
	return (char *)*array + n * size;
}

/* A copy with nothing behind it, so that reads past its end are seen. */
static char *
exact_copy(const char *text, size_t len)
{
	char *p = must_have(malloc(len > 0 ? len : 1));

	if (len > 0)
		memcpy(p, text, len);
	return p;
}

/* Documents. */

void
corpus_add(struct corpus *c, const char *text, size_t len)
{
	if (c->n == MAX_DOCUMENTS)
		abort();
	c->doc[c->n++] = (struct document){ exact_copy(text, len), len };
}

void
corpus_free(struct corpus *c)
{
	for (size_t i = 0; i < c->n; i++)
		free(c->doc[i].text);
	c->n = 0;
}

void
corpus_print(const struct corpus *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const unsigned char *s = (unsigned char *)c->doc[i].text;

		fprintf(stderr, "document %zu, %zu bytes:\n\t\"", i,
			c->doc[i].len);
		for (size_t j = 0; j < c->doc[i].len; j++)
			if (s[j] == '\n')
				fprintf(stderr, "\\n%s", j + 1 < c->doc[i].len
					? "\"\n\t\"" : "");
			else if (s[j] == '"' || s[j] == '\\')
				fprintf(stderr, "\\%c", s[j]);
			else if (s[j] < ' ' || s[j] >= 0x7f)
				fprintf(stderr, "\\%03o", s[j]);
			else
				fputc(s[j], stderr);
		fprintf(stderr, "\"\n");
	}
}

void
options_print(const struct dedup_options *o)
{
	static const char *const unit[] = {
		"auto", "line", "paragraph", "document"
	};

	fprintf(stderr, "unit %s, scope %s, keep %s, min_words %u, ngram %u, "
		"threshold %g%s%s%s%s%s\n", unit[o->unit],
		o->scope == DEDUP_SCOPE_ALL ? "all" : "document",
		o->keep == DEDUP_KEEP_FIRST ? "first" : "none",
		o->min_words, o->ngram, o->threshold,
		o->exact ? ", exact" : "",
		o->fold_digits ? ", fold_digits" : "",
		o->contained ? ", contained" : "",
		o->places ? "" : ", no places",
		o->seeded ? ", seeded" : "");
}

/* Feeding. */

static uint64_t
next_random(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

/* What one verdict may say, after one that had decided 'before' bytes. */
static const char *
check_verdict(const struct dedup_verdict *v, uint64_t before, uint64_t fed)
{
	uint64_t last = before;

	if (v->decided < before)
		return "decided goes back";
	if (v->decided > fed)
		return "decided is more than was fed";
	for (size_t i = 0; i < v->nremovals; i++) {
		const struct dedup_removal *r = &v->removals[i];

		if (r->offset < last)
			return "a removal in what was decided, or in disorder";
		last = r->offset + r->length;
		if (last > v->decided)
			return "a removal that is not decided yet";
		if (r->separator_length == 0)
			continue;
		if (r->separator_offset < before)
			return "a separator in what was decided";
		if (r->separator_offset + r->separator_length > v->decided)
			return "a separator that is not decided yet";
	}
	return NULL;
}

void
answer_add(struct answer *a, const struct dedup_verdict *v)
{
	for (size_t i = 0; i < v->nremovals; i++) {
		if (a->n == a->room) {
			a->room = 2 * a->room + 8;
			a->removals = must_have(realloc(a->removals,
				a->room * sizeof(*a->removals)));
		}
		a->removals[a->n++] = v->removals[i];
	}
}

static const char *
feed_document(struct dedup *d, const struct document *doc, enum pieces pieces,
	      uint64_t *rng, struct answer *a, size_t *undecided)
{
	uint64_t decided = 0, fed = 0;
	bool end;

	if (dedup_begin(d) != DEDUP_OK)
		return "dedup_begin fails";
	do {
		struct dedup_verdict v;
		enum dedup_status st;
		uint64_t most = doc->len - fed, more = most;
		const char *what;
		char *text;

		if (pieces == PIECES_BYTES)
			more = 1;
		else if (pieces == PIECES_RANDOM)
			more = next_random(rng) % (next_random(rng) % 4 == 0 ?
						   200 : 20);
		else if (pieces == PIECES_LARGE)
			more = next_random(rng) % PIECE_MAX;
		more = more < most ? more : most;
		/* The end comes with the last bytes, or by itself. */
		end = more == most && (pieces < PIECES_RANDOM ||
				       next_random(rng) % 2 == 0);
		fed += more;
		text = exact_copy(doc->text + decided, fed - decided);
		st = (end ? dedup_end : dedup_feed)(d, text, fed - decided,
						    &v);
		free(text);
		if (st != DEDUP_OK)
			return dedup_strerror(st);
		what = check_verdict(&v, decided, fed);
		if (what != NULL)
			return what;
		answer_add(a, &v);
		decided = v.decided;
		if (fed - decided > *undecided)
			*undecided = fed - decided;
	} while (!end);
	return decided == doc->len ? NULL : "not all is decided in the end";
}

/* Judge what was read ahead; *decided goes on. */
static const char *
judge_ahead(struct dedup *d, struct dedup_part *p, const uint64_t *end,
	    unsigned n, uint64_t *decided, struct answer *a)
{
	for (unsigned i = 0; i < n; i++) {
		struct dedup_verdict v;
		enum dedup_status st = dedup_feed_part(d, p, &v);
		const char *what;

		if (st != DEDUP_OK)
			return dedup_strerror(st);
		what = check_verdict(&v, *decided, end[i]);
		if (what != NULL)
			return what;
		answer_add(a, &v);
		*decided = v.decided;
	}
	return NULL;
}

/*
 * The document in stretches, some in one part, each a buffer of its own; in
 * the end perhaps the rest as text.
 */
static const char *
feed_ahead(struct dedup *d, const struct document *doc, uint64_t *rng,
	   struct answer *a)
{
	struct dedup_part *p;
	struct dedup_cut cut = { 0, false };
	const char *what = NULL;
	uint64_t decided = 0, at = 0;
	bool ends = false;

	if (dedup_begin(d) != DEDUP_OK ||
	    dedup_part_new(d, next_random(rng) % 2 == 0, &p) != DEDUP_OK)
		return "dedup_begin or dedup_part_new fails";
	while (!ends && what == NULL) {
		unsigned n = 0, most = 1 + next_random(rng) % 3;
		uint64_t end[3];
		char *text[3];
		size_t rest = (size_t)(doc->len - at);

		while (n < most && !ends) {
			size_t len = next_random(rng) % (next_random(rng) % 2 ?
				2 * PIECE_MAX : 400);
			struct dedup_stretch s = { .offset = at };

			rest = (size_t)(doc->len - at);
			s.inside = cut.inside;
			ends = len >= rest;
			if (ends)
				cut = (struct dedup_cut){ rest, false };
			else if (!dedup_find_cut(d, doc->text + at, len,
						 s.inside, &cut))
				break;
			text[n] = exact_copy(doc->text + at, cut.at);
			s.text = text[n];
			s.len = cut.at;
			s.goes_on = cut.inside;
			s.ends = ends;
			if (dedup_part_read(p, &s) != DEDUP_OK)
				what = "dedup_part_read fails";
			at += cut.at;
			end[n++] = at;
		}
		if (what == NULL)
			what = judge_ahead(d, p, end, n, &decided, a);
		dedup_part_clear(p);
		for (unsigned i = 0; i < n; i++)
			free(text[i]);
		if (what == NULL && !ends && next_random(rng) % 8 == 0) {
			struct dedup_verdict v;

			if (dedup_end(d, doc->text + decided,
				      doc->len - decided, &v) != DEDUP_OK)
				what = "dedup_end fails";
			else
				what = check_verdict(&v, decided, doc->len);
			answer_add(a, &v);
			decided = v.decided;
			ends = true;
		}
	}
	dedup_part_free(p);
	return what != NULL || decided == doc->len ? what :
	       "not all is decided in the end";
}

const char *
ask(const struct corpus *c, const struct dedup_options *opt,
    enum pieces pieces, uint64_t seed, struct answers *a)
{
	struct dedup *d;
	const char *what = NULL;

	memset(a, 0, sizeof(*a));
	a->n = c->n;
	if (dedup_new(opt, &d) != DEDUP_OK)
		return "dedup_new fails";
	for (int reading = 0; what == NULL; reading++) {
		for (size_t i = 0; i < c->n && what == NULL; i++) {
			a->doc[i].n = 0;
			what = pieces == PIECES_AHEAD ?
			       feed_ahead(d, &c->doc[i], &seed, &a->doc[i]) :
			       feed_document(d, &c->doc[i], pieces, &seed,
					     &a->doc[i], &a->undecided);
		}
		if (reading == 1 || opt->keep == DEDUP_KEEP_FIRST)
			break;
		if (what == NULL && dedup_again(d) != DEDUP_OK)
			what = "dedup_again fails";
	}
	dedup_get_stats(d, &a->stats);
	dedup_free(d);
	return what;
}

void
answers_free(struct answers *a)
{
	for (size_t i = 0; i < MAX_DOCUMENTS; i++)
		free(a->doc[i].removals);
	memset(a, 0, sizeof(*a));
}

/* Spans. */

static void
drop(char *gone, uint64_t off, uint64_t len)
{
	memset(gone + off, 1, len);
}

/* A byte for each of the document: does it go?  To be freed. */
static char *
gone_bytes(const struct document *doc, const struct answer *a)
{
	char *gone = must_have(calloc(doc->len + 1, 1));

	for (size_t i = 0; i < a->n; i++) {
		drop(gone, a->removals[i].offset, a->removals[i].length);
		drop(gone, a->removals[i].separator_offset,
		     a->removals[i].separator_length);
	}
	return gone;
}

void
kept_corpus(const struct corpus *c, const struct answers *a,
	    struct corpus *out)
{
	out->n = 0;
	for (size_t i = 0; i < c->n; i++) {
		char *gone = gone_bytes(&c->doc[i], &a->doc[i]);
		char *kept = must_have(malloc(c->doc[i].len + 1));
		size_t len = 0;

		for (size_t j = 0; j < c->doc[i].len; j++)
			if (!gone[j])
				kept[len++] = c->doc[i].text[j];
		corpus_add(out, kept, len);
		free(kept);
		free(gone);
	}
}

static bool
starts_line(const struct document *doc, uint64_t at)
{
	return at == 0 || at == doc->len || doc->text[at - 1] == '\n';
}

/* The lines of a document, by the plain reader. */
static void
read_lines(const struct document *doc, bool fold_digits, struct scan *scan)
{
	struct words_reader *w = must_have(words_new(fold_digits));

	*scan = (struct scan){ 0 };
	if (words_read_plain(w, scan, doc->text, doc->len, 0) != 0)
		abort();
	words_free(w);
}

static bool
all_blank(const struct document *doc, uint64_t off, uint64_t len)
{
	struct document part = { doc->text + off, len };
	struct scan scan;
	bool blank = true;

	read_lines(&part, false, &scan);
	for (size_t i = 0; i < scan.nlines; i++)
		blank = blank && scan.lines[i].blank;
	scan_free(&scan);
	return blank;
}

static uint64_t
count_newlines(const struct document *doc, uint64_t upto)
{
	uint64_t n = 0;

	for (uint64_t i = 0; i < upto; i++)
		n += doc->text[i] == '\n';
	return n;
}

static const char *
check_removal(const struct document *doc, const struct dedup_removal *r,
	      char *seen)
{
	uint64_t end = r->offset + r->length, sep = r->separator_offset;
	uint64_t sep_end = sep + r->separator_length;

	if (r->length == 0 || end < r->offset || end > doc->len)
		return "a span outside of the document";
	if (!starts_line(doc, r->offset) || !starts_line(doc, end))
		return "a span that is not of whole lines";
	if (r->line != count_newlines(doc, r->offset))
		return "a wrong line number";
	if ((unsigned)r->reason >= DEDUP_NREASONS)
		return "no such reason";
	if (!(r->resemblance > 0 && r->resemblance <= 1))
		return "a resemblance outside of 0 to 1";
	if (r->reason != DEDUP_NEAR && r->resemblance != 1)
		return "a resemblance that is not 1";
	if (memchr(seen + r->offset, 1, r->length) != NULL)
		return "spans overlap";
	drop(seen, r->offset, r->length);
	if (r->separator_length == 0)
		return sep == 0 ? NULL : "an empty separator somewhere";
	if (sep_end < sep || sep_end > doc->len)
		return "a separator outside of the document";
	if (!starts_line(doc, sep) || !starts_line(doc, sep_end) ||
	    !all_blank(doc, sep, r->separator_length))
		return "a separator that is not of blank lines";
	if (memchr(seen + sep, 1, r->separator_length) != NULL)
		return "a separator overlaps";
	drop(seen, sep, r->separator_length);
	return sep == end || sep_end == r->offset ? NULL :
	       "a separator that stands apart";
}

const char *
check_spans(const struct corpus *c, const struct answers *a)
{
	uint64_t removed = 0, spans = 0, told = 0, bytes = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct document *doc = &c->doc[i];
		char *seen = must_have(calloc(doc->len + 1, 1));
		const char *what = NULL;
		uint64_t last = 0;

		for (size_t j = 0; j < a->doc[i].n && what == NULL; j++) {
			const struct dedup_removal *r = &a->doc[i].removals[j];

			what = r->offset < last ? "spans in disorder" :
			       check_removal(doc, r, seen);
			last = r->offset + r->length;
			spans++;
		}
		for (size_t j = 0; j < doc->len; j++)
			removed += seen[j] != 0;
		bytes += doc->len;
		free(seen);
		if (what != NULL)
			return what;
	}
	for (size_t i = 0; i < DEDUP_NREASONS; i++)
		told += a->stats.removed[i];
	if (a->stats.removed_bytes != removed)
		return "stats.removed_bytes is wrong";
	if (told > spans || (told == 0) != (spans == 0))
		return "stats.removed is wrong";
	if (a->stats.documents != c->n || a->stats.bytes != bytes)
		return "stats.documents or stats.bytes is wrong";
	return told <= a->stats.units ? NULL : "stats.units is wrong";
}

static bool
same_place(const struct dedup_place *a, const struct dedup_place *b)
{
	return a->document == b->document && a->offset == b->offset &&
	       a->line == b->line;
}

static const char *
check_equal_stats(const struct dedup_stats *a, const struct dedup_stats *b)
{
	if (a->documents != b->documents || a->bytes != b->bytes)
		return "other stats.documents or stats.bytes";
	if (a->units != b->units)
		return "another stats.units";
	for (size_t i = 0; i < DEDUP_NREASONS; i++)
		if (a->removed[i] != b->removed[i])
			return "other stats.removed";
	if (a->removed_bytes != b->removed_bytes)
		return "another stats.removed_bytes";
	if (a->oversize != b->oversize)
		return "another stats.oversize";
	return a->unrecorded == b->unrecorded ? NULL :
	       "another stats.unrecorded";
}

const char *
check_equal(const struct answers *a, const struct answers *b, bool witnesses)
{
	const char *what = check_equal_stats(&a->stats, &b->stats);

	if (what != NULL)
		return what;
	if (a->n != b->n)
		return "another number of documents";
	for (size_t i = 0; i < a->n; i++) {
		if (a->doc[i].n != b->doc[i].n)
			return "another number of spans";
		for (size_t j = 0; j < a->doc[i].n; j++) {
			const struct dedup_removal *x, *y;

			x = &a->doc[i].removals[j];
			y = &b->doc[i].removals[j];
			if (x->offset != y->offset || x->length != y->length)
				return "another span";
			if (x->line != y->line)
				return "another line number";
			if (x->separator_offset != y->separator_offset ||
			    x->separator_length != y->separator_length)
				return "another separator";
			if (x->reason != y->reason)
				return "another reason";
			if (x->resemblance != y->resemblance)
				return "another resemblance";
			if (witnesses && !same_place(&x->witness, &y->witness))
				return "another witness";
		}
	}
	return NULL;
}

const char *
check_second_pass(const struct corpus *c, const struct dedup_options *opt,
		  const struct answers *a)
{
	struct corpus out = { .n = 0 };
	struct answers again;
	const char *what;

	kept_corpus(c, a, &out);
	what = ask(&out, opt, PIECES_WHOLE, 0, &again);
	for (size_t i = 0; i < again.n && what == NULL; i++)
		if (again.doc[i].n > 0)
			what = "a second pass drops more";
	answers_free(&again);
	corpus_free(&out);
	return what;
}

/* Word sequences: each word is followed by a space. */

struct seq {
	const char *norm;
	size_t len;
	uint32_t n;
};

struct word {
	const char *p;
	size_t len;
};

static struct word *
split(const struct seq *s)
{
	struct word *w = must_have(malloc((s->n + 1) * sizeof(*w)));
	const char *p = s->norm;
	uint32_t n = 0;

	while (p < s->norm + s->len) {
		const char *end = memchr(p, ' ', s->len);

		w[n++] = (struct word){ p, (size_t)(end - p) };
		p = end + 1;
	}
	if (n != s->n)
		abort();
	return w;
}

static bool
same_word(const struct word *a, const struct word *b)
{
	return a->len == b->len && memcmp(a->p, b->p, a->len) == 0;
}

static bool
same_seq(const struct seq *a, const struct seq *b)
{
	return a->len == b->len && memcmp(a->norm, b->norm, a->len) == 0;
}

static bool
has_digit(const struct word *w)
{
	for (size_t i = 0; i < w->len; ) {
		utf8proc_int32_t c;
		utf8proc_category_t kind;
		utf8proc_ssize_t n = utf8proc_iterate(
			(const utf8proc_uint8_t *)w->p + i,
			(utf8proc_ssize_t)(w->len - i), &c);

		if (n <= 0) {	/* a letter, itself */
			i++;
			continue;
		}
		kind = utf8proc_category(c);
		if (kind == UTF8PROC_CATEGORY_ND ||
		    kind == UTF8PROC_CATEGORY_NL ||
		    kind == UTF8PROC_CATEGORY_NO)
			return true;
		i += (size_t)n;
	}
	return false;
}

/* Length of the longest common subsequence. */
static uint32_t
common_words(const struct word *a, uint32_t na, const struct word *b,
	     uint32_t nb)
{
	uint32_t *row = must_have(calloc(nb + 1, sizeof(*row)));
	uint32_t m;

	for (uint32_t i = 0; i < na; i++) {
		uint32_t diagonal = 0;

		for (uint32_t j = 0; j < nb; j++) {
			uint32_t above = row[j + 1];

			if (same_word(&a[i], &b[j]))
				row[j + 1] = diagonal + 1;
			else if (row[j] > above)
				row[j + 1] = row[j];
			diagonal = above;
		}
	}
	m = row[nb];
	free(row);
	return m;
}

static double
resemblance(const struct seq *a, const struct seq *b)
{
	struct word *x = split(a), *y = split(b);
	double r = 2.0 * common_words(x, a->n, y, b->n) / (a->n + b->n);

	free(x);
	free(y);
	return r;
}

/* Are the words with digits the same, in the same order? */
static bool
same_numbers(const struct seq *a, const struct seq *b)
{
	struct word *x = split(a), *y = split(b);
	uint32_t i = 0, j = 0;
	bool same = true;

	for (;;) {
		while (i < a->n && !has_digit(&x[i]))
			i++;
		while (j < b->n && !has_digit(&y[j]))
			j++;
		if (i == a->n || j == b->n)
			break;
		if (!same_word(&x[i++], &y[j++])) {
			same = false;
			break;
		}
	}
	if (same)
		same = i == a->n && j == b->n;
	free(x);
	free(y);
	return same;
}

/*
 * Of all alignments of a[0..na) and b[0..nb) with the most words in common,
 * the fewest words in stretches: between two words in common, all that stand
 * there where it is two or more of a or of b.  left[i][j]: words in common of
 * a[i..] and b[j..]; least[i][j]: words in stretches from there on, where i
 * and j come right after words in common.
 */
static uint32_t
stretch_words(const struct word *a, uint32_t na, const struct word *b,
	      uint32_t nb)
{
	size_t width = nb + 1, size = (na + 1) * width;
	uint32_t *left = must_have(calloc(size, sizeof(*left)));
	uint32_t *least = must_have(malloc(size * sizeof(*least)));
	uint32_t result;

	for (uint32_t i = na; i-- > 0; )
		for (uint32_t j = nb; j-- > 0; ) {
			uint32_t *at = left + i * width + j;

			*at = same_word(&a[i], &b[j]) ? at[width + 1] + 1 :
			      at[1] > at[width] ? at[1] : at[width];
		}
	for (uint32_t i = na + 1; i-- > 0; )
		for (uint32_t j = nb + 1; j-- > 0; ) {
			uint32_t most = left[i * width + j], best = UINT32_MAX;

			for (uint32_t p = i; p <= na; p++) {
				if (left[p * width + j] < most)
					break;
				for (uint32_t q = j; q <= nb; q++) {
					uint32_t cost = p - i + (q - j);

					if (left[p * width + q] < most)
						break;
					if (p - i < 2 && q - j < 2)
						cost = 0;
					if (most == 0 ? p < na || q < nb :
					    p == na || q == nb ||
					    !same_word(&a[p], &b[q]))
						continue;
					if (most > 0)
						cost += least[(p + 1) * width +
							      q + 1];
					best = cost < best ? cost : best;
				}
			}
			least[i * width + j] = best;
		}
	result = least[0];
	free(left);
	free(least);
	return result;
}

/* Rule 2, what differs is scattered: for sure, by the best alignment, or no. */
enum scattered { NOT_SCATTERED, SCATTERED, SURELY_SCATTERED };

static enum scattered
is_scattered(const struct seq *a, const struct seq *b, double r)
{
	uint32_t shorter = a->n < b->n ? a->n : b->n, words;
	uint32_t edits = (uint32_t)((1 - r) * (a->n + b->n) + 0.5);
	uint32_t common = (a->n + b->n - edits) / 2;
	uint32_t allowed = shorter < 18 ? 3 : shorter / 6;
	struct word *x, *y;

	if (shorter < REPLACE_WORDS)
		return edits <= 1 ? SURELY_SCATTERED : NOT_SCATTERED;
	if (edits <= allowed)
		return SURELY_SCATTERED;
	/* Two words at most, beside each word in common, are no stretch. */
	if (edits > allowed + 2 * (common + 1))
		return NOT_SCATTERED;
	x = split(a);
	y = split(b);
	words = stretch_words(x, a->n, y, b->n);
	free(x);
	free(y);
	return words <= allowed ? SCATTERED : NOT_SCATTERED;
}

/* 2M/(|a|+|b|) where 'a' is, or may be, near 'b' by rule 2; else 0. */
static double
nearness(const struct dedup_options *opt, const struct seq *a,
	 const struct seq *b, enum scattered wanted)
{
	double r;

	if (a->n < DEDUP_NEAR_WORDS || b->n < DEDUP_NEAR_WORDS)
		return 0;
	if (!opt->fold_digits && !same_numbers(a, b))
		return 0;
	r = resemblance(a, b);
	if (r < opt->threshold - NEAR_ENOUGH)
		return 0;
	return is_scattered(a, b, r) >= wanted ? r : 0;
}

/* Does 'b' stand word for word in 'a', which is longer? */
static bool
contains(const struct seq *a, const struct seq *b)
{
	struct word *x = split(a), *y = split(b);
	bool found = false;

	for (uint32_t i = 0; i + b->n <= a->n && a->n > b->n && !found; i++) {
		uint32_t j = 0;

		while (j < b->n && same_word(&x[i + j], &y[j]))
			j++;
		found = j == b->n;
	}
	free(x);
	free(y);
	return found;
}

double
oracle_resemblance(const char *a, const char *b)
{
	struct document x = { (char *)a, strlen(a) };
	struct document y = { (char *)b, strlen(b) };
	struct seq s = { .n = 0 }, t = { .n = 0 };
	struct scan sx, sy;
	double r;

	read_lines(&x, false, &sx);
	read_lines(&y, false, &sy);
	s.norm = sx.norm;
	s.len = sx.norm_len;
	for (size_t i = 0; i < sx.nlines; i++)
		s.n += sx.lines[i].nwords;
	t.norm = sy.norm;
	t.len = sy.norm_len;
	for (size_t i = 0; i < sy.nlines; i++)
		t.n += sy.lines[i].nwords;
	r = resemblance(&s, &t);
	scan_free(&sx);
	scan_free(&sy);
	return r;
}

/* A sequence that grows by lines. */
struct growing {
	char *norm;
	size_t len;
	uint32_t n;
};

static void
grow(struct growing *g, const struct scan *scan, const struct line *l)
{
	g->norm = must_have(realloc(g->norm, g->len + l->norm_len + 1));
	memcpy(g->norm + g->len, scan->norm + l->norm, l->norm_len);
	g->len += l->norm_len;
	g->n += l->nwords;
}

static struct seq
seq_of(const struct growing *g)
{
	return (struct seq){ g->norm, g->len, g->n };
}

/* Witnesses, each for itself and without judging the documents again. */

/* All lines of all documents, and which go. */
struct lines {
	const struct corpus *c;
	const struct dedup_options *opt;
	const struct answers *a;
	struct scan scan[MAX_DOCUMENTS];
	char *gone[MAX_DOCUMENTS];
};

static bool
line_goes(const struct lines *t, size_t doc, size_t i)
{
	return t->gone[doc][t->scan[doc].lines[i].off];
}

/* The line that begins at this byte, or the number of lines. */
static size_t
line_at(const struct scan *scan, uint64_t off)
{
	size_t i = 0;

	while (i < scan->nlines && scan->lines[i].off != off)
		i++;
	return i;
}

/* Does what the removal says hold of these two sequences? */
static bool
rests_on(const struct dedup_options *opt, const struct dedup_removal *r,
	 const struct seq *gone, const struct seq *kept)
{
	switch (r->reason) {
	case DEDUP_EXACT:
		return gone->n >= opt->min_words && same_seq(gone, kept);
	case DEDUP_REPEAT:
		return gone->n >= 2 && same_seq(gone, kept);
	case DEDUP_NEAR:
		return gone->n >= opt->min_words &&
		       fabs(nearness(opt, gone, kept, SCATTERED) -
			    r->resemblance) <
		       NEAR_ENOUGH;
	case DEDUP_CONTAINED:
		return opt->contained && gone->n >= opt->min_words &&
		       contains(kept, gone);
	default:
		return false;
	}
}

/*
 * Do some of the lines that stay, from the witness on, bear it out?  How many
 * they are, the API does not tell.
 */
static bool
witness_bears(const struct lines *t, const struct dedup_removal *r,
	      const struct seq *gone)
{
	size_t doc = (size_t)r->witness.document;
	const struct scan *scan = &t->scan[doc];
	struct growing kept = { NULL, 0, 0 };
	bool found = false;

	for (size_t i = line_at(scan, r->witness.offset);
	     i < scan->nlines && !found; i++) {
		struct seq s;

		if (line_goes(t, doc, i))
			continue;
		grow(&kept, scan, &scan->lines[i]);
		s = seq_of(&kept);
		found = rests_on(t->opt, r, gone, &s);
		if (r->reason != DEDUP_CONTAINED && r->reason != DEDUP_NEAR &&
		    kept.n > gone->n)
			break;
	}
	free(kept.norm);
	return found;
}

/*
 * The words of removals from .. to, as far as they have the same witness and
 * reason.  Several are the short lines of a run, between which other units
 * went.  'collapse': a run does not say a line twice in a row.
 */
static struct growing
gone_words(const struct lines *t, size_t doc, size_t from, size_t to,
	   bool collapse)
{
	const struct scan *scan = &t->scan[doc];
	const struct answer *a = &t->a->doc[doc];
	struct growing g = { NULL, 0, 0 };
	const struct line *last = NULL;

	for (size_t i = from; i <= to; i++) {
		const struct dedup_removal *r = &a->removals[i];

		if (r->reason != a->removals[from].reason ||
		    !same_place(&r->witness, &a->removals[from].witness))
			continue;
		for (size_t l = line_at(scan, r->offset); l < scan->nlines &&
		     scan->lines[l].off < r->offset + r->length; l++) {
			const struct line *x = &scan->lines[l];

			if (from < to && x->nwords >= t->opt->min_words)
				continue;
			if (collapse && last != NULL && x->nwords >= 2 &&
			    x->nwords < t->opt->min_words &&
			    x->norm_len == last->norm_len &&
			    memcmp(scan->norm + x->norm,
				   scan->norm + last->norm,
				   x->norm_len) == 0)
				continue;
			grow(&g, scan, x);
			last = x;
		}
	}
	return g;
}

/* Is there no blank line that stays between these spans? */
static bool
same_block(const struct lines *t, size_t doc, const struct dedup_removal *a,
	   const struct dedup_removal *b)
{
	const struct scan *scan = &t->scan[doc];

	for (size_t i = 0; i < scan->nlines; i++)
		if (scan->lines[i].blank &&
		    scan->lines[i].off >= a->offset + a->length &&
		    scan->lines[i].off < b->offset)
			return false;
	return true;
}

/* A unit's lines may be several spans: removal k with some around it. */
static bool
removal_is_borne(const struct lines *t, size_t doc, size_t k)
{
	const struct answer *a = &t->a->doc[doc];
	size_t low = k, high = k;

	while (low > 0 && same_block(t, doc, &a->removals[low - 1],
				     &a->removals[k]))
		low--;
	while (high + 1 < a->n && same_block(t, doc, &a->removals[k],
					     &a->removals[high + 1]))
		high++;
	for (size_t from = k + 1; from-- > low; )
		for (size_t to = k; to <= high; to++)
			for (int collapse = 0; collapse < 2; collapse++) {
				struct growing g;
				struct seq s;
				bool borne;

				if (a->removals[from].reason !=
				    a->removals[k].reason ||
				    !same_place(&a->removals[from].witness,
						&a->removals[k].witness))
					continue;
				g = gone_words(t, doc, from, to, collapse);
				s = seq_of(&g);
				borne = witness_bears(t, &a->removals[k], &s);
				free(g.norm);
				if (borne)
					return true;
			}
	return false;
}

/* The lead's words, without "read more"; is the last one cut? */
static struct seq
lead_words(const struct lines *t, size_t doc, const struct dedup_removal *r,
	   struct growing *g, bool *partial)
{
	const struct scan *scan = &t->scan[doc];
	enum cut cut = unit_cut(t->c->doc[doc].text + r->offset, r->length);
	struct seq s;

	for (size_t l = line_at(scan, r->offset); l < scan->nlines &&
	     scan->lines[l].off < r->offset + r->length; l++)
		grow(g, scan, &scan->lines[l]);
	s = seq_of(g);
	*partial = cut == CUT_INSIDE;
	if (cut == CUT_NONE)
		return (struct seq){ .n = 0 };
	if (cut == CUT_READ_MORE)
		for (int i = 0; i < 2 && s.n > 0; i++) {
			s.n--;
			do
				s.len--;
			while (s.len > 0 && s.norm[s.len - 1] != ' ');
		}
	return s;
}

/* How many of want[at..n) stand in a row at have[i..nhave)? */
static uint32_t
agree(const struct word *have, uint32_t nhave, uint32_t i,
      const struct word *want, uint32_t n, uint32_t at, bool partial)
{
	uint32_t k = 0;

	while (at + k < n && i + k < nhave) {
		const struct word *h = &have[i + k], *w = &want[at + k];

		if (partial && at + k == n - 1 ? h->len < w->len ||
		    memcmp(h->p, w->p, w->len) != 0 : !same_word(h, w))
			break;
		k++;
	}
	return k;
}

/* Is a lead said by the lines that stay after it, from the witness on? */
static bool
lead_is_said(const struct lines *t, size_t doc, const struct dedup_removal *r)
{
	const struct scan *scan = &t->scan[doc];
	size_t first = line_at(scan, r->witness.offset), i;
	struct growing g = { NULL, 0, 0 }, all = { NULL, 0, 0 };
	bool partial, said = false;
	struct seq lead = lead_words(t, doc, r, &g, &partial), s;
	struct word *want, *have;
	uint32_t at = 0;
	bool *reach;

	if (r->witness.offset < r->offset + r->length ||
	    lead.n < t->opt->min_words) {
		free(g.norm);
		return false;
	}
	want = split(&lead);
	/* In one go, in a unit of any number of lines ... */
	for (i = first; i < scan->nlines; i++)
		if (!line_goes(t, doc, i))
			grow(&all, scan, &scan->lines[i]);
	s = seq_of(&all);
	have = split(&s);
	for (uint32_t j = 0; j < s.n && !said; j++)
		said = agree(have, s.n, j, want, lead.n, 0, partial) ==
		       lead.n;
	/* ... or in pieces: reach[f], the first f words are said so far. */
	reach = must_have(calloc(lead.n + 1, sizeof(*reach)));
	reach[0] = true;
	for (i = first; i < scan->nlines && !said; i++) {
		uint32_t n = scan->lines[i].nwords;

		if (line_goes(t, doc, i) || n == 0)
			continue;
		for (uint32_t f = lead.n; f-- > 0; ) {
			if (!reach[f])
				continue;
			if (agree(have, s.n, at, want, lead.n, f, partial) >= n
			    && f + n < lead.n)
				reach[f + n] = true;
			for (uint32_t j = at; j < at + n && f > 0; j++)
				said |= f + agree(have, s.n, j, want, lead.n,
						  f, partial) == lead.n;
		}
		reach[0] = false;	/* the witness is the first piece */
		at += n;
	}
	free(reach);
	free(have);
	free(want);
	free(all.norm);
	free(g.norm);
	return said;
}

static const char *
check_witness(const struct lines *t, size_t doc, size_t k)
{
	const struct dedup_removal *r = &t->a->doc[doc].removals[k];
	const struct dedup_place *w = &r->witness;
	bool later;

	if (w->document > doc || (t->opt->scope == DEDUP_SCOPE_DOCUMENT &&
				  w->document != doc))
		return "a witness in another document";
	if (w->offset >= t->c->doc[w->document].len ||
	    !starts_line(&t->c->doc[w->document], w->offset))
		return "a witness that is no line";
	if (w->line != count_newlines(&t->c->doc[w->document], w->offset))
		return "a witness with a wrong line number";
	if (t->gone[w->document][w->offset])
		return "a witness that goes";
	later = w->document == doc && w->offset > r->offset;
	if (r->reason == DEDUP_LEAD) {
		if (!later)
			return "a lead's witness that is not later";
		return lead_is_said(t, doc, r) ? NULL :
		       "a lead that is not said in full";
	}
	/* What waited as a lead is judged late. */
	if (later && unit_cut(t->c->doc[doc].text + r->offset, r->length) ==
	    CUT_NONE)
		return "a witness that is later";
	return removal_is_borne(t, doc, k) ? NULL :
	       "a witness that does not say it";
}

const char *
check_witnesses(const struct corpus *c, const struct dedup_options *opt,
		const struct answers *a)
{
	struct lines t = { .c = c, .opt = opt, .a = a };
	const char *what = NULL;

	for (size_t i = 0; i < c->n; i++) {
		read_lines(&c->doc[i], opt->fold_digits, &t.scan[i]);
		t.gone[i] = gone_bytes(&c->doc[i], &a->doc[i]);
	}
	for (size_t i = 0; i < c->n && what == NULL; i++)
		for (size_t k = 0; k < a->doc[i].n && what == NULL; k++)
			what = check_witness(&t, i, k);
	for (size_t i = 0; i < c->n; i++) {
		scan_free(&t.scan[i]);
		free(t.gone[i]);
	}
	return what;
}

/*
 * The rules once more.  A document is an array of lines; each is kept, gone or
 * not known yet.  What was kept is a list that is searched from the front.
 */

enum fate { KEPT, GONE, LEAD, WAIT };

struct verdict {
	bool found;
	enum dedup_reason reason;
	double resemblance;
	struct dedup_place witness;
	bool line;		/* the witness is a line of a run */
};

/* A line, and what becomes of it. */
struct item {
	struct line l;
	enum fate fate;
	struct verdict why;
	uint64_t unit;		/* where its unit begins */
	uint64_t part;		/* where the part of it that is told begins */
	bool separator_gone;	/* a blank line that goes along */
	bool doubtful;		/* might be near; the engine says no */
};

/* A unit, kept or judged. */
struct spoken {
	size_t first, last;	/* lines of the document */
	struct dedup_place place;
	struct growing words;
};

struct waiting {
	struct spoken unit;
	struct seq body;
	bool partial;
	size_t nsaid;		/* bytes of the body found so far */
	struct dedup_place witness;
	unsigned nkept;		/* units since */
};

/* What stands directly before: a unit, and a line, which may end a run. */
struct previous {
	bool set;
	struct growing unit, line;
	struct dedup_place unit_place, line_place;
	size_t at;		/* its last line */
};

struct judge {
	const struct dedup_options *opt;
	const struct answer *hint;
	size_t doc;
	const char *text;
	struct scan scan;
	struct item *item;
	size_t n;
	struct spoken *known;
	size_t nknown;
	struct waiting *wait;
	size_t nwait;
	struct previous before;
	bool in_run;
	bool run_pinned;	/* its first line made leads be judged */
	struct spoken run;	/* words: of the lines that stay */
	size_t run_last;	/* the last line of it that stays */
	bool unsure;
	struct oracle_counts counts;
};

static struct dedup_place
place_of(const struct judge *j, size_t line)
{
	return (struct dedup_place){ j->doc, j->item[line].l.off, line, 0 };
}

static struct growing
copy_words(const struct growing *g)
{
	struct growing copy = { NULL, g->len, g->n };

	if (g->len > 0)
		copy.norm = exact_copy(g->norm, g->len);
	return copy;
}

static struct spoken
unit_of(const struct judge *j, size_t first, size_t last)
{
	struct spoken u = { first, last, place_of(j, first), { NULL, 0, 0 } };

	for (size_t i = first; i <= last; i++)
		grow(&u.words, &j->scan, &j->item[i].l);
	return u;
}

/* What the engine removed here by this reason. */
static const struct dedup_removal *
hinted(const struct judge *j, uint64_t off, enum dedup_reason reason)
{
	for (size_t i = 0; i < j->hint->n; i++) {
		const struct dedup_removal *r = &j->hint->removals[i];

		if (r->reason == reason && off >= r->offset &&
		    off < r->offset + r->length)
			return r;
	}
	return NULL;
}

static bool
engine_drops_any(const struct judge *j, size_t first, size_t last)
{
	for (size_t i = first; i <= last; i++)
		for (int reason = 0; reason < DEDUP_NREASONS; reason++)
			if (hinted(j, j->item[i].l.off, reason) != NULL)
				return true;
	return false;
}

/* Rule 2 or --contained, as far as the words go: how well does it rest on k? */
static double
suits(const struct judge *j, enum dedup_reason reason, const struct seq *s,
      size_t k)
{
	struct seq other = seq_of(&j->known[k].words);

	return reason == DEDUP_NEAR ? nearness(j->opt, s, &other, SCATTERED) :
	       contains(&other, s);
}

/* Find by rule 2 or --contained what the engine says it found. */
static struct verdict
follow_engine(struct judge *j, const struct spoken *u, enum dedup_reason reason)
{
	struct seq s = seq_of(&u->words);
	const struct dedup_removal *r = hinted(j, u->place.offset, reason);
	double best = 0;

	for (size_t k = 0; k < j->nknown; k++) {
		double v = suits(j, reason, &s, k);

		if (v > 0 && r != NULL &&
		    same_place(&j->known[k].place, &r->witness) &&
		    fabs(v - r->resemblance) < NEAR_ENOUGH)
			return (struct verdict){ true, reason, v, r->witness,
						 false };
		best = v > best ? v : best;
	}
	if (best > 0)
		j->item[u->first].doubtful = true;
	return (struct verdict){ .found = false };
}

/* Would the sketch be expected to find this one?  And did the engine? */
static void
count_near(struct judge *j, const struct spoken *u, bool found)
{
	struct seq s = seq_of(&u->words);

	if (s.n < SURE_WORDS)
		return;
	for (size_t k = 0; k < j->nknown; k++) {
		struct seq other = seq_of(&j->known[k].words);

		if (other.n < SURE_WORDS || nearness(j->opt, &s, &other,
				SURELY_SCATTERED) < SURE_RESEMBLANCE)
			continue;
		j->counts.near++;
		j->counts.missed += !found;
		return;
	}
}

/* Rules 1 and 2 and --contained. */
static struct verdict
search(struct judge *j, const struct spoken *u)
{
	struct verdict v = { .found = false };
	struct seq s = seq_of(&u->words);

	if (s.n < j->opt->min_words)
		return v;
	for (size_t k = 0; k < j->nknown; k++) {
		struct seq other = seq_of(&j->known[k].words);

		if (same_seq(&s, &other))
			return (struct verdict){ true, DEDUP_EXACT, 1,
						 j->known[k].place, false };
	}
	if (j->opt->exact)
		return v;
	v = follow_engine(j, u, DEDUP_NEAR);
	count_near(j, u, v.found);
	if (v.found || !j->opt->contained || s.n < j->opt->ngram)
		return v;
	return follow_engine(j, u, DEDUP_CONTAINED);
}

static void
remember(struct judge *j, const struct spoken *u)
{
	struct spoken *k;

	if (u->words.n < j->opt->min_words)
		return;
	k = append(&j->known, j->nknown++, sizeof(*k));
	*k = *u;
	k->words = copy_words(&u->words);
}

static void
decide(struct judge *j, size_t first, size_t last, enum fate fate,
       const struct verdict *why)
{
	for (size_t i = first; i <= last; i++) {
		j->item[i].fate = fate;
		j->item[i].unit = j->item[i].part = j->item[first].l.off;
		if (why != NULL)
			j->item[i].why = *why;
	}
}

static void
stand_before(struct judge *j, const struct spoken *u)
{
	free(j->before.unit.norm);
	free(j->before.line.norm);
	j->before = (struct previous){
		true, copy_words(&u->words), copy_words(&u->words), u->place,
		u->place, u->last,
	};
}

/* Leads. */

static void
forget_waiting(struct judge *j, size_t i)
{
	free(j->wait[i].unit.words.norm);
	for (j->nwait--; i < j->nwait; i++)
		j->wait[i] = j->wait[i + 1];
}

/* A lead that nothing completes is judged like any other unit. */
static void
give_up(struct judge *j, size_t i)
{
	struct spoken *u = &j->wait[i].unit;
	struct verdict v = search(j, u);

	decide(j, u->first, u->last, v.found ? GONE : KEPT, &v);
	if (!v.found) {
		remember(j, u);
		if (!j->before.set || u->first > j->before.at)
			stand_before(j, u);
	}
	forget_waiting(j, i);
}

static void
give_up_all(struct judge *j)
{
	while (j->nwait > 0)
		give_up(j, 0);
}

/* Does it stand in the words from the beginning of one on? */
static bool
is_said(const struct growing *words, const char *want, size_t len)
{
	for (size_t i = 0; i + len <= words->len; i++)
		if ((i == 0 || words->norm[i - 1] == ' ') &&
		    memcmp(words->norm + i, want, len) == 0)
			return true;
	return false;
}

/* A unit stays: it may complete leads before it. */
static void
show(struct judge *j, const struct spoken *u)
{
	for (size_t i = 0; i < j->nwait; ) {
		struct waiting *w = &j->wait[i];
		const char *rest = w->body.norm + w->nsaid;
		size_t len = w->body.len - w->nsaid;
		bool all = is_said(&u->words, rest, len - w->partial);
		bool part = u->words.len > 0 && u->words.len < len &&
			    memcmp(rest, u->words.norm, u->words.len) == 0;

		if ((all || part) && w->nsaid == 0)
			w->witness = u->place;
		if (all) {
			struct verdict v = { true, DEDUP_LEAD, 1, w->witness,
					     false };

			decide(j, w->unit.first, w->unit.last, GONE, &v);
			forget_waiting(j, i);
			continue;
		}
		if (part)
			w->nsaid += u->words.len;
		if (++w->nkept == LEAD_KEPT)
			give_up(j, i);
		else
			i++;
	}
}

/* Lets the unit wait where it ends as a cut-off lead does. */
static bool
may_wait(struct judge *j, const struct spoken *u)
{
	const struct line *last = &j->item[u->last].l;
	enum cut cut = unit_cut(j->text + u->place.offset,
				last->off + last->len - u->place.offset);
	struct waiting *w;
	unsigned drop = cut == CUT_READ_MORE ? 2 : 0;

	if (cut == CUT_NONE || u->words.n < j->opt->min_words + drop)
		return false;
	w = append(&j->wait, j->nwait++, sizeof(*w));
	*w = (struct waiting){ .unit = *u, .partial = cut == CUT_INSIDE };
	w->unit.words = copy_words(&u->words);
	w->body = seq_of(&w->unit.words);
	for (; drop > 0; drop--)
		do
			w->body.len--;
		while (w->body.norm[w->body.len - 1] != ' ');
	decide(j, u->first, u->last, LEAD, NULL);
	return true;
}

/* Rule 3: against the unit before, or the line before. */
static struct verdict
repeats(struct judge *j, const struct growing *words, bool line)
{
	for (int again = 0; words->n >= 2; again++) {
		struct previous *b = &j->before;
		struct seq s = seq_of(words), t;

		t = seq_of(line ? &b->line : &b->unit);
		if (!b->set || !same_seq(&s, &t))
			break;
		if (again)
			return (struct verdict){ true, DEDUP_REPEAT, 1,
				line ? b->line_place : b->unit_place, line };
		/* Leads in between would part the two: do they stay? */
		for (size_t i = 0; i < j->nwait; )
			if (j->wait[i].unit.first > j->before.at)
				give_up(j, i);
			else
				i++;
	}
	return (struct verdict){ .found = false };
}

/* Does the run that ends here, if any, stay? */
static bool
end_run(struct judge *j)
{
	struct spoken *u = &j->run;
	struct verdict v;
	size_t last = j->run_last;

	if (!j->in_run)
		return false;
	j->in_run = false;
	v = u->words.n >= j->opt->min_words ? search(j, u) :
	    repeats(j, &u->words, false);
	if (j->run_pinned)
		v.found = false;
	for (size_t i = u->first; i <= u->last; i++) {
		struct item *it = &j->item[i];

		if (it->fate != WAIT)
			continue;
		if (v.found)
			it->why = v;
		it->fate = it->why.found ? GONE : KEPT;
	}
	if (!v.found) {
		struct spoken line = unit_of(j, last, last);

		remember(j, u);
		stand_before(j, u);
		free(j->before.line.norm);
		j->before.line = line.words;
		j->before.line_place = line.place;
		j->before.at = last;
		show(j, u);
	}
	free(u->words.norm);
	return !v.found;
}

static void
judge_whole(struct judge *j, size_t first, size_t last, bool lead)
{
	struct spoken u = unit_of(j, first, last);
	struct verdict v = u.words.n >= j->opt->min_words ? search(j, &u) :
			   repeats(j, &u.words, false);

	if (v.found) {
		decide(j, first, last, GONE, &v);
	} else if (end_run(j) || !lead || !may_wait(j, &u)) {
		decide(j, first, last, KEPT, &v);
		stand_before(j, &u);
		remember(j, &u);
		show(j, &u);
	}
	free(u.words.norm);
}

static void
judge_short(struct judge *j, size_t i)
{
	struct spoken u = unit_of(j, i, i);
	struct verdict v = { .found = false };

	if (!j->in_run) {
		size_t nwait = j->nwait;

		v = repeats(j, &u.words, true);
		if (v.found) {
			decide(j, i, i, GONE, &v);
			free(u.words.norm);
			return;
		}
		j->in_run = true;
		j->run_pinned = j->nwait != nwait;
		j->run = (struct spoken){ .first = i, .place = u.place };
	} else if (u.words.n >= 2) {
		struct spoken last = unit_of(j, j->run_last, j->run_last);
		struct seq s = seq_of(&u.words), t = seq_of(&last.words);

		if (same_seq(&s, &t))
			v = (struct verdict){ true, DEDUP_REPEAT, 1,
					      last.place, true };
		free(last.words.norm);
	}
	decide(j, i, i, WAIT, &v);
	j->item[i].unit = j->run.place.offset;
	j->run.last = i;
	if (!v.found) {
		j->run_last = i;
		grow(&j->run.words, &j->scan, &j->item[i].l);
	}
	free(u.words.norm);
}

/* Lines of the block that stay where those leads stay: how many. */
static size_t
lines_left(const struct judge *j, size_t first, size_t last,
	   const bool *lead_goes, struct line *left)
{
	size_t n = 0, nleads = 0;

	for (size_t i = first; i <= last; i++)
		if (j->item[i].fate == KEPT ||
		    (j->item[i].fate == LEAD && !lead_goes[nleads++]))
			left[n++] = j->item[i].l;
	return n;
}

/* The next subset of n: false where that was the last one. */
static bool
next_subset(bool *in, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		in[i] = !in[i];
		if (in[i])
			return true;
	}
	return false;
}

/* Would these short lines be the same unit as a whole, and not wait? */
static bool
same_as_whole(const struct judge *j, const struct line *left, size_t n)
{
	if (j->run_pinned || unit_is_fence(j->text + left->off, left->len))
		return false;
	for (size_t i = 0; i < n; i++)
		if (left[i].nwords >= j->opt->min_words ||
		    unit_cut(j->text + left[i].off, left[i].len) != CUT_NONE)
			return false;
	return true;
}

/*
 * A block of lines some of which went, or may go yet as leads, may read as a
 * whole block afterwards.  Then everything stays, unless only short lines are
 * left: they are one unit either way.
 */
static void
check_rest(struct judge *j, size_t first, size_t last)
{
	size_t n = last - first + 1, nleads = 0, nleft;
	struct line *left = must_have(malloc(n * sizeof(*left)));
	bool goes[MOST_LEADS] = { false }, whole = false, any = false;

	for (size_t i = first; i <= last; i++) {
		any |= j->item[i].fate != KEPT;
		nleads += j->item[i].fate == LEAD;
	}
	if (n == 1 || !any)
		goto out;
	do {
		nleft = nleads > MOST_LEADS ? 0 :
			lines_left(j, first, last, goes, left);
		whole |= nleads > MOST_LEADS || (nleft > 0 && nleft < n &&
			 unit_kind(left, nleft, j->text, 0, j->scan.norm) ==
			 BLOCK_WHOLE);
	} while (nleads <= MOST_LEADS && next_subset(goes, nleads));
	if (!whole)
		goto out;
	if (nleads == 0 && same_as_whole(j, left, nleft)) {
		free(j->before.line.norm);
		j->before.line = copy_words(&j->before.unit);
		j->before.line_place = j->before.unit_place;
		goto out;
	}
	for (size_t i = 0; i < j->nwait; )
		if (j->wait[i].unit.first >= first) {
			remember(j, &j->wait[i].unit);
			forget_waiting(j, i);
		} else {
			i++;
		}
	for (size_t i = first; i <= last; i++)
		j->item[i].fate = KEPT;
	{
		struct spoken u = unit_of(j, last, last);

		stand_before(j, &u);
		free(u.words.norm);
	}
out:
	/* Did the engine find more, and then keep all? */
	for (size_t i = first; i <= last; i++)
		if (j->item[i].doubtful && n > 1 &&
		    !engine_drops_any(j, first, last))
			j->unsure = true;
	free(left);
}

static void
judge_block(struct judge *j, size_t first, size_t last)
{
	bool whole = j->opt->unit != DEDUP_UNIT_LINE;

	if (j->opt->unit == DEDUP_UNIT_AUTO)
		whole = unit_kind(&j->scan.lines[first], last - first + 1,
				  j->text, 0, j->scan.norm) == BLOCK_WHOLE;
	if (whole) {
		judge_whole(j, first, last,
			    j->opt->unit != DEDUP_UNIT_DOCUMENT);
		return;
	}
	for (size_t i = first; i <= last; i++)
		if (j->opt->unit == DEDUP_UNIT_LINE ||
		    j->item[i].l.nwords >= j->opt->min_words)
			judge_whole(j, i, i, true);
		else
			judge_short(j, i);
	end_run(j);
	if (j->opt->unit == DEDUP_UNIT_AUTO)
		check_rest(j, first, last);
}

static bool
is_fence(const struct judge *j, size_t i)
{
	return j->opt->unit == DEDUP_UNIT_AUTO &&
	       unit_is_fence(j->text + j->item[i].l.off, j->item[i].l.len);
}

/* The last line of the block that begins here. */
static size_t
block_end(const struct judge *j, size_t first)
{
	size_t end = first;

	if (j->opt->unit == DEDUP_UNIT_DOCUMENT) {
		end = j->n - 1;
		while (j->item[end].l.blank)
			end--;
		return end;
	}
	if (is_fence(j, first))
		for (size_t i = first + 1; i < j->n; i++)
			if (is_fence(j, i)) {
				end = i;
				break;
			}
	while (end + 1 < j->n && !j->item[end + 1].l.blank)
		end++;
	return end;
}

/* Blank lines go with blocks of which nothing stays. */
static void
deal_separators(struct judge *j)
{
	bool kept = false, next = false;
	size_t i = 0;

	while (i < j->n) {
		size_t sep = i, first, last;
		bool gone = true;

		while (i < j->n && j->item[i].l.blank)
			j->item[i++].separator_gone = next;
		if (i == j->n)
			break;
		first = i;
		last = block_end(j, first);
		for (i = first; i <= last; i++)
			gone &= j->item[i].fate == GONE;
		for (size_t k = sep; k < first && gone && kept; k++)
			j->item[k].separator_gone = true;
		next = gone && !kept;
		kept |= !gone;
	}
}

static void
judge_document(struct judge *j, const struct document *doc)
{
	j->text = doc->text;
	read_lines(doc, j->opt->fold_digits, &j->scan);
	j->n = j->scan.nlines;
	j->item = must_have(calloc(j->n + 1, sizeof(*j->item)));
	for (size_t i = 0; i < j->n; i++) {
		j->item[i].l = j->scan.lines[i];
		j->item[i].unit = j->item[i].part = j->scan.lines[i].off;
	}
	for (size_t i = 0; i < j->n && !j->unsure; i++)
		if (!j->item[i].l.blank) {
			size_t last = block_end(j, i);

			judge_block(j, i, last);
			i = last;
		}
	give_up_all(j);
	deal_separators(j);
}

static void
forget_known(struct judge *j)
{
	for (size_t i = 0; i < j->nknown; i++)
		free(j->known[i].words.norm);
	free(j->known);
	j->known = NULL;
	j->nknown = 0;
}

static void
end_document(struct judge *j)
{
	free(j->before.unit.norm);
	free(j->before.line.norm);
	j->before = (struct previous){ .set = false };
	free(j->item);
	j->item = NULL;
	scan_free(&j->scan);
	if (j->opt->scope == DEDUP_SCOPE_DOCUMENT)
		forget_known(j);
}

static bool
in_separator(const struct answer *a, uint64_t off)
{
	for (size_t i = 0; i < a->n; i++)
		if (off - a->removals[i].separator_offset <
		    a->removals[i].separator_length)
			return true;
	return false;
}

static const struct dedup_removal *
removal_of(const struct answer *a, uint64_t off)
{
	for (size_t i = 0; i < a->n; i++)
		if (off - a->removals[i].offset < a->removals[i].length)
			return &a->removals[i];
	return NULL;
}

/* The document as judged against what the engine says, line by line. */
static const char *
compare_document(const struct judge *j, const struct answer *a)
{
	static const struct dedup_place nowhere;

	for (size_t i = 0; i < j->n; i++) {
		const struct item *it = &j->item[i];
		const struct dedup_removal *r = removal_of(a, it->l.off);

		if (it->separator_gone != in_separator(a, it->l.off))
			return it->separator_gone ?
			       "a separator stays, by the rules it goes" :
			       "a separator goes, by the rules it stays";
		if ((it->fate == GONE) != (r != NULL))
			return r == NULL ? "a line stays, by the rules it goes"
					 : "a line goes, by the rules it stays";
		if (r == NULL)
			continue;
		if (r->reason != it->why.reason)
			return "another reason than by the rules";
		if (fabs(r->resemblance - it->why.resemblance) > NEAR_ENOUGH)
			return "another resemblance than by the rules";
		if (!same_place(&r->witness, j->opt->places ?
				&it->why.witness : &nowhere))
			return "another witness than by the rules";
	}
	return NULL;
}

const char *
check_rules(const struct corpus *c, const struct dedup_options *opt,
	    const struct answers *a, struct oracle_counts *counts)
{
	struct judge j = { .opt = opt };
	const char *what = NULL;

	for (size_t i = 0; i < c->n && what == NULL && !j.unsure; i++) {
		j.doc = i;
		j.hint = &a->doc[i];
		judge_document(&j, &c->doc[i]);
		if (!j.unsure)
			what = compare_document(&j, &a->doc[i]);
		end_document(&j);
	}
	forget_known(&j);
	free(j.wait);
	if (counts != NULL) {
		counts->judged += !j.unsure;
		counts->unsure += j.unsure;
		counts->near += j.unsure ? 0 : j.counts.near;
		counts->missed += j.unsure ? 0 : j.counts.missed;
	}
	return what;
}

/* Copies that are named as witness go too, in a second reading. */

struct doomed {
	struct dedup_place place;
	bool line;
};

static bool
is_doomed(const struct doomed *d, size_t n, size_t doc, const struct item *it)
{
	for (size_t i = 0; i < n; i++)
		if (d[i].place.document == doc && d[i].place.offset ==
		    (d[i].line ? it->part : it->unit))
			return true;
	return false;
}

const char *
check_keep_none(const struct corpus *c, const struct dedup_options *opt,
		const struct answers *first, const struct answers *none)
{
	struct judge j = { .opt = opt };
	struct doomed *doomed = NULL;
	size_t ndoomed = 0;
	const char *what = NULL;

	/* Once to learn the witnesses, and once more to tell what goes. */
	for (int reading = 0; reading < 2; reading++) {
		for (size_t i = 0; i < c->n && what == NULL; i++) {
			j.doc = i;
			j.hint = &first->doc[i];
			judge_document(&j, &c->doc[i]);
			for (size_t k = 0; k < j.n; k++) {
				struct item *it = &j.item[k];
				struct doomed *d;

				if (reading == 1 && it->fate == KEPT &&
				    is_doomed(doomed, ndoomed, i, it))
					it->fate = GONE;
				if (reading == 1 || it->fate != GONE ||
				    it->why.reason == DEDUP_LEAD ||
				    it->why.reason == DEDUP_CONTAINED)
					continue;
				d = append(&doomed, ndoomed++, sizeof(*d));
				*d = (struct doomed){ it->why.witness,
						      it->why.line };
			}
			for (size_t k = 0; k < j.n; k++)
				j.item[k].separator_gone = false;
			deal_separators(&j);
			for (size_t k = 0; reading == 1 && k < j.n &&
			     what == NULL && !j.unsure; k++) {
				struct item *it = &j.item[k];
				bool gone = removal_of(&none->doc[i],
						       it->l.off) != NULL;

				if (gone != (it->fate == GONE))
					what = gone ? "goes without a copy" :
					       "stays and has a copy";
				else if (it->separator_gone !=
					 in_separator(&none->doc[i],
						      it->l.off))
					what = "another separator";
			}
			end_document(&j);
		}
		forget_known(&j);
	}
	free(doomed);
	free(j.wait);
	return what;
}
