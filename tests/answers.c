/* Documents through the library, and what must hold of any answer. */
#include "answers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "words.h"

#define PRINT_MAX 4000		/* bytes of a document */

void *
must_have(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

/* The array is in *v; it has n elements of 'size' bytes. */
void *
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
	c->n = c->nreference = 0;
}

void
corpus_print(const struct corpus *c)
{
	for (size_t i = 0; i < c->n; i++) {
		const unsigned char *s = (unsigned char *)c->doc[i].text;

		fprintf(stderr, "document %zu, %zu bytes%s:\n\t\"", i,
			c->doc[i].len,
			i < c->nreference ? ", reference" : "");
		for (size_t j = 0; j < c->doc[i].len && j < PRINT_MAX; j++)
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
		"threshold %g, boilerplate %u%s%s%s%s%s\n", unit[o->unit],
		o->scope == DEDUP_SCOPE_ALL ? "all" : "document",
		o->keep == DEDUP_KEEP_FIRST ? "first" : "none",
		o->min_words, o->ngram, o->threshold,
		(unsigned)o->boilerplate,
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

	if (v->begin != before)
		return "a verdict does not begin where the last one ended";
	if (v->decided < before)
		return "decided goes back";
	if (v->decided > fed)
		return "decided is more than was fed";
	for (size_t i = 0; i < v->nremovals; i++) {
		const struct dedup_removal *r = &v->removals[i];

		if (r->begin < last)
			return "a removal in what was decided, or in disorder";
		if (r->begin > r->unit_begin || r->unit_begin >= r->unit_end ||
		    r->unit_end > r->end)
			return "a unit that is not in its removal";
		last = r->end;
		if (last > v->decided)
			return "a removal that is not decided yet";
	}
	return NULL;
}

/* What this verdict keeps, after each byte that goes was marked: how much. */
static size_t
keep_unmarked(const char *text, const struct dedup_verdict *v, char *out)
{
	size_t len = (size_t)(v->decided - v->begin), n = 0;
	char *gone = must_have(calloc(len + 1, 1));

	for (size_t i = 0; i < v->nremovals; i++)
		memset(gone + (v->removals[i].begin - v->begin), 1,
		       v->removals[i].end - v->removals[i].begin);
	for (size_t i = 0; i < len; i++)
		if (!gone[i])
			out[n++] = text[i];
	free(gone);
	return n;
}

/* Is what dedup_apply() makes of the text right, in place too? */
const char *
check_apply(const char *text, size_t len, const struct dedup_verdict *v)
{
	char *want = exact_copy(text, len), *in_place = exact_copy(text, len);
	char *got = must_have(malloc(len > 0 ? len : 1));
	size_t n = keep_unmarked(text, v, want);
	size_t done = (size_t)(v->decided - v->begin);
	const char *what = NULL;

	if (dedup_apply(text, len, v, got) != n || memcmp(got, want, n) != 0)
		what = "dedup_apply keeps other bytes";
	else if (dedup_apply(in_place, len, v, in_place) != n ||
		 memcmp(in_place, want, n) != 0)
		what = "dedup_apply in place keeps other bytes";
	else if (done < len &&
		 memcmp(in_place + done, text + done, len - done) != 0)
		what = "dedup_apply changes what is not decided";
	free(want);
	free(in_place);
	free(got);
	return what;
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
	a->words = v->words;
}

static const char *
feed_document(struct dedup *d, const struct document *doc, enum pieces pieces,
	      uint64_t *rng, struct answer *a, size_t *undecided)
{
	uint64_t decided = 0, fed = 0;
	bool end;

	/*
	 * Short documents are worth the while of several threads, too.  Long
	 * ones in thousands of stretches would take minutes.
	 */
	if (pieces == PIECES_AHEAD)
		d->threads.stretch = 1 + next_random(rng) %
			     (next_random(rng) % 2 == 0 ||
			      doc->len > PIECE_MAX ? PIECE_MAX : 200);
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
		else if (pieces == PIECES_AHEAD)
			more = next_random(rng) % (next_random(rng) % 2 == 0 ?
						   2 * PIECE_MAX : 800);
		more = more < most ? more : most;
		/* The end comes with the last bytes, or by itself. */
		end = more == most && (pieces < PIECES_RANDOM ||
				       next_random(rng) % 2 == 0);
		fed += more;
		text = exact_copy(doc->text + decided, fed - decided);
		st = (end ? dedup_end : dedup_feed)(d, text, fed - decided,
						    &v);
		what = st != DEDUP_OK ? dedup_strerror(st) :
		       check_verdict(&v, decided, fed);
		if (what == NULL && v.decided > decided)
			what = check_apply(text, fed - decided, &v);
		free(text);
		if (what != NULL)
			return what;
		answer_add(a, &v);
		decided = v.decided;
		if (fed - decided > *undecided)
			*undecided = fed - decided;
	} while (!end);
	return decided == doc->len ? NULL : "not all is decided in the end";
}

/* Many in one call. */
struct batch {
	const struct corpus *c;
	size_t first;
	struct answers *a;
	char *text[MAX_DOCUMENTS];	/* copies, each until it is judged */
	const char *what;
};

static int
get_copy(void *arg, size_t i, struct dedup_text *text)
{
	struct batch *b = arg;

	b->text[i] = exact_copy(text->text, text->len);
	text->text = b->text[i];
	return 0;
}

static int
take_verdict(void *arg, size_t i, const struct dedup_verdict *v)
{
	struct batch *b = arg;
	const struct document *doc = &b->c->doc[b->first + i];

	b->what = v->decided != doc->len ? "not all is decided in the end" :
		  check_verdict(v, 0, doc->len);
	if (b->what == NULL)
		b->what = check_apply(doc->text, doc->len, v);
	answer_add(&b->a->doc[b->first + i], v);
	free(b->text[i]);
	b->text[i] = NULL;
	return b->what != NULL;
}

static const char *
feed_batch(struct dedup *d, const struct corpus *c, size_t first, size_t n,
	   uint64_t *rng, struct answers *a)
{
	struct dedup_text text[MAX_DOCUMENTS];
	struct batch b = { .c = c, .first = first, .a = a };
	bool copies = next_random(rng) % 2 == 0;
	enum dedup_status st;

	for (size_t i = 0; i < n; i++)
		text[i] = (struct dedup_text){ c->doc[first + i].text,
					       c->doc[first + i].len };
	st = dedup_documents(d, text, n, copies ? get_copy : NULL, take_verdict,
			     &b);
	return b.what != NULL || st == DEDUP_OK ? b.what : dedup_strerror(st);
}

/* Documents first .. first + n. */
static const char *
read_some(struct dedup *d, const struct corpus *c, size_t first, size_t n,
	  enum pieces pieces, uint64_t *seed, struct answers *a)
{
	const char *what = NULL;

	for (size_t i = first; i < first + n; i++)
		a->doc[i].n = 0;
	if (pieces == PIECES_BATCH)
		return feed_batch(d, c, first, n, seed, a);
	for (size_t i = first; i < first + n && what == NULL; i++)
		what = feed_document(d, &c->doc[i], pieces, seed, &a->doc[i],
				     &a->undecided);
	return what;
}

static const char *
read_reference(struct dedup *d, const struct corpus *c, enum pieces pieces,
	       uint64_t *seed, struct answers *a)
{
	const char *what;

	if (c->nreference == 0)
		return NULL;
	if (dedup_reference(d, true) != DEDUP_OK)
		return "dedup_reference fails";
	what = read_some(d, c, 0, c->nreference, pieces, seed, a);
	if (what == NULL && dedup_reference(d, false) != DEDUP_OK)
		return "dedup_reference fails";
	return what;
}

const char *
ask(const struct corpus *c, const struct dedup_options *opt,
    enum pieces pieces, uint64_t seed, struct answers *a)
{
	struct dedup_options o = *opt;
	struct dedup *d;
	const char *what;

	memset(a, 0, sizeof(*a));
	a->n = c->n;
	if (pieces == PIECES_BATCH)
		o.threads = (unsigned)(seed % 4);
	if (pieces == PIECES_AHEAD)
		o.threads = 2 + (unsigned)(seed % 3);
	if (dedup_new(&o, &d) != DEDUP_OK)
		return "dedup_new fails";
	what = read_reference(d, c, pieces, &seed, a);
	while (what == NULL) {
		what = read_some(d, c, c->nreference, c->n - c->nreference,
				 pieces, &seed, a);
		if (what != NULL || dedup_passes_left(d) == 0)
			break;
		if (dedup_again(d) != DEDUP_OK)
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

void
kept_corpus(const struct corpus *c, const struct answers *a,
	    struct corpus *out)
{
	out->n = 0;
	out->nreference = c->nreference;
	for (size_t i = 0; i < c->n; i++) {
		const struct document *doc = &c->doc[i];
		struct dedup_verdict v = {
			.removals = a->doc[i].removals,
			.nremovals = a->doc[i].n, .decided = doc->len,
		};
		char *kept = exact_copy(doc->text, doc->len);

		corpus_add(out, kept, dedup_apply(kept, doc->len, &v, kept));
		free(kept);
	}
}

static bool
starts_line(const struct document *doc, uint64_t at)
{
	return at == 0 || at == doc->len || doc->text[at - 1] == '\n';
}

void
read_lines(const struct document *doc, bool fold_digits, struct scan *scan)
{
	struct words_reader *w = must_have(words_new(fold_digits));

	*scan = (struct scan){ 0 };
	if (words_read_plain(w, scan, doc->text, doc->len, 0) != 0)
		abort();
	words_free(w);
	for (size_t i = 0; i < scan->nlines; i++)
		if (scan->lines[i].len > DEDUP_UNIT_MAX) {
			scan->lines[i].oversize = true;
			scan->lines[i].blank = false;
			scan->lines[i].nwords = 0;
			scan->lines[i].norm_len = 0;
		}
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

/* Blank lines before a unit or after it, or none. */
static bool
is_blank_lines(const struct document *doc, uint64_t begin, uint64_t end)
{
	return starts_line(doc, begin) && starts_line(doc, end) &&
	       (begin == end || all_blank(doc, begin, end - begin));
}

static const char *
check_removal(const struct document *doc, const struct dedup_removal *r)
{
	if (r->begin > r->unit_begin || r->unit_begin >= r->unit_end ||
	    r->unit_end > r->end || r->end > doc->len)
		return "a unit outside of its removal, or of the document";
	if (!is_blank_lines(doc, r->begin, r->unit_begin) ||
	    !is_blank_lines(doc, r->unit_end, r->end))
		return "a removal that is not a unit and blank lines";
	if (r->begin < r->unit_begin && r->unit_end < r->end)
		return "blank lines before a unit and after it";
	if (r->line != count_newlines(doc, r->unit_begin))
		return "a wrong line number";
	if ((unsigned)r->reason >= DEDUP_NREASONS)
		return "no such reason";
	if (!(r->resemblance > 0 && r->resemblance <= 1))
		return "a resemblance outside of 0 to 1";
	if (r->reason != DEDUP_NEAR && r->reason != DEDUP_SIMILAR &&
	    r->reason != DEDUP_LISTED && r->resemblance != 1)
		return "a resemblance that is not 1";
	return NULL;
}

const char *
check_spans(const struct corpus *c, const struct answers *a)
{
	uint64_t removed = 0, spans = 0, told = 0, bytes = 0;

	for (size_t i = 0; i < c->nreference; i++)
		if (a->doc[i].n > 0)
			return "something of a reference document goes";
	for (size_t i = c->nreference; i < c->n; i++) {
		const struct document *doc = &c->doc[i];
		uint64_t last = 0;

		for (size_t j = 0; j < a->doc[i].n; j++) {
			const struct dedup_removal *r = &a->doc[i].removals[j];
			const char *what = check_removal(doc, r);

			if (what != NULL)
				return what;
			if (r->begin < last)
				return "removals overlap, or are in disorder";
			last = r->end;
			removed += r->end - r->begin;
			spans++;
		}
		bytes += doc->len;
	}
	for (size_t i = 0; i < DEDUP_NREASONS; i++)
		told += a->stats.removed[i];
	if (a->stats.removed_bytes != removed)
		return "stats.removed_bytes is wrong";
	if (told > spans || (told == 0) != (spans == 0))
		return "stats.removed is wrong";
	if (a->stats.documents != c->n - c->nreference || a->stats.bytes != bytes)
		return "stats.documents or stats.bytes is wrong";
	return told <= a->stats.units ? NULL : "stats.units is wrong";
}

bool
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
			if (x->unit_begin != y->unit_begin ||
			    x->unit_end != y->unit_end)
				return "another unit";
			if (x->line != y->line)
				return "another line number";
			if (x->begin != y->begin || x->end != y->end)
				return "other blank lines";
			if (x->reason != y->reason)
				return "another reason";
			if (x->resemblance != y->resemblance)
				return "another resemblance";
			if (witnesses && !same_place(&x->witness, &y->witness))
				return "another witness";
		}
		if (a->doc[i].words != b->doc[i].words)
			return "another number of words kept";
	}
	return NULL;
}

const char *
second_pass(const struct corpus *c, const struct dedup_options *opt,
	    const struct answers *a, uint64_t *dropped, uint64_t *bytes)
{
	struct corpus out = { .nreference = c->nreference };
	struct answers again;
	const char *what;

	kept_corpus(c, a, &out);
	what = ask(&out, opt, PIECES_WHOLE, 0, &again);
	*dropped += again.stats.removed_bytes;
	*bytes += again.stats.bytes;
	answers_free(&again);
	corpus_free(&out);
	return what;
}

const struct dedup_removal *
removal_of(const struct answer *a, uint64_t off)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->removals[i].unit_begin <= off &&
		    off < a->removals[i].unit_end)
			return &a->removals[i];
	return NULL;
}

bool
in_separator(const struct answer *a, uint64_t off)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->removals[i].begin <= off && off < a->removals[i].end)
			return removal_of(a, off) == NULL;
	return false;
}
