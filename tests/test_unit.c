/*
 * Units: which lines of a document are judged as one.
 *
 * What is tested is what everybody can see: which bytes go.  A paragraph of
 * random words of some script is laid out in two ways, and the second one must
 * go whole as a copy of the first; different paragraphs must stay, however they
 * are laid out and whatever they share.  The tests make the words and the
 * layout themselves, and know nothing of how the library reads them.
 */
#include "random.h"

#include "answers.h"
#include "generate.h"

#define ROUNDS		60	/* of each script and layout */
#define FOUND_LEAST	0.99	/* of copies laid out anew */

/* Words of a script. */

enum style {
	SENTENCES,		/* capitals begin sentences, and some names */
	NOUNS,			/* ... and every third word */
	CAPITALS,		/* all of it */
	NAMES,			/* each word begins with one */
	NO_CASE,
	NO_SPACES,		/* ... and no spaces; letters of two columns */
};

struct script {
	const char *name;
	enum style style;
	const char *onset, *vowel;	/* letters; vowels may be marks */
	bool open;		/* vowels stand in words of their own right */
	const char *comma, *stop;
	bool common;		/* many words are those that all texts have */
};

static const struct script scripts[] = {
	{ "English", SENTENCES, "bcdfghjklmnprstvw", "aeiou", true, ",", ".", false },
	{ "prose", SENTENCES, "bcdfghjklmnprstvw", "aeiou", true, ",", ".",
	  true },
	{ "German", NOUNS, "bdfghklmnprstwzß", "aeiouäöü", true, ",", ".", false },
	{ "capitals", CAPITALS, "bcdfghjklmnprstvw", "aeiou", true, ",", ".", false },
	{ "names", NAMES, "bcdfghjklmnprstvw", "aeiou", true, ",", ".", false },
	{ "Greek", SENTENCES, "βγδζθκλμνπρτφχ", "αεηιουω", true, ",", ".", false },
	{ "Cyrillic", SENTENCES, "бвгджзклмнпрстфх", "аеиоуы", true, ",", ".", false },
	{ "Arabic", NO_CASE, "بتجحدرسعفقلمن", "اوي", true, "،", ".", false },
	{ "Hindi", NO_CASE, "कगचजटडतदनपबमरलस", "ािीुूेो", false, ",", "।", false },
	{ "Chinese", NO_SPACES, "的一是在不了有和人这中大为上个国我以要他时来用们生到作"
	  "地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经", "",
	  false, "，", "。", false },
	{ "Japanese", NO_SPACES, "あいうえおかきくけこさしすせそたちつてとなにのはまもやゆよ"
	  "らりるれろわん日本人大年会国中長出", "", false, "、", "。", false },
};
#define NSCRIPTS ARRAY_LEN(scripts)

/* Without spaces, a word of these tests is one character. */
struct word {
	char s[64];
	unsigned letters;	/* s begins with so many, then a comma, ... */
	unsigned columns;
	uint8_t at[24];		/* where each letter begins; and the end */
};
#define WORDS_MAX 400

struct paragraph {
	const struct script *script;
	struct word word[WORDS_MAX];
	unsigned n;
};

static unsigned
character_length(const char *s)
{
	unsigned char c = (unsigned char)*s;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static unsigned
count_characters(const char *s)
{
	unsigned n = 0;

	for (; *s != '\0'; s += character_length(s))
		n++;
	return n;
}

static void
put_letter(struct rng *r, struct word *w, const char *letters, bool upper)
{
	unsigned k = rng_below(r, count_characters(letters));
	unsigned char *to = (unsigned char *)w->s + strlen(w->s);
	unsigned len;

	while (k-- > 0)
		letters += character_length(letters);
	len = character_length(letters);
	memcpy(to, letters, len);
	to[len] = '\0';
	w->letters++;
	w->columns += len >= 3 && to[0] >= 0xe3 ? 2 :
		      /* Marks of Hindi have no width. */
		      len == 3 && to[1] == 0xa4 && to[2] >= 0xbe ? 0 :
		      len == 3 && to[1] == 0xa5 && to[2] <= 0x8d ? 0 : 1;
	w->at[w->letters] = (uint8_t)strlen(w->s);
	if (!upper)
		return;
	if (len == 1) {
		to[0] = (unsigned char)(to[0] - 'a' + 'A');
	} else if (to[0] == 0xc3 && to[1] != 0x9f) {
		to[1] -= 0x20;		/* ä, but not ß */
	} else if (to[0] == 0xce && to[1] >= 0xb1) {
		to[1] -= 0x20;		/* α to ο */
	} else if (to[0] == 0xcf) {
		to[0] = 0xce;
		to[1] += 0x20;		/* π to ω */
	} else if (to[0] == 0xd0 && to[1] >= 0xb0) {
		to[1] -= 0x20;		/* а to п */
	} else if (to[0] == 0xd1) {
		to[0] = 0xd0;
		to[1] += 0x20;		/* р to я */
	}
}

static const char *const common[] = {
	"the", "of", "and", "to", "a", "in", "is", "that", "it", "was", "the",
	"for", "on", "as", "with", "the",
};

static void
add_word(struct rng *r, struct paragraph *p, bool begins)
{
	const struct script *s = p->script;
	struct word *w = &p->word[p->n++];
	unsigned syllables = 1 + rng_below(r, 2) + rng_below(r, 3);
	bool upper = s->style == CAPITALS || s->style == NAMES ||
		     (s->style <= NOUNS && begins) ||
		     (s->style == NOUNS && rng_once(r, 3)) ||
		     (s->style == SENTENCES && rng_once(r, 12));

	if (s->style >= NO_CASE)
		upper = false;
	*w = (struct word){ .s = "" };
	if (s->common && rng_below(r, 10) < 4) {
		const char *c = common[rng_below(r, ARRAY_LEN(common))];

		for (; *c != '\0'; c++)
			put_letter(r, w, (char [2]){ *c, '\0' },
				   begins && w->letters == 0);
		return;
	}
	if (s->style == NO_SPACES) {
		put_letter(r, w, s->onset, false);
		return;
	}
	for (unsigned i = 0; i < syllables; i++) {
		bool all = s->style == CAPITALS;

		if (i > 0 || !s->open || !rng_once(r, 4))
			put_letter(r, w, s->onset,
				   upper && (all || w->letters == 0));
		put_letter(r, w, s->vowel, upper && (all || w->letters == 0));
		if (rng_once(r, 3))
			put_letter(r, w, s->onset, upper && all);
	}
}

static void
add_sign(struct word *w, const char *sign)
{
	strcat(w->s, sign);
	w->columns += sign[0] == '\xe3' || sign[0] == '\xef' ? 2 : 1;
}

/* A paragraph of sentences; of characters where there are no spaces. */
static void
make_paragraph(struct rng *r, struct paragraph *p, const struct script *s,
	       unsigned nwords)
{
	unsigned left = 0;

	p->script = s;
	p->n = 0;
	if (s->style == NO_SPACES)
		nwords *= 2;
	for (unsigned i = 0; i < nwords; i++) {
		bool begins = left == 0;

		if (begins)
			left = rng_range(r, 8, 24);
		add_word(r, p, begins);
		left--;
		if (left == 0 || i + 1 == nwords)
			add_sign(&p->word[i], s->stop);
		else if (rng_once(r, 9))
			add_sign(&p->word[i], s->comma);
	}
}

/* Words of another one go on here. */
static void
add_words(struct paragraph *p, const struct paragraph *from, unsigned first,
	  unsigned n)
{
	for (unsigned i = 0; i < n && p->n < WORDS_MAX; i++)
		p->word[p->n++] = from->word[first + i];
}

/* Layout. */

struct layout {
	unsigned width;		/* 0: all in one line */
	const char *first, *other;	/* what lines begin with */
	bool hyphens;		/* words are parted at the ends of lines */
};

/* May a line not begin with it, as it goes with what stands before? */
static bool
parts(const struct word *w)
{
	return w->letters > 5 && w->at[w->letters] == strlen(w->s);
}

/* Letters of a word that fit into so many columns, the hyphen as well. */
static unsigned
part_letters(const struct word *w, unsigned columns)
{
	unsigned n = columns > 0 ? columns - 1 : 0;

	n = n > w->letters - 2 ? w->letters - 2 : n;
	return n < 3 ? 0 : n;
}

/*
 * Lines as full as they can be.  line[i] is where line i begins in words; how
 * many there are.
 */
static unsigned
lay_out(struct text *t, const struct paragraph *p, const struct layout *l,
	unsigned *line)
{
	bool spaces = p->script->style != NO_SPACES;
	unsigned column = 0, nlines = 0;

	for (unsigned i = 0; i < p->n; i++) {
		const struct word *w = &p->word[i];
		const char *s = w->s;
		unsigned columns = w->columns, space = spaces && column > 0;
		unsigned lead = (unsigned)strlen(nlines < 2 ? l->first :
						 l->other);

		if (nlines > 0 && l->width > 0 &&
		    lead + column + space + columns > l->width && column > 0) {
			unsigned n = l->hyphens && parts(w) &&
				     lead + column + space < l->width ?
				part_letters(w, l->width - lead - column -
					     space) : 0;

			if (n > 0) {
				puts_to(t, " ");
				put(t, s, w->at[n]);
				puts_to(t, "-");
				s += w->at[n];
				columns -= n;
			}
			puts_to(t, "\n");
			column = space = 0;
		}
		if (column == 0) {
			puts_to(t, nlines == 0 ? l->first : l->other);
			if (line != NULL)
				line[nlines] = i;
			nlines++;
		}
		puts_to(t, space ? " " : "");
		puts_to(t, s);
		column += space + columns;
	}
	puts_to(t, "\n");
	return nlines;
}

/* What a test goes through. */

static void
show(const char *what, const struct corpus *c)
{
	fprintf(stderr, "%s:\n", what);
	for (size_t i = 0; i < c->n; i++)
		fprintf(stderr, "---\n%.*s---\n", (int)c->doc[i].len,
			c->doc[i].text);
}

/*
 * The answers on one document.  What holds of any: spans of whole lines in
 * order and apart, and the same when fed byte by byte.
 */
static void
ask_one(const char *text, size_t len, const struct dedup_options *opt,
	struct answers *a)
{
	struct dedup_options o;
	struct corpus c = { .n = 0 };
	struct answers b;
	const char *what;

	dedup_options_init(&o);
	o = opt != NULL ? *opt : o;
	o.seeded = true;
	corpus_add(&c, text, len);
	what = ask(&c, &o, PIECES_WHOLE, 0, a);
	if (what == NULL)
		what = check_spans(&c, a);
	if (what == NULL && len < 4000) {
		what = ask(&c, &o, PIECES_BYTES, 0, &b);
		if (what == NULL)
			what = check_equal(a, &b, true);
		answers_free(&b);
	}
	if (what != NULL) {
		show(what, &c);
		fail_msg("%s", what);
	}
	corpus_free(&c);
}

/* Is this what is left? */
static bool
leaves(const char *in, size_t len, const struct dedup_options *opt,
       const char *want, size_t want_len)
{
	struct corpus c = { .n = 0 }, kept = { .n = 0 };
	struct answers a;
	bool same;

	ask_one(in, len, opt, &a);
	corpus_add(&c, in, len);
	kept_corpus(&c, &a, &kept);
	same = kept.doc[0].len == want_len &&
	       memcmp(kept.doc[0].text, want, want_len) == 0;
	answers_free(&a);
	corpus_free(&c);
	corpus_free(&kept);
	return same;
}

static void
expect_leaves(const char *what, const char *in, const struct dedup_options *opt,
	      const char *want)
{
	struct corpus c = { .n = 0 }, kept = { .n = 0 };
	struct answers a;

	if (leaves(in, strlen(in), opt, want, strlen(want)))
		return;
	ask_one(in, strlen(in), opt, &a);
	corpus_add(&c, in, strlen(in));
	kept_corpus(&c, &a, &kept);
	corpus_add(&kept, want, strlen(want));
	show("document 0 is kept, document 1 was to be kept", &kept);
	answers_free(&a);
	corpus_free(&c);
	corpus_free(&kept);
	fail_msg("%s", what);
}

static void
expect_stays(const char *what, const char *in)
{
	expect_leaves(what, in, NULL, in);
}

/* A paragraph and its copy. */

static const struct layout layouts[] = {
	{ 0, "", "", false },
	{ 28, "", "", false }, { 36, "", "", false }, { 44, "", "", false },
	{ 60, "", "", false }, { 72, "", "", false }, { 90, "", "", false },
	{ 28, "", "", true }, { 36, "", "", true }, { 44, "", "", true },
	{ 60, "", "", true }, { 72, "", "", true },
	{ 0, "- ", "", false }, { 0, "• ", "", false },
	{ 72, "- ", "  ", false }, { 60, "* ", "  ", false },
	{ 44, "• ", "  ", false }, { 72, "  ", "  ", false },
	{ 72, "   ", "", false },
	{ 72, "# ", "# ", false }, { 60, "// ", "// ", false },
	{ 72, " * ", " * ", false }, { 60, "; ", "; ", false },
	{ 72, "-- ", "-- ", false }, { 44, "% ", "% ", false },
	{ 72, "> ", "> ", false }, { 60, "> ", "> ", false },
	{ 66, "> > ", "> > ", false }, { 70, ">> ", ">> ", false },
	{ 0, "> ", "> ", false },
};

static void
name_layout(const struct layout *l, char *to, size_t len)
{
	snprintf(to, len, "width %u, first \"%s\", others \"%s\"%s", l->width,
		 l->first, l->other, l->hyphens ? ", hyphens" : "");
}

/* The third paragraph says what the first one said: does it go, and no other? */
static bool
copy_goes(struct rng *r, const struct script *s, const struct layout *first,
	  const struct layout *second, bool exact, bool tell)
{
	struct text in = { NULL, 0, 0 }, want = { NULL, 0, 0 };
	struct paragraph p, other[2];
	struct dedup_options opt;
	size_t from, to;
	bool goes;

	dedup_options_init(&opt);
	opt.exact = exact;
	make_paragraph(r, &p, s, rng_range(r, 30, 80));
	for (unsigned i = 0; i < 2; i++)
		make_paragraph(r, &other[i], s, rng_range(r, 20, 60));
	lay_out(&in, &p, first, NULL);
	puts_to(&in, "\n");
	lay_out(&in, &other[0], &layouts[rng_below(r, 7)], NULL);
	from = in.len;
	puts_to(&in, "\n");
	lay_out(&in, &p, second, NULL);
	to = in.len;
	puts_to(&in, "\n");
	lay_out(&in, &other[1], &layouts[rng_below(r, 7)], NULL);
	put(&want, in.p, from);
	puts_to(&want, in.p + to);
	goes = leaves(in.p, in.len, &opt, want.p, want.len);
	if (!goes && tell) {
		char a[80], b[80];

		name_layout(first, a, sizeof(a));
		name_layout(second, b, sizeof(b));
		fprintf(stderr, "%s: %s; then %s: the copy does not go, or "
			"something else does:\n%s====\n", s->name, a, b,
			in.p);
	}
	free(in.p);
	free(want.p);
	return goes;
}

static bool
may_hyphenate(const struct script *s)
{
	return s->style <= NAMES;
}

static void
check_copies(bool exact)
{
	unsigned missed = 0, n = 0;
	bool tell = getenv("TEST_UNIT_TELL") != NULL;

	for (size_t k = 0; k < NSCRIPTS; k++) {
		struct rng r = { 1000 + k };
		unsigned bad = 0, all = 0;

		for (unsigned i = 0; i < 3 * ROUNDS; i++) {
			const struct layout *a, *b;

			a = &layouts[i % ARRAY_LEN(layouts)];
			b = &layouts[rng_below(&r, ARRAY_LEN(layouts))];
			if ((a->hyphens || b->hyphens) &&
			    (exact || !may_hyphenate(&scripts[k])))
				continue;
			all++;
			bad += !copy_goes(&r, &scripts[k], a, b, exact, tell);
		}
		if (bad > 0)
			fprintf(stderr, "%s: %u of %u copies are not found\n",
				scripts[k].name, bad, all);
		missed += bad;
		n += all;
	}
	if (missed > (1 - FOUND_LEAST) * n)
		fail_msg("%u of %u copies are not found", missed, n);
}

static void
test_a_paragraph_laid_out_anew_goes_whole(void **state)
{
	(void)state;
	check_copies(false);
}

static void
test_a_paragraph_laid_out_anew_has_the_same_words(void **state)
{
	(void)state;
	check_copies(true);
}

/* A mail of some paragraphs, then the answer with all of it quoted. */
static void
test_quoted_mail_broken_anew_goes(void **state)
{
	static const struct layout quote[] = {
		{ 72, "> ", "> ", false }, { 64, ">> ", ">> ", false },
		{ 76, "> > ", "> > ", false }, { 0, "> ", "> ", false },
	};
	static const char *const mark[] = { ">", ">>", "> >", ">" };
	static const struct layout plain = { 72, "", "", false };
	struct rng r = { 7 };
	unsigned lines = 0, stay = 0;

	(void)state;
	for (unsigned i = 0; i < 40; i++) {
		const struct layout *q = &quote[i % 4];
		const struct script *s = &scripts[i / 4 % NSCRIPTS];
		struct text t = { NULL, 0, 0 };
		struct paragraph p[3], answer;
		struct answers a;
		size_t from, to, off = 0;

		for (unsigned k = 0; k < 3; k++) {
			make_paragraph(&r, &p[k], s, rng_range(&r, 25, 60));
			lay_out(&t, &p[k], &plain, NULL);
			puts_to(&t, "\n");
		}
		make_paragraph(&r, &answer, s, 30);
		lay_out(&t, &answer, &plain, NULL);
		puts_to(&t, "\nAda wrote:\n");
		from = t.len;
		for (unsigned k = 0; k < 3; k++) {
			if (k > 0) {
				puts_to(&t, mark[i % 4]);
				puts_to(&t, "\n");
			}
			lay_out(&t, &p[k], q, NULL);
		}
		to = t.len;
		puts_to(&t, "\n");
		make_paragraph(&r, &answer, s, 30);
		lay_out(&t, &answer, &plain, NULL);
		ask_one(t.p, t.len, NULL, &a);
		for (const char *e; off < t.len; off = (size_t)(e - t.p)) {
			bool gone = removal_of(&a.doc[0], off) != NULL;
			bool blank = t.p[off] == '\n' ||
				     in_separator(&a.doc[0], off);

			e = strchr(t.p + off, '\n') + 1;
			if (blank)
				continue;
			if (gone && (off < from || off >= to))
				fail_msg("%s: this goes:\n%.*sof this mail:\n%s",
					 s->name, (int)(e - t.p - (long)off),
					 t.p + off, t.p);
			lines += off >= from && off < to;
			stay += !gone && off >= from && off < to;
		}
		answers_free(&a);
		free(t.p);
	}
	if (stay > (1 - FOUND_LEAST) * lines)
		fail_msg("of %u quoted lines %u stay", lines, stay);
}

/* Different paragraphs. */

static void
check_document_stays(const char *what, const struct script *s,
		     const struct text *t)
{
	struct answers a;

	ask_one(t->p, t->len, NULL, &a);
	if (a.doc[0].n > 0) {
		const struct dedup_removal *g = &a.doc[0].removals[0];

		fail_msg("%s, %s: of different paragraphs this goes:\n%.*s"
			 "of this document:\n%s", s->name, what,
			 (int)(g->end - g->begin), t->p + g->begin, t->p);
	}
	answers_free(&a);
}

static void
test_different_paragraphs_stay(void **state)
{
	(void)state;
	for (size_t k = 0; k < NSCRIPTS; k++) {
		struct rng r = { 2000 + k };

		for (unsigned i = 0; i < ROUNDS; i++) {
			const struct layout *l;
			struct text t = { NULL, 0, 0 };
			struct paragraph p;

			l = &layouts[i % ARRAY_LEN(layouts)];
			for (unsigned n = 0; n < 12; n++) {
				make_paragraph(&r, &p, &scripts[k],
					       rng_range(&r, 10, 70));
				lay_out(&t, &p, l, NULL);
				puts_to(&t, "\n");
			}
			check_document_stays("nothing shared", &scripts[k], &t);
			free(t.p);
		}
	}
}

/* Paragraphs that begin, or end, with the same words. */
static void
test_paragraphs_that_share_their_beginning_or_end_stay(void **state)
{
	(void)state;
	for (size_t k = 0; k < NSCRIPTS; k++) {
		struct rng r = { 3000 + k };

		for (unsigned i = 0; i < ROUNDS; i++) {
			const struct layout *l;
			struct text t = { NULL, 0, 0 };
			struct paragraph same, own;

			l = &layouts[i % 7];
			make_paragraph(&r, &same, &scripts[k],
				       rng_range(&r, 14, 60));
			for (unsigned n = 0; n < 4; n++) {
				struct paragraph p = { .script = &scripts[k] };

				make_paragraph(&r, &own, &scripts[k],
					       same.n / 2 + 12);
				if (i % 2 == 0)
					add_words(&p, &same, 0, same.n);
				add_words(&p, &own, 0, own.n);
				if (i % 2 == 1)
					add_words(&p, &same, 0, same.n);
				lay_out(&t, &p, l, NULL);
				puts_to(&t, "\n");
			}
			check_document_stays(i % 2 == 0 ? "the same beginning" :
					     "the same end", &scripts[k], &t);
			free(t.p);
		}
	}
}

/* 'p' with other words before and behind line 'at' of it, which stays a line. */
static bool
share_line(struct rng *r, const struct paragraph *p, const struct layout *l,
	   const unsigned *line, unsigned at, struct paragraph *to)
{
	for (unsigned tries = 0; tries < 200; tries++) {
		struct paragraph own;
		struct text t = { NULL, 0, 0 };
		unsigned n, begins[WORDS_MAX], first = line[at];
		unsigned len = line[at + 1] - first, before;
		bool found = false;

		make_paragraph(r, &own, p->script, 80);
		n = lay_out(&t, &own, l, begins);
		t.len = 0;
		before = begins[rng_below(r, n < 4 ? n : 4)];
		to->script = p->script;
		to->n = 0;
		add_words(to, &own, 0, before);
		add_words(to, p, first, len);
		add_words(to, &own, before, own.n - before);
		n = lay_out(&t, to, l, begins);
		for (unsigned i = 0; i + 1 < n && !found; i++)
			found = begins[i] == before &&
				begins[i + 1] == before + len;
		free(t.p);
		if (found)
			return true;
	}
	return false;
}

static void
test_paragraphs_that_share_a_wrapped_line_stay(void **state)
{
	unsigned shared = 0;

	(void)state;
	for (size_t k = 0; k < NSCRIPTS; k++) {
		struct rng r = { 4000 + k };

		for (unsigned i = 0; i < ROUNDS; i++) {
			const struct layout *l = &layouts[1 + i % 6];
			struct text t = { NULL, 0, 0 };
			struct paragraph p, q;
			unsigned n, line[WORDS_MAX];

			make_paragraph(&r, &p, &scripts[k],
				       rng_range(&r, 50, 80));
			n = lay_out(&t, &p, l, line);
			for (unsigned m = 0; m < 3; m++) {
				if (!share_line(&r, &p, l, line,
						rng_below(&r, n - 1), &q))
					continue;
				puts_to(&t, "\n");
				lay_out(&t, &q, l, NULL);
				shared++;
			}
			check_document_stays("a line shared", &scripts[k], &t);
			free(t.p);
		}
	}
	assert_true(shared > NSCRIPTS * ROUNDS);
}

/* Blank lines. */

static void
squeeze(const struct document *d, struct text *to)
{
	const char *end, *text;

	for (const char *l = d->text; l < d->text + d->len; l = end) {
		end = strchr(l, '\n') + 1;
		for (text = l; text < end && strchr(" \t\r\n", *text);
		     text++)
			;
		if (text < end)
			put(to, l, (size_t)(end - l));
	}
}

/* Paragraphs and copies of some, 'blank' lines and more between them. */
static void
put_paragraphs(struct rng *r, struct text *t, const struct script *s,
	       bool wrapped, unsigned blank, unsigned more)
{
	static const char *const lines[] = { "\n", "\n", " \n", "\t\n", "\r\n" };
	struct paragraph p[5];
	struct rng own = { rng_next(r) };

	for (unsigned i = 0; i < 5; i++)
		make_paragraph(r, &p[i], s, rng_range(r, 30, 60));
	for (unsigned i = 0; i < 12; i++) {
		unsigned n = blank + (more > 0 ? rng_below(&own, more + 1) : 0);

		lay_out(t, &p[rng_below(r, 5)],
			&layouts[wrapped ? 1 + rng_below(r, 6) : 0], NULL);
		for (; n > 0; n--)
			puts_to(t, lines[more == 0 ? 0 : rng_below(&own, 5)]);
	}
}

static void
test_blank_lines_more_or_less_change_nothing_else(void **state)
{
	static const struct {
		unsigned blank, more;
	} way[] = { { 1, 0 }, { 2, 0 }, { 1, 3 }, { 0, 0 } };

	(void)state;
	for (size_t k = 0; k < NSCRIPTS * 20; k++) {
		const struct script *s = &scripts[k % NSCRIPTS];
		bool wrapped = k / NSCRIPTS % 2 == 0;
		struct text want = { NULL, 0, 0 };

		/* Without any between them: only where a line is a paragraph. */
		for (size_t i = 0; i < (wrapped ? 3 : 4); i++) {
			struct rng r = { 5000 + k };
			struct text t = { NULL, 0, 0 }, got = { NULL, 0, 0 };
			struct corpus c = { .n = 0 }, kept = { .n = 0 };
			struct answers a;

			put_paragraphs(&r, &t, s, wrapped, way[i].blank,
				       way[i].more);
			ask_one(t.p, t.len, NULL, &a);
			corpus_add(&c, t.p, t.len);
			kept_corpus(&c, &a, &kept);
			squeeze(&kept.doc[0], &got);
			if (i == 0)
				want = got;
			else if (got.len != want.len ||
				 memcmp(got.p, want.p, got.len) != 0)
				fail_msg("%s, %s, %u blank lines: kept\n%s\n"
					 "instead of\n%s", s->name, wrapped ?
					 "wrapped" : "a line each",
					 way[i].blank, got.p, want.p);
			if (i > 0)
				free(got.p);
			answers_free(&a);
			corpus_free(&c);
			corpus_free(&kept);
			free(t.p);
		}
		free(want.p);
	}
}

/* Lists. */

/* Some words that name a line, each of them another one. */
static void
list_words(struct rng *r, const char *w[6])
{
	static const char *const some[] = {
		"alder", "brook", "cliff", "dune", "eagle", "ferry", "glade",
		"heron", "islet", "jetty", "kelp", "ledge", "marsh", "notch",
		"otter", "pier",
	};

	for (unsigned i = 0; i < 6; i++)
		w[i] = some[rng_below(r, ARRAY_LEN(some))];
}

static const char *const list_formats[] = {
	"https://www.%s.example/%s/%s/%s/%s.html?%s",
	"http://%s.example.org/%s-%s/%s?q=%s&n=%s",
	"level=info msg=\"%s %s %s\" host=%s job=%s unit=%s",
	"%s.%s@%s.%s.%s.%s.example",
	"usr/share/%s/%s/%s/%s/%s.%s",
	"/var/lib/%s/%s/%s/%s/%s-%s.db",
	"C:\\%s\\%s\\%s\\%s\\%s.%s",
	"%s,%s,%s,%s,%s,%s",
	"%s;%s;17;%s;%s;%s;2.5;%s",
	"%s\t%s\t%s\t%s\t%s\t%s",
	"%s %s %s %s %s %s",
	"The %s %s %s %s %s %s",
	"\"%s %s %s %s %s %s\"",
	"- %s %s %s %s %s %s",
	"* %s %s %s %s %s %s",
	"• %s %s %s %s %s %s",
	"12 %s %s %s %s %s %s",
	"#%s #%s #%s #%s #%s #%s",
	"@%s @%s @%s @%s @%s @%s",
	"{\"a\":\"%s %s\",\"b\":\"%s %s\",\"c\":[\"%s\",\"%s\"]}",
	"<li>%s %s %s %s %s %s</li>",
	"2031-07-04 05:06:07 INFO %s %s %s: %s %s %s",
	"Jul  4 05:06:07 %s %s[17]: %s %s: %s %s",
	"192.0.2.7 - - [04/Jul/2031] \"GET /%s/%s/%s/%s\" %s %s",
	"%s_%s %s_%s %s_%s",
	"how to %s a %s with %s %s and %s %s?",
	"%s = %s + %s * (%s - %s) / %s",
	"| %s | %s | %s | %s | %s | %s |",
	"αλφα %s βητα %s γαμμα %s δελτα %s %s %s",
	"%s МОРЕ %s река %s лес %s поле %s %s",
};

static void
put_list_line(struct rng *r, struct text *t, unsigned kind)
{
	/* Lists without a letter of Latin. */
	static const char *const greek[] = {
		"άλφα", "βήτα", "γάμμα", "δέλτα", "έψιλον", "ζήτα", "ήτα",
		"θήτα", "ιώτα", "κάππα", "λάμδα", "μι", "νι", "ξι", "όμικρον",
		"πι",
	};
	static const char *const chinese[] = {
		"山", "水", "火", "木", "金", "土", "日", "月", "石", "田", "雨",
		"雪", "风", "云", "海", "河",
	};
	static const char *const arabic[] = {
		"بحر", "جبل", "نهر", "قمر", "شمس", "ريح", "مطر", "ثلج",
		"شجر", "حجر", "طير", "سمك", "ورد", "بيت", "باب", "درب",
	};
	const char *w[6];
	char line[300];

	list_words(r, w);
	if (kind < ARRAY_LEN(list_formats)) {
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(line, sizeof(line), list_formats[kind], w[0], w[1],
			 w[2], w[3], w[4], w[5]);
#pragma GCC diagnostic pop
		puts_to(t, line);
		return;
	}
	kind -= ARRAY_LEN(list_formats);
	for (unsigned n = kind == 1 ? rng_range(r, 10, 16) : 6, i = 0; i < n;
	     i++) {
		unsigned k = rng_below(r, 16);

		puts_to(t, kind == 1 || i == 0 ? "" : " ");
		puts_to(t, kind == 0 ? greek[k] : kind == 1 ? chinese[k] :
			arabic[k]);
	}
}

static int
compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* As many lines stay as are distinct, and each of them is a first one. */
static bool
list_holds(unsigned kind, unsigned nlines)
{
	struct rng r = { 6000 + kind };
	char **line = malloc(nlines * sizeof(*line)), **sorted;
	struct text t = { NULL, 0, 0 };
	struct answers a;
	size_t distinct = 0, kept = 0, off = 0;

	assert_non_null(line);
	for (unsigned i = 0; i < nlines; i++) {
		struct text l = { NULL, 0, 0 };

		if (i > 0 && rng_once(&r, 3)) {
			puts_to(&l, line[rng_below(&r, i)]);
		} else {
			put_list_line(&r, &l, kind);
		}
		line[i] = l.p;
		put(&t, l.p, l.len);
		puts_to(&t, "\n");
	}
	sorted = exact_copy(line, nlines * sizeof(*line));
	qsort(sorted, nlines, sizeof(*sorted), compare_lines);
	for (unsigned i = 0; i < nlines; i++)
		distinct += i == 0 || strcmp(sorted[i - 1], sorted[i]) != 0;
	ask_one(t.p, t.len, NULL, &a);
	for (unsigned i = 0; i < nlines; i++) {
		kept += removal_of(&a.doc[0], off) == NULL;
		off += strlen(line[i]) + 1;
	}
	if (kept != distinct)
		fprintf(stderr, "of a list of %u lines, %zu of them distinct, "
			"%zu are kept:\n%s\n%s\n", nlines, distinct, kept,
			line[0], line[1]);
	answers_free(&a);
	for (unsigned i = 0; i < nlines; i++)
		free(line[i]);
	free(line);
	free(sorted);
	free(t.p);
	return kept == distinct;
}

#define NLISTS (ARRAY_LEN(list_formats) + 3)

static void
check_lists(unsigned nlines)
{
	bool all = true;

	for (unsigned k = 0; k < NLISTS; k++)
		all &= list_holds(k, nlines);
	assert_true(all);
}

static void
test_of_a_list_each_line_stays_once(void **state)
{
	(void)state;
	check_lists(300);
}

static void
test_of_a_long_list_each_line_stays_once(void **state)
{
	(void)state;
	check_lists(4000);
}

/* Lines in company. */

static void
test_a_block_that_stays_keeps_its_short_lines(void **state)
{
	(void)state;
	expect_stays("a refrain within a stanza",
		"The tide is at the door again\n"
		"And all the boats are gone\n"
		"Sing low, sing low, my heart of rain\n"
		"Until the night is done\n"
		"\n"
		"The lamp is on the window sill\n"
		"The bread is on the board\n"
		"Sing low, sing low, my heart of rain\n"
		"Until the night is done\n"
		"\n"
		"My father sailed before the moon\n"
		"My brother sailed behind\n"
		"Sing low, sing low, my heart of rain\n"
		"Until the night is done\n");
	expect_stays("a stanza with a line that comes twice",
		"A song\n"
		"\n"
		"Row on, row on, the night is long\n"
		"We have no other way\n"
		"Row on, row on, the night is strong\n"
		"We have no other way\n"
		"We have no lantern and no song\n"
		"But wait until the day\n");
	expect_stays("keys of JSON objects",
		"Call the tool below when it is time.\n"
		"{\n"
		"  \"name\": \"get_tide_table_for_a_harbour\",\n"
		"  \"about\": \"Get the tides of a harbour for one day only\",\n"
		"  \"harbour\": \"Arven\",\n"
		"  \"day\": \"Monday\"\n"
		"}\n"
		"\n"
		"Then call it once more.\n"
		"{\n"
		"  \"name\": \"get_tide_table_for_a_harbour\",\n"
		"  \"about\": \"Get the tides of a harbour for one day only\",\n"
		"  \"harbour\": \"Lorne\",\n"
		"  \"day\": \"Monday\"\n"
		"}\n");
	expect_stays("statements of SQL",
		"SELECT name, draught, length FROM boats AS b\n"
		"JOIN berths AS q ON b.berth = q.id AND q.harbour = 'Arven'\n"
		"WHERE b.draught > 2;\n"
		"\n"
		"SELECT count(*), sum(length) FROM boats AS b\n"
		"JOIN berths AS q ON b.berth = q.id AND q.harbour = 'Arven'\n"
		"GROUP BY q.quay;\n");
	expect_stays("rows and heads of tables",
		"| Harbour | Depth in metres | Berths for guests |\n"
		"|---------|-----------------|-------------------|\n"
		"| Arven   | 4.5             | 12 of 40          |\n"
		"| Lorne   | 3.0             | 2 of 18           |\n"
		"\n"
		"| Harbour | Depth in metres | Berths for guests |\n"
		"|---------|-----------------|-------------------|\n"
		"| Arven   | 4.5             | 12 of 40          |\n"
		"| Brink   | 6.0             | 30 of 95          |\n");
	expect_stays("questions with the same answer",
		"What people ask:\n"
		"\n"
		"Q: Is the ferry late today?\n"
		"A: Yes, as far as we know it is.\n"
		"Q: Is the bridge closed as well?\n"
		"A: No, it is not.\n"
		"Q: Is the road closed, too?\n"
		"A: Yes, as far as we know it is.\n");
	expect_stays("blocks of a question and its answer",
		"Is the ferry late today?\n"
		"Yes, as far as we know it is.\n"
		"\n"
		"Is the road closed, too?\n"
		"Yes, as far as we know it is.\n"
		"\n"
		"Is there a bus instead?\n"
		"Yes, as far as we know it is.\n");
	expect_stays("steps of two instructions",
		"To change the rope:\n"
		"1. Take the boat out of the water and let it dry\n"
		"2. Loosen the four bolts at the stern with the large wrench\n"
		"3. Pull the old rope out and put the new one in\n"
		"4. Tighten the bolts again\n"
		"\n"
		"To change the block:\n"
		"1. Take the boat out of the water and let it dry\n"
		"2. Loosen the four bolts at the stern with the large wrench\n"
		"3. Lift the block off and put the new one there\n"
		"4. Tighten the bolts again\n");
	expect_stays("entries of two lists",
		"Good about the ferry:\n"
		"- it takes bicycles at no extra charge\n"
		"- it sails on Sundays as well\n"
		"\n"
		"Good about the bus:\n"
		"- it takes bicycles at no extra charge\n"
		"- it stops at the school\n");
	expect_stays("ingredients",
		"For the dough\n"
		"two cups of flour and some salt\n"
		"a spoon of butter\n"
		"\n"
		"For the filling\n"
		"six apples\n"
		"two cups of flour and some salt\n");
	expect_stays("Chinese lines of verse",
		"海上的月亮照着旧船\n"
		"风里的歌声慢慢远了\n"
		"我在岸边等你回来\n"
		"\n"
		"山上的灯火照着小路\n"
		"雨里的脚步慢慢近了\n"
		"我在岸边等你回来\n");
	expect_stays("Greek lines of a list",
		"Για τη βάρκα:\n"
		"ένα μακρύ σκοινί από λινάρι\n"
		"δύο κουπιά\n"
		"\n"
		"Για το σπίτι:\n"
		"ένα μακρύ σκοινί από λινάρι\n"
		"τρία παράθυρα\n");
	expect_stays("YAML",
		"As it stands in the file:\n"
		"\n"
		"harbour:\n"
		"  name: Arven at the northern end of the bay\n"
		"  depth: 4.5\n"
		"quay:\n"
		"  name: Arven at the northern end of the bay\n"
		"  depth: 3.0\n");
	expect_stays("cells",
		"Length\n450 mm\n475 mm\n\nWidth\n455 mm\n455 mm\n455 mm\n");
}

/* Random blocks of short lines of which some are the same. */
static void
test_lines_shared_by_blocks_that_differ_stay(void **state)
{
	(void)state;
	for (size_t k = 0; k < NSCRIPTS; k++) {
		struct rng r = { 7000 + k };

		for (unsigned i = 0; i < ROUNDS; i++) {
			struct text t = { NULL, 0, 0 };
			struct paragraph same[2], own;

			for (unsigned m = 0; m < 2; m++)
				make_paragraph(&r, &same[m], &scripts[k], 7);
			for (unsigned b = 0; b < 5; b++) {
				for (unsigned m = 0; m < 4; m++) {
					make_paragraph(&r, &own, &scripts[k],
						       rng_range(&r, 2, 8));
					lay_out(&t, m % 2 == 1 ? &same[m / 2] :
						&own, &layouts[0], NULL);
				}
				puts_to(&t, "\n");
			}
			check_document_stays("short lines shared", &scripts[k],
					     &t);
			free(t.p);
		}
	}
}

/* Paragraphs a line each, in one block, with headings between them. */
static void
test_a_long_line_goes_by_itself(void **state)
{
	(void)state;
	for (size_t k = 0; k < NSCRIPTS; k++) {
		struct rng r = { 8000 + k };
		const struct script *s = &scripts[k];

		for (unsigned i = 0; i < ROUNDS; i++) {
			struct text t = { NULL, 0, 0 }, want = { NULL, 0, 0 };
			struct paragraph p, own;

			make_paragraph(&r, &p, s, rng_range(&r, 22, 60));
			for (unsigned m = 0; m < 4; m++) {
				if (m % 2 == 1) {
					lay_out(&t, &p, &layouts[0], NULL);
					if (m == 1)
						lay_out(&want, &p, &layouts[0],
							NULL);
					continue;
				}
				make_paragraph(&r, &own, s,
					       rng_range(&r, 22, 60));
				lay_out(&t, &own, &layouts[0], NULL);
				lay_out(&want, &own, &layouts[0], NULL);
			}
			expect_leaves(s->name, t.p, NULL, want.p);
			free(t.p);
			free(want.p);
		}
	}
}

/* Captions. */

static void
test_of_two_captions_in_a_row_the_first_stays(void **state)
{
	(void)state;
	expect_leaves("English",
		"A heron waits on the old pier of Arven\n"
		"A heron waits on the old pier of Arven.\n",
		NULL,
		"A heron waits on the old pier of Arven\n");
	expect_leaves("Chinese",
		"一只白鹭停在旧码头的木桩上等待退潮。\n"
		"一只白鹭停在旧码头的木桩上等待退潮\n"
		"\n"
		"“潮水退了，船就可以回家。”渔夫说\n"
		"「潮水退了，船就可以回家」，渔夫说。\n",
		NULL,
		"一只白鹭停在旧码头的木桩上等待退潮。\n"
		"\n"
		"“潮水退了，船就可以回家。”渔夫说\n");
	expect_leaves("Japanese",
		"古い桟橋の杭にとまって潮が引くのを待つ白鷺。\n"
		"古い桟橋の杭にとまって潮が引くのを待つ白鷺\n"
		"\n"
		"港に戻る漁船\n"
		"港に戻る漁船\n"
		"朝早く出た船が昼前に港へ戻り、魚を降ろした。\n",
		NULL,
		"古い桟橋の杭にとまって潮が引くのを待つ白鷺。\n"
		"\n"
		"港に戻る漁船\n"
		"朝早く出た船が昼前に港へ戻り、魚を降ろした。\n");
	expect_leaves("Thai",
		"นกกระยางเกาะเสาท่าเรือเก่ารอน้ำลง\n"
		"นกกระยางเกาะเสาท่าเรือเก่ารอน้ำลง\n"
		"\n"
		"“เรือกลับบ้านได้แล้ว” ชาวประมงกล่าว\n"
		"เรือกลับบ้านได้แล้ว ชาวประมงกล่าว\n",
		NULL,
		"นกกระยางเกาะเสาท่าเรือเก่ารอน้ำลง\n"
		"\n"
		"“เรือกลับบ้านได้แล้ว” ชาวประมงกล่าว\n");
}

static void
test_of_two_random_captions_in_a_row_the_first_stays(void **state)
{
	(void)state;
	for (size_t k = 0; k < NSCRIPTS; k++) {
		struct rng r = { 9000 + k };

		for (unsigned i = 0; i < ROUNDS; i++) {
			struct text t = { NULL, 0, 0 }, want = { NULL, 0, 0 };
			struct paragraph p, q;

			make_paragraph(&r, &p, &scripts[k],
				       rng_range(&r, 3, 30));
			make_paragraph(&r, &q, &scripts[k],
				       rng_range(&r, 20, 40));
			lay_out(&t, &p, &layouts[0], NULL);
			put(&want, t.p, t.len);
			lay_out(&t, &p, &layouts[0], NULL);
			puts_to(&t, "\n");
			puts_to(&want, "\n");
			lay_out(&t, &q, &layouts[0], NULL);
			lay_out(&want, &q, &layouts[0], NULL);
			expect_leaves(scripts[k].name, t.p, NULL, want.p);
			free(t.p);
			free(want.p);
		}
	}
}

/* Listings. */

#define BOAT \
	"let the boat in now\nwait until all of them are home again, in the " \
	"dark as well\n"

static void
test_a_fenced_listing_goes_only_whole(void **state)
{
	static const char *const fence[] = {
		"```\n", "~~~\n", "   ```\n", "```c\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(fence); i++) {
		const char *f = fence[i];
		char text[600], want[600];
		const char *close = f[0] == '~' ? "~~~" : "```";

		snprintf(text, sizeof(text), "%sopen the gate\n\n" BOAT
			 "%s\n\nAnd:\n\n%sopen the gate\n\n" BOAT
			 "%s\n\nEnd.\n", f, close, f, close);
		snprintf(want, sizeof(want), "%sopen the gate\n\n" BOAT
			 "%s\n\nAnd:\n\nEnd.\n", f, close);
		expect_leaves("a copy", text, NULL, want);
		snprintf(text, sizeof(text), "%sopen the gate\n\n" BOAT
			 "%s\n\nAnd:\n\n%sshut the gate\n\n" BOAT
			 "%s\n\nEnd.\n", f, close, f, close);
		expect_stays("another first line", text);
	}
	/* Four spaces and more: no fence. */
	expect_leaves("no fence",
		"    ```\nlet the boat in right now\n\nA.\n\n    ```\n"
		"let the boat in right now\n\nB.\n", NULL,
		"    ```\nlet the boat in right now\n\nA.\n\nB.\n");
}

static void
test_code_goes_only_whole(void **state)
{
	(void)state;
	expect_stays("functions with lines in common",
		"int\n"
		"open_gate(struct gate *g, const struct boat *b, size_t n)\n"
		"{\n"
		"\tfor (size_t i = 0; i < n && g->open[i] == b[i].id; i++)\n"
		"\t\tg->count += b[i].draught > g->depth ? 1 : 0;\n"
		"\treturn g->count;\n"
		"}\n"
		"\n"
		"int\n"
		"shut_gate(struct gate *g, const struct boat *b, size_t n)\n"
		"{\n"
		"\tfor (size_t i = 0; i < n && g->open[i] == b[i].id; i++)\n"
		"\t\tg->count -= b[i].draught > g->depth ? 1 : 0;\n"
		"\treturn g->count;\n"
		"}\n");
}

/* Any bytes, and many lines. */

static void
test_any_bytes_are_split(void **state)
{
	static const char some[] = "aB .\n\n\n\r\t-*>#|`~{}=;:1\xc3\xa9\xe4\xb8\xad";
	struct rng r = { 11 };
	char text[300];

	(void)state;
	for (unsigned i = 0; i < 3000; i++) {
		size_t len = rng_below(&r, sizeof(text) + 1);
		struct answers a;

		for (size_t k = 0; k < len; k++)
			text[k] = rng_once(&r, 20) ? (char)rng_next(&r) :
				  some[rng_below(&r, sizeof(some) - 1)];
		ask_one(text, len, NULL, &a);
		answers_free(&a);
	}
}

/* What time they take, growth.c prints. */
static void
test_many_lines_are_split(void **state)
{
	static const char *const lines[] = {
		"a\n", "A\n", "```\n", "~~~\nx\n", ".\n", "* a\n", "a:\n b\n",
		"a\nB ", "|\n", "│ │\n", "> a\n", "{\n", "(1) a\n", ">\n",
		"> > > >\n", "1. a b c\n", "a, b, c,\n", "中文\n",
		"The ferry was late again and it was cold and nobody came,\n",
		"The ferry was late again and it was cold and nobody came.\n",
		"and so on, as the man on the quay had said it would be\n",
		"x[0] = y[1];\n", "\t\t\t\t\t\t\t\t\n",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct dedup_options opt;
		struct corpus c = { .n = 0 };
		struct text t = { NULL, 0, 0 };
		struct answers a;

		dedup_options_init(&opt);
		for (int k = 0; k < 100000; k++)
			puts_to(&t, lines[i]);
		corpus_add(&c, t.p, t.len);
		assert_null(ask(&c, &opt, PIECES_WHOLE, 0, &a));
		answers_free(&a);
		corpus_free(&c);
		free(t.p);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_paragraph_laid_out_anew_goes_whole),
		cmocka_unit_test(
			test_a_paragraph_laid_out_anew_has_the_same_words),
		cmocka_unit_test(test_quoted_mail_broken_anew_goes),
		cmocka_unit_test(test_different_paragraphs_stay),
		cmocka_unit_test(
			test_paragraphs_that_share_their_beginning_or_end_stay),
		cmocka_unit_test(
			test_paragraphs_that_share_a_wrapped_line_stay),
		cmocka_unit_test(
			test_blank_lines_more_or_less_change_nothing_else),
		cmocka_unit_test(test_of_a_list_each_line_stays_once),
		cmocka_unit_test(test_of_a_long_list_each_line_stays_once),
		cmocka_unit_test(test_a_block_that_stays_keeps_its_short_lines),
		cmocka_unit_test(test_lines_shared_by_blocks_that_differ_stay),
		cmocka_unit_test(test_a_long_line_goes_by_itself),
		cmocka_unit_test(test_of_two_captions_in_a_row_the_first_stays),
		cmocka_unit_test(
			test_of_two_random_captions_in_a_row_the_first_stays),
		cmocka_unit_test(test_a_fenced_listing_goes_only_whole),
		cmocka_unit_test(test_code_goes_only_whole),
		cmocka_unit_test(test_any_bytes_are_split),
		cmocka_unit_test(test_many_lines_are_split),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
