/*
 * Text to lines of words: case folding, Unicode, word boundaries.
 *
 * Most text is ASCII, so there are two paths.  The fast one takes 64 bytes at
 * a time and computes a bit per byte: is it part of a word, is it a newline.
 * The output is the word characters in lower case and one space for each run of
 * other characters:
 *
 *	text   T h e   " C a b l e " ,   g o e s \n
 *	word   1 1 1 0 0 1 1 1 1 1 0 0 0 1 1 1 1 0
 *	keep   1 1 1 1 0 1 1 1 1 1 1 0 0 1 1 1 1 1	word | word << 1
 *	norm   t h e _ c a b l e _ g o e s _
 *
 * If a chunk has digits, or signs that may count, their neighbours show which
 * of these signs to ask about (sign.h); there are few.  Those that do count are
 * then part of a word.
 *
 * The slow one takes a character at a time.  It starts one character before the
 * first byte over 0x7f, since a combining mark changes the character before it,
 * and ends at two ASCII bytes in a row.  Most characters fold to the same words
 * wherever they are.  A mark (or a Hangul vowel, or a character that folds to
 * nothing) may join the character before it.  A character with all that may
 * join it is a cluster:
 *
 *	text	a	n ~ .		U+FDFA		b
 *		|	|		|		|
 *		as it	decompose,	four words,	as it
 *		is	sort marks,	from a table	is
 *			compose
 *
 * By UAX #15 this gives the normal form of the whole: each cluster starts at a
 * boundary of normalisation.  More than MARKS_MAX marks in a row are not text:
 * the cluster is cut there, so that time stays linear.
 */
#include "address.h"
#include "array.h"
#include "bytes.h"
#include "fold.h"
#include "loose.h"
#include "sign.h"
#include "simd.h"
#include "words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>
#ifdef __SSE2__
#include <immintrin.h>
#endif

#define CHUNK 64		/* bytes the fast path takes at a time */

/* Non-starters in a row: Stream-Safe Text Format, UAX #15 section 13. */
#define MARKS_MAX 30

struct words_reader {
	bool fold_digits;
	enum vectors vectors;	/* what the machine has, or less */
	struct fold fold;
};

/*
 * A place in the text, right after an address, and the state of the output
 * there.  An address is recognised at its '@' or "://", which is in its middle.
 * Then reading goes back to the last mark, or to the line's beginning, and
 * stops again where the address begins.
 */
struct mark {
	size_t p, norm_len;
	struct put put;
	uint32_t extra;
	bool high;
};

/* One call's output. */
struct sink {
	struct put put;
	struct reading r;
	uint64_t off;		/* of text in the document */
	size_t line;		/* where the current line starts in text */
	size_t norm_start;	/* where its words start in out->norm */
	bool high;		/* it has a byte over 0x7f */
	size_t bad, bad_norm;	/* after the last BYTE: in the text, in
				 * out->norm */
	bool skips;		/* the next white space separates nothing */
	uint32_t extra;		/* of the line's addresses */
	struct address address;	/* the last that was found */
	size_t stop;		/* where the fast path ends */
	struct mark mark;
	struct word_spans *spans;	/* to be filled, or NULL */
	uint32_t noted;		/* of the line's words, in 'spans' */
};

/*
 * The part of a cluster that is not written yet: the last starter, and the
 * marks after it, which may still compose with it.
 *
 *	o		U+0323 (class 220)	U+0302 (class 230)
 *	starter		mark[0]			mark[1]
 */
struct cluster {
	uint32_t starter;	/* folded, with its kind; 0: none */
	struct folded mark[MARKS_MAX];	/* by class; a class in text order */
	size_t nmarks;
};

struct words_reader *
words_new(bool fold_digits)
{
	struct words_reader *w = calloc(1, sizeof(*w));

	if (w == NULL)
		return NULL;
	w->fold_digits = fold_digits;
	w->vectors = vectors_available();
	return w;
}

void
words_limit(struct words_reader *w, enum vectors most)
{
	if (w->vectors > most)
		w->vectors = most;
}

const char *
words_unicode(void)
{
	return utf8proc_unicode_version();
}

void
words_free(struct words_reader *w)
{
	if (w == NULL)
		return;
	fold_free(&w->fold);
	free(w);
}

size_t
words_memory(const struct words_reader *w)
{
	return sizeof(*w) + w->fold.memory;
}

size_t
scan_memory(const struct scan *scan)
{
	return scan->lines_room * sizeof(*scan->lines) + scan->norm_room;
}

void
scan_free(struct scan *scan)
{
	free(scan->lines);
	free(scan->norm);
	*scan = (struct scan){ 0 };
}

void
scan_drop(struct scan *scan, size_t n)
{
	size_t cut;

	if (n == 0)
		return;
	scan->nlines -= n;
	memmove(scan->lines, scan->lines + n,
		scan->nlines * sizeof(*scan->lines));
	cut = scan->nlines > 0 ? scan->lines[0].norm : scan->norm_len;
	scan->norm_len -= cut;
	if (scan->norm_len > 0)		/* else it may be NULL */
		memmove(scan->norm, scan->norm + cut, scan->norm_len);
	for (size_t i = 0; i < scan->nlines; i++)
		scan->lines[i].norm -= (uint32_t)cut;
}

static int
reserve_norm(struct scan *scan, size_t more)
{
	return array_room(&scan->norm, &scan->norm_room,
			  scan->norm_len + more, 1);
}

static int
reserve_line(struct scan *scan)
{
	return array_room(&scan->lines, &scan->lines_room, scan->nlines + 1,
			  sizeof(*scan->lines));
}

/*
 * Is this line, which has no words, blank: has it only white space, marks of
 * quoted mail, or one leader of a comment?
 */
static bool
is_blank(const struct reading *r, size_t p, size_t end)
{
	static const char *const leader[] = { "#", "*", "//", ";", "%", "--" };
	size_t from = end, to = end;
	struct character ch;

	while (p < end && (r->text[p] == ' ' ||
			   (r->text[p] >= '\t' && r->text[p] <= '\r')))
		p++;
	for (; p < end; p += ch.len) {
		ch = character_at(r, p);
		if (sign_is_white(ch.info) || ch.c == '>' ||
		    is_ignored(ch.info))
			continue;
		if (from == end)
			from = p;
		else if (to != p)
			return false;
		to = p + ch.len;
		if (to - from > 2)
			return false;
	}
	if (from == end)
		return true;
	for (size_t i = 0; i < sizeof(leader) / sizeof(leader[0]); i++)
		if (strlen(leader[i]) == to - from &&
		    memcmp(r->text + from, leader[i], to - from) == 0)
			return true;
	return false;
}

/* Marks of quoted mail that s[0..len) begins with. */
static uint8_t
quote_depth(const char *s, size_t len)
{
	uint8_t n = 0;

	for (size_t i = 0; i < len && n < UINT8_MAX; i++) {
		if (s[i] == '>')
			n++;
		else if (s[i] != ' ')
			break;
	}
	return n;
}

/* Find out what else than words is on the line at text[p]. */
__attribute__((noinline)) static void
look_at_line(const struct reading *r, size_t p, struct line *l)
{
	l->quote = quote_depth(r->text + p, l->len);
	l->blank = l->nwords == 0 && is_blank(r, p, p + l->len);
}

/* The line that ends before text[end] is complete, its words up to 'norm'. */
static inline int
put_line(struct sink *k, size_t end, size_t norm, uint32_t nwords, bool digits)
{
	struct line *l;
	char first;

	if (reserve_line(k->put.out) != 0)
		return -1;
	l = &k->put.out->lines[k->put.out->nlines++];
	*l = (struct line){
		.off = k->off + k->line,
		.len = (uint32_t)(end - k->line),
		.nwords = nwords,
		.solo2 = k->put.solo2,
		.solo4 = k->put.solo4,
		.extra = k->extra,
		.norm = (uint32_t)k->norm_start,
		.norm_len = (uint32_t)(norm - k->norm_start),
		.digits = digits,
		.ascii = !k->high,
		.begins = true,
	};
	first = k->r.text[k->line];
	if (first == '\n')
		l->blank = true;
	else if (nwords == 0 || first == '>' || first == ' ')
		look_at_line(&k->r, k->line, l);
	k->put.solo2 = 0;
	k->put.solo4 = 0;
	k->extra = 0;
	k->line = end;
	k->norm_start = norm;
	k->high = false;
	return 0;
}

/* Characters, one at a time. */

/* Room that any text of 'len' bytes needs, not counting clusters. */
static size_t
room_for(size_t len)
{
	return 2 * len + 2 * CHUNK;
}

/*
 * Write the byte at text[p], which is not UTF-8.  Two such bytes may be in one
 * word only if they are side by side in the text too.  With a character between
 * them that folds to nothing, they could else become UTF-8.
 */
static void
put_byte(struct sink *k, size_t p)
{
	struct scan *out = k->put.out;

	if (k->bad_norm == out->norm_len && k->bad != p)
		put_end(&k->put);
	put_begin(&k->put, BYTE);
	out->norm[out->norm_len++] = k->r.text[p];
	k->bad = p + 1;
	k->bad_norm = out->norm_len;
}

/*
 * Compose the marks with the starter.  Those that are left stay in order; a
 * mark cannot pass one of its own class.
 */
static void
compose_marks(struct fold *f, struct cluster *cluster)
{
	size_t n = 0;

	if (cluster->starter == 0)
		return;
	for (size_t i = 0; i < cluster->nmarks; i++) {
		struct folded m = cluster->mark[i];
		uint32_t joined = 0;

		if (n == 0 || cluster->mark[n - 1].class != m.class)
			joined = fold_join(f, cluster->starter, m.c);
		if (joined != 0)
			cluster->starter = joined;
		else
			cluster->mark[n++] = m;
	}
	cluster->nmarks = n;
}

/* Write what the cluster holds; there is room. */
static void
flush_cluster(struct sink *k, struct cluster *cluster)
{
	if (cluster->nmarks > 0)
		compose_marks(k->r.fold, cluster);
	if (cluster->starter != 0)
		put_folded(&k->put, cluster->starter);
	for (size_t i = 0; i < cluster->nmarks; i++)
		put_folded(&k->put, cluster->mark[i].c);
	cluster->starter = 0;
	cluster->nmarks = 0;
}

static void
add_starter(struct sink *k, struct cluster *cluster, uint32_t c)
{
	uint32_t joined = 0;

	if (fold_may_join(c) && cluster->starter != 0) {
		compose_marks(k->r.fold, cluster);
		if (cluster->nmarks == 0)
			joined = fold_join(k->r.fold, cluster->starter, c);
	}
	if (joined == 0) {
		flush_cluster(k, cluster);
		cluster->starter = c;
	} else {
		cluster->starter = joined;
	}
}

static void
add_mark(struct sink *k, struct cluster *cluster, struct folded f)
{
	size_t i;

	if (cluster->nmarks == MARKS_MAX)
		flush_cluster(k, cluster);
	for (i = cluster->nmarks++; i > 0; i--) {
		if (cluster->mark[i - 1].class <= f.class)
			break;
		cluster->mark[i] = cluster->mark[i - 1];
	}
	cluster->mark[i] = f;
}

static void
put_head(struct put *p, const struct form *form)
{
	put_begin(p, form->head_kind);
	memcpy(p->out->norm + p->out->norm_len, form->tail + form->ntail,
	       form->head_len);
	p->out->norm_len += form->head_len;
	p->nwords += form->head_words;
	p->solo2 += form->head_solo2;
	p->solo4 += form->head_solo4;
	p->digits |= form->head_digits;
	p->place = form->head_place;
}

/*
 * Add c to the cluster.  Then there is room to flush it, and for 'rest' bytes.
 */
static int
add_char(struct sink *k, struct cluster *cluster, utf8proc_int32_t c,
	 size_t rest)
{
	const struct form *form = fold_form(k->r.fold, (uint32_t)c);
	size_t most;

	if (form == NULL)
		return -1;
	most = form->head_len + 5 * (form->ntail + MARKS_MAX + 2);
	if (reserve_norm(k->put.out, most + room_for(rest)) != 0)
		return -1;
	if (form->head_kind != UNKNOWN)
		put_head(&k->put, form);	/* and the cluster is empty */
	for (uint32_t i = 0; i < form->ntail; i++)
		if (form->tail[i].class == 0)
			add_starter(k, cluster, fold_plain(form->tail[i].c));
		else
			add_mark(k, cluster, form->tail[i]);
	return 0;
}

static bool
joins(struct character ch)
{
	return (ch.info & KIND) == JOINS && !ch.entity;
}

/*
 * Read ch and all that may join it, from *pos on, as one cluster; *next is the
 * first character after it.
 */
static int
put_cluster(struct sink *k, struct character ch, struct character *next,
	  size_t *pos)
{
	struct cluster cluster;

	cluster.starter = 0;
	cluster.nmarks = 0;
	if (add_char(k, &cluster, ch.c, k->r.len - *pos) != 0)
		return -1;
	while (joins(*next)) {
		k->high = true;
		*pos += next->len;
		if (add_char(k, &cluster, next->c, k->r.len - *pos) != 0)
			return -1;
		*next = character_at(&k->r, *pos);
	}
	flush_cluster(k, &cluster);
	return 0;
}

/* Signs. */

/* Remember the state here, to return to it. */
static void
set_mark(struct sink *k, size_t p)
{
	k->mark = (struct mark){
		p, k->put.out->norm_len, k->put, k->extra, k->high,
	};
}

/*
 * Go back to the last mark, or to the line's beginning; returns where that is.
 */
static size_t
go_back(struct sink *k)
{
	struct scan *out = k->put.out;

	k->stop = k->address.from;
	k->bad_norm = SIZE_MAX;
	if (k->mark.p > k->line) {
		k->put = k->mark.put;
		k->extra = k->mark.extra;
		k->high = k->mark.high;
		out->norm_len = k->mark.norm_len;
		out->norm[out->norm_len - 1] = ' ';	/* it may be missing */
		return k->mark.p;
	}
	k->put = (struct put){ .out = out };
	k->extra = 0;
	k->high = false;
	out->norm_len = k->norm_start;
	return k->line;
}

/*
 * Is text[p], an '@' or '/', in an address that is not known yet?  Each stretch
 * is looked at only once.
 */
static bool
finds_address(struct sink *k, size_t p)
{
	if (p < k->address.end || !address_may_be(&k->r, p))
		return false;
	address_find(&k->r, p, &k->address);
	return k->address.from < k->address.to;
}

/* The info of the last character before text[p] that folds to something. */
static uint32_t
info_before(struct sink *k, size_t p)
{
	struct character ch;

	do {
		ch = character_before(&k->r, p);
		p -= ch.len;
	} while (is_ignored(ch.info));
	return ch.info;
}

static bool
is_raised(uint32_t info)
{
	return (info & (SUPER | SUB)) != 0 && (info & KIND) != JOINS;
}

/*
 * Raised digits and digits on the line are never one number: put a sign between
 * them that shows which are which.
 */
static void
put_raised(struct sink *k, struct character ch, size_t p)
{
	uint32_t how = ch.info & (SUPER | SUB), before;

	if (how == 0 && (p == 0 || ((unsigned char)k->r.text[p - 1] < 0x80 &&
				    k->r.text[p - 1] != ';')))
		return;
	before = info_before(k, p);
	if ((before & DIGIT) && (before & (SUPER | SUB)) != how &&
	    k->put.place == INSIDE)
		put_sign(&k->put, how == 0 ? '|' : how == SUB ? '_' : '^');
}

/*
 * Read the address that begins at *p as one word, and count its length beyond
 * one word.
 */
static int
put_address(struct sink *k, size_t *p)
{
	size_t at = *p, runs = 0;
	struct character ch, next = character_at(&k->r, at);
	bool in_run = false;

	put_end(&k->put);
	while (at < k->address.to) {
		ch = next;
		at += ch.len;
		k->high |= (unsigned char)k->r.text[at - 1] >= 0x80;
		next = character_at(&k->r, at);
		if ((ch.info & KIND) == SEPARATOR) {
			put_sign(&k->put, ch.info);
			in_run = false;
			continue;
		}
		runs += !in_run;
		in_run = true;
		if ((ch.info & KIND) == BYTE)
			put_byte(k, at - 1);
		else if ((ch.info & KIND) == LETTER && !joins(next))
			put_folded(&k->put, ch.info);
		else if (put_cluster(k, ch, &next, &at) != 0)
			return -1;
	}
	put_end(&k->put);
	k->extra += runs > 0 ? (uint32_t)runs - 1 : 0;
	k->stop = k->r.len;
	set_mark(k, at);
	*p = at;
	return 0;
}

/* Write the sign ch, of one or several code points; there is room. */
static void
put_counted(struct sink *k, struct character ch, unsigned verdict)
{
	uint32_t c = (ch.info & KIND) == SEVERAL ? (uint32_t)ch.c : ch.info;

	if (verdict & SIGN_JOINS_BEFORE)
		put_reopen(&k->put);
	k->skips = (verdict & SIGN_JOINS_AFTER) != 0;
	if ((verdict & SIGN_IS) == SIGN_SYMBOL) {
		put_symbol(&k->put, c);
	} else if (c == 0x2103 || c == 0x2109) {	/* degrees C, F */
		put_sign(&k->put, 0xb0);
		put_sign(&k->put, c == 0x2103 ? 'c' : 'f');
	} else {
		put_sign(&k->put, c);
	}
}

/* A line of the text ends before text[p]. */
static int
end_line(struct sink *k, size_t p)
{
	int failed;

	put_end(&k->put);
	failed = put_line(k, p, k->put.out->norm_len, k->put.nwords,
			  k->put.digits);
	k->put.nwords = 0;
	k->put.digits = false;
	return failed;
}

#define SIGN_SKIP (SIGN_IS + 1 + SIGN_JOINS_BEFORE + SIGN_JOINS_AFTER)

/* The separator ch at text[start]: does it count as a sign, and how? */
static inline unsigned
verdict_of(struct sink *k, struct character ch, size_t start)
{
	if (k->skips && sign_is_white(ch.info))
		return SIGN_SKIP;
	if (ch.c == ' ' || sign_is_idle(&k->r, start, start + ch.len, &ch))
		return SIGN_GAP;
	return sign_verdict(&k->r, start, &ch);
}

/* For words_read_spans(): words begin or continue at text[from..to). */
static void
add_words(struct sink *k, size_t from, size_t to)
{
	struct word_spans *spans = k->spans;

	for (; k->noted < k->put.nwords; k->noted++) {
		if (array_room(&spans->span, &spans->room, spans->n + 1,
			       sizeof(*spans->span)) != 0) {
			spans->failed = true;
			return;
		}
		spans->span[spans->n++] = (struct word_span){ from, to - from };
	}
	if (k->put.place != OUTSIDE && spans->n > 0)
		spans->span[spans->n - 1].len = to -
			spans->span[spans->n - 1].off;
	k->noted = k->put.nwords;
}

static inline void
note_words(struct sink *k, size_t from, size_t to)
{
	if (k->spans != NULL)
		add_words(k, from, to);
}

/* Reading continues from an earlier place on the line. */
static void
forget_words(struct sink *k)
{
	struct word_spans *spans = k->spans;

	if (spans == NULL)
		return;
	spans->n -= k->noted - k->put.nwords;
	k->noted = k->put.nwords;
}

/*
 * Read a separator, or a character that folds to several, the first of which is
 * a separator.
 */
static int
put_separator(struct sink *k, struct character ch, struct character *next,
	      size_t start, size_t *p)
{
	unsigned verdict = verdict_of(k, ch, start);

	if (verdict == SIGN_SKIP) {
		k->skips = false;
	} else if (verdict != SIGN_GAP) {
		if (is_raised(ch.info))
			put_raised(k, ch, start);
		put_counted(k, ch, verdict);
	} else if ((ch.info & KIND) == SEVERAL || joins(*next)) {
		return put_cluster(k, ch, next, p);
	} else {
		put_end(&k->put);
	}
	return 0;
}

/* Read ch, which is at text[start..*p), and what joins it. */
static inline int
put_character(struct sink *k, struct character ch, struct character *next,
	      size_t start, size_t *p)
{
	uint32_t kind = ch.info & KIND;

	if (ch.c == '\n' && !ch.entity)
		return end_line(k, *p);
	if (kind == SEPARATOR ||
	    (kind == SEVERAL && ch.info >> CLASS_SHIFT != CLASS_PLAIN))
		return put_separator(k, ch, next, start, p);
	if (ch.info & DIGIT && kind != SOLO)
		put_raised(k, ch, start);
	if (kind == BYTE)
		put_byte(k, *p - 1);
	else if (kind == SEVERAL || kind == JOINS || joins(*next))
		return put_cluster(k, ch, next, p);
	else
		put_folded(&k->put, ch.info);
	return 0;
}

/*
 * What the byte after a chunk does to the last byte of the chunk: 1 and 3, a
 * sign may count before it; 4, it is not ASCII, and may change it.  If the
 * value is 2 or more, the slow path does not end before the byte.
 */
static const unsigned char edge[0x100] = {
	['!'] = 3, ['='] = 1, ['&'] = 2,
	['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1, ['4'] = 1, ['5'] = 1,
	['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1,
#define HIGH_4(c) [(c)] = 4, [(c) + 1] = 4, [(c) + 2] = 4, [(c) + 3] = 4
#define HIGH_8(c) HIGH_4(c), HIGH_4((c) + 4)
	HIGH_8(0x80), HIGH_8(0x88), HIGH_8(0x90), HIGH_8(0x98),
	HIGH_8(0xa0), HIGH_8(0xa8), HIGH_8(0xb0), HIGH_8(0xb8),
	HIGH_8(0xc0), HIGH_8(0xc8), HIGH_8(0xd0), HIGH_8(0xd8),
	HIGH_8(0xe0), HIGH_8(0xe8), HIGH_8(0xf0), HIGH_8(0xf8),
};

/*
 * Read characters from *pos to the end of the text or, unless 'all', to two
 * ASCII bytes side by side.  If an address is found that began earlier, *pos is
 * set to where to continue.
 */
static int
read_chars(struct sink *k, size_t *pos, bool all)
{
	const char *s = k->r.text;
	size_t p = *pos, start;
	struct character ch, next = character_at(&k->r, p);
	uint32_t before = SEPARATOR;	/* the last character's info */

	do {
		start = p;
		if (p == k->address.from && p < k->address.to) {
			if (put_address(k, &p) != 0)
				return -1;
			next = character_at(&k->r, p);
			before = SEPARATOR;
			note_words(k, start, p);
			continue;
		}
		ch = next;
		p += ch.len;
		k->high |= (unsigned char)s[p - 1] >= 0x80;
		next = character_at(&k->r, p);
		if ((ch.info & KIND) == SEPARATOR &&
		    (ch.c == '@' || ch.c == '/') && !ch.entity &&
		    finds_address(k, start)) {
			p = go_back(k);
			if (!all)
				break;
			forget_words(k);
			next = character_at(&k->r, p);
			before = SEPARATOR;
			continue;
		}
		if (put_character(k, ch, &next, start, &p) != 0)
			return -1;
		if (!is_ignored(ch.info))
			before = ch.info;
		note_words(k, start, p);
	} while (p < k->r.len &&
		 (all || edge[(unsigned char)s[p]] >= 2 ||
		  (p + 1 < k->r.len && (unsigned char)s[p + 1] >= 0x80) ||
		  k->skips || is_raised(before)));
	if (!all && k->put.place >= AFTER_SOLO)
		put_end(&k->put);
	*pos = p;
	return 0;
}

/* The fast path. */

/* The lowest n bits, n < 64. */
BODY uint64_t
low_bits(unsigned n)
{
	return ((uint64_t)1 << n) - 1;
}

/* A bit per byte of a chunk. */
struct masks {
	uint64_t high, word, newline;
	uint64_t facts;		/* digits, and signs that may count */
	bool rare;		/* some bytes are high, or facts */
};

/* A bit per byte of a chunk in which there are facts. */
struct facts {
	uint64_t digit;
	uint64_t sign;		/* neither space nor control; also set for
				 * words */
	uint64_t special;	/* # $ % & + < = > @ ^ | ~ */
	uint64_t ratio;		/* * - / : */
	uint64_t dash;		/* of these, * - / */
};

enum { IS_SPECIAL = 1, IS_RATIO = 2, IS_BANG = 4 };

static const unsigned char fact[0x80] = {
	['#'] = IS_SPECIAL, ['$'] = IS_SPECIAL,
	['%'] = IS_SPECIAL, ['&'] = IS_SPECIAL, ['+'] = IS_SPECIAL,
	['<'] = IS_SPECIAL, ['='] = IS_SPECIAL, ['>'] = IS_SPECIAL,
	['@'] = IS_SPECIAL, ['^'] = IS_SPECIAL, ['|'] = IS_SPECIAL,
	['~'] = IS_SPECIAL,
	['!'] = IS_BANG,
	['*'] = IS_RATIO, ['-'] = IS_RATIO, ['/'] = IS_RATIO,
	[':'] = IS_RATIO,
};

#ifdef __SSE2__
/*
 * Masks of the 64 bytes at s, and their lower case to 'low', with a space for
 * each byte that is not part of a word.
 */
BODY struct masks
look(const char *s, char *low)
{
	struct masks m = { 0, 0, 0, 0, false };

	for (unsigned i = 0; i < 4; i++) {
		__m128i c = _mm_loadu_si128((const __m128i *)s + i);
		__m128i l = _mm_or_si128(c, _mm_set1_epi8(0x20));
		/* Signed compares: shift the range to the very bottom. */
		__m128i alpha = _mm_cmplt_epi8(
			_mm_add_epi8(l, _mm_set1_epi8((char)(0x80 - 'a'))),
			_mm_set1_epi8((char)(0x80 + 26)));
		__m128i digit = _mm_cmplt_epi8(
			_mm_add_epi8(c, _mm_set1_epi8((char)(0x80 - '0'))),
			_mm_set1_epi8((char)(0x80 + 10)));
		__m128i word = _mm_or_si128(alpha, digit);
		__m128i nl = _mm_cmpeq_epi8(c, _mm_set1_epi8('\n'));
		/* # $ % &; < = >; + - / and ); @ and `; | ~ and brackets */
		__m128i sign = _mm_cmplt_epi8(
			_mm_add_epi8(c, _mm_set1_epi8((char)(0x80 - '#'))),
			_mm_set1_epi8((char)(0x80 + 4)));

		sign = _mm_or_si128(sign, _mm_cmplt_epi8(
			_mm_add_epi8(c, _mm_set1_epi8((char)(0x80 - '<'))),
			_mm_set1_epi8((char)(0x80 + 3))));
		sign = _mm_or_si128(sign, _mm_cmpeq_epi8(
			_mm_or_si128(c, _mm_set1_epi8(6)),
			_mm_set1_epi8('/')));
		sign = _mm_or_si128(sign, _mm_cmpeq_epi8(l,
			_mm_set1_epi8('`')));
		sign = _mm_or_si128(sign, _mm_cmpgt_epi8(l,
			_mm_set1_epi8('z')));
		sign = _mm_or_si128(sign, digit);
		_mm_storeu_si128((__m128i *)low + i,
			_mm_or_si128(_mm_and_si128(word, l),
				_mm_andnot_si128(word, _mm_set1_epi8(' '))));
		m.high |= (uint64_t)(unsigned)_mm_movemask_epi8(c) << 16 * i;
		m.word |= (uint64_t)(unsigned)_mm_movemask_epi8(word) << 16 * i;
		m.facts |= (uint64_t)(unsigned)_mm_movemask_epi8(sign)
			   << 16 * i;
		m.newline |= (uint64_t)(unsigned)_mm_movemask_epi8(nl)
			     << 16 * i;
	}
	m.rare = (m.high | m.facts) != 0;
	return m;
}
#else
static inline struct masks
look(const char *s, char *low)
{
	struct masks m = { 0, 0, 0, 0, false };

	for (unsigned i = 0; i < CHUNK; i++) {
		unsigned char c = (unsigned char)s[i], l = c | 0x20;
		uint64_t bit = (uint64_t)1 << i;
		bool digit = c >= '0' && c <= '9';
		bool word = digit || (l >= 'a' && l <= 'z');

		low[i] = word ? (char)l : ' ';
		m.high |= c >= 0x80 ? bit : 0;
		m.word |= word ? bit : 0;
		m.facts |= digit || (fact[c & 0x7f] & ~IS_BANG) ? bit : 0;
		m.newline |= c == '\n' ? bit : 0;
	}
	m.rare = (m.high | m.facts) != 0;
	return m;
}
#endif

/* The facts of the 64 bytes at s. */
static struct facts
look_facts(const char *s)
{
	struct facts f = { 0, 0, 0, 0, 0 };

	for (unsigned i = 0; i < CHUNK; i++) {
		unsigned char c = (unsigned char)s[i];
		uint64_t bit = (uint64_t)1 << i;

		if (c <= ' ' || c >= 0x80)
			continue;
		f.sign |= bit;
		f.digit |= c >= '0' && c <= '9' ? bit : 0;
		f.special |= fact[c] & IS_SPECIAL ? bit : 0;
		f.ratio |= fact[c] & IS_RATIO ? bit : 0;
		f.dash |= fact[c] & IS_RATIO && c != ':' ? bit : 0;
	}
	return f;
}

BODY void
copy(char *to, const char *from)
{
	memcpy(to, from, CHUNK);
}

#ifdef WIDEST
WIDE BODY void
copy_wide(char *to, const char *from)
{
	__m256i a = _mm256_loadu_si256((const __m256i *)from);
	__m256i b = _mm256_loadu_si256((const __m256i *)from + 1);

	_mm256_storeu_si256((__m256i *)to, a);
	_mm256_storeu_si256((__m256i *)to + 1, b);
}
#endif

/*
 * Move the kept bytes of a chunk together.  The 64 bytes after each run of
 * dropped bytes are copied over that run; so this writes up to 64 bytes too
 * far, and reads up to 64 bytes past the chunk.
 *
 *	low	t h e _ _ c a b l e _ _ _ g o e s
 *	to	t h e _ c a b l e _ _ _ g o e s
 *	to	t h e _ c a b l e _ g o e s
 */
BODY char *
squeeze(char *to, const char low[2 * CHUNK], uint64_t keep,
	void (*copy_chunk)(char *, const char *))
{
	uint64_t drop = ~keep;

	copy_chunk(to, low);
	while (drop != 0) {
		uint64_t carry = drop + (drop & -drop);	/* after the run */
		size_t first = (size_t)__builtin_ctzll(drop), end;

		if (carry == 0)
			return to + first;
		end = (size_t)__builtin_ctzll(carry);
		copy_chunk(to + first, low + end);
		to -= end - first;
		drop &= carry;
	}
	return to + CHUNK;
}

BODY uint32_t
bits(uint64_t mask)
{
	return (uint32_t)__builtin_popcountll(mask);
}

#ifdef WIDEST
/*
 * The kinds of a byte: those that both its halves have in their tables of 16
 * entries.  A byte over 0x7f has none.
 */
WIDE BODY __m256i
kinds_wide(__m256i c, __m128i low_half, __m128i high_half)
{
	__m256i high = _mm256_and_si256(_mm256_srli_epi16(c, 4),
					_mm256_set1_epi8(0xf));

	return _mm256_and_si256(
		_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(low_half), c),
		_mm256_shuffle_epi8(_mm256_broadcastsi128_si256(high_half),
				    high));
}

WIDE BODY uint64_t
mask_wide(__m256i v, unsigned i)
{
	return (uint64_t)(unsigned)_mm256_movemask_epi8(v) << 32 * i;
}

#define TWICE(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p) \
	{ a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, \
	  a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p }
#define ALL(c) TWICE(c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c)

/*
 * Constants that look_wide() reads from memory.  Otherwise the compiler would
 * make each anew for each chunk, in three instructions.  The kinds are 0x80:
 * 0-9.  1: # $ % & + - /.  2: < = >.  4: @.  8: ^ ~.  16: |.
 */
struct constants {
	unsigned char space[32], nibble[32], minus_a[32], z[32], newline[32];
	unsigned char most[32], low_half[32], high_half[32];
};

static const struct constants constants_wide __attribute__((aligned(32))) = {
	.space = ALL(' '), .nibble = ALL(0xf), .minus_a = ALL(0x100 - 'a'),
	.z = ALL(25), .newline = ALL('\n'), .most = ALL(0x7f),
	.low_half = TWICE(0x84, 0x80, 0x80, 0x81, 0x81, 0x81, 0x81, 0x80,
			  0x80, 0x80, 0, 1, 2 + 16, 1 + 2, 2 + 8, 1),
	.high_half = TWICE(0, 0, 1, 0x82, 4, 8, 0, 8 + 16, 0, 0, 0, 0, 0, 0,
			   0, 0),
};

#define CONSTANT(name) _mm256_load_si256((const __m256i *)constants->name)

/* The same, 32 bytes in a register. */
WIDE BODY struct masks
look_wide(const char *s, char *low, const struct constants *constants)
{
	struct masks m = { 0, 0, 0, 0, false };
	__m256i rare = _mm256_setzero_si256();

	for (unsigned i = 0; i < 2; i++) {
		__m256i c = _mm256_loadu_si256((const __m256i *)s + i);
		__m256i l = _mm256_or_si256(c, CONSTANT(space));
		__m256i from_a = _mm256_add_epi8(l, CONSTANT(minus_a));
		__m256i alpha = _mm256_cmpeq_epi8(from_a,
			_mm256_min_epu8(from_a, CONSTANT(z)));
		__m256i half = _mm256_and_si256(_mm256_srli_epi16(c, 4),
						CONSTANT(nibble));
		__m256i kinds = _mm256_and_si256(
			_mm256_shuffle_epi8(CONSTANT(low_half), c),
			_mm256_shuffle_epi8(CONSTANT(high_half), half));
		__m256i word = _mm256_or_si256(alpha, kinds);
		__m256i nl = _mm256_cmpeq_epi8(c, CONSTANT(newline));

		_mm256_storeu_si256((__m256i *)low + i,
			_mm256_blendv_epi8(CONSTANT(space), l, word));
		m.high |= mask_wide(c, i);
		m.word |= mask_wide(word, i);
		m.facts |= mask_wide(_mm256_adds_epu8(kinds, CONSTANT(most)),
				     i);
		m.newline |= mask_wide(nl, i);
		/* One test for all, since few chunks need the masks. */
		rare = _mm256_or_si256(rare, _mm256_or_si256(kinds,
			_mm256_andnot_si256(CONSTANT(most), c)));
	}
	m.rare = !_mm256_testz_si256(rare, rare);
	return m;
}

WIDE static struct facts
look_facts_wide(const char *s)
{
	/*
	 * 1: 0-9.  2: # $ % & +.  4: < = >.  8: @.  16: ^ ~.  32: |.
	 * 64: * - /.  128: :.
	 */
	const __m128i low_half = _mm_setr_epi8(1 + 8, 1, 1, 1 + 2, 1 + 2,
		1 + 2, 1 + 2, 1, 1, 1, (char)(64 + 128), 2, 4 + 32, 64 + 4,
		4 + 16, 64);
	const __m128i high_half = _mm_setr_epi8(0, 0, 64 + 2,
		(char)(128 + 4 + 1), 8, 16, 0, 16 + 32, 0, 0, 0, 0, 0, 0, 0,
		0);
	struct facts f = { 0, 0, 0, 0, 0 };

	for (unsigned i = 0; i < 2; i++) {
		__m256i c = _mm256_loadu_si256((const __m256i *)s + i);
		__m256i kinds = kinds_wide(c, low_half, high_half);
		__m256i special = _mm256_and_si256(kinds,
						   _mm256_set1_epi8(0x3e));

		f.digit |= mask_wide(_mm256_slli_epi16(kinds, 7), i);
		f.special |= mask_wide(_mm256_adds_epu8(special,
			_mm256_set1_epi8(0x7f)), i);
		f.ratio |= mask_wide(_mm256_adds_epu8(kinds,
			_mm256_set1_epi8(0x40)), i);
		f.dash |= mask_wide(_mm256_slli_epi16(kinds, 1), i);
		f.sign |= mask_wide(_mm256_cmpgt_epi8(c,
			_mm256_set1_epi8(' ')), i);
	}
	return f;
}

/* The same, and squeeze(), 64 bytes in a register. */
WIDEST BODY struct masks
look_widest(const char *s, char *low)
{
	__m512i c = _mm512_loadu_si512(s);
	__m512i l = _mm512_or_si512(c, _mm512_set1_epi8(0x20));
	uint64_t alpha = _mm512_cmplt_epu8_mask(
		_mm512_sub_epi8(l, _mm512_set1_epi8('a')),
		_mm512_set1_epi8(26));
	uint64_t digit = _mm512_cmplt_epu8_mask(
		_mm512_sub_epi8(c, _mm512_set1_epi8('0')),
		_mm512_set1_epi8(10));
	struct masks m;

	m.word = alpha | digit;
	m.facts = digit |
		  _mm512_cmplt_epu8_mask(
			_mm512_sub_epi8(c, _mm512_set1_epi8('#')),
			_mm512_set1_epi8(4)) |
		  _mm512_cmplt_epu8_mask(
			_mm512_sub_epi8(c, _mm512_set1_epi8('<')),
			_mm512_set1_epi8(3)) |
		  _mm512_cmpeq_epi8_mask(
			_mm512_or_si512(c, _mm512_set1_epi8(6)),
			_mm512_set1_epi8('/')) |
		  _mm512_cmpeq_epi8_mask(l, _mm512_set1_epi8('`')) |
		  _mm512_cmpgt_epi8_mask(l, _mm512_set1_epi8('z'));
	m.high = _mm512_movepi8_mask(c);
	m.rare = (m.high | m.facts) != 0;
	m.newline = _mm512_cmpeq_epi8_mask(c, _mm512_set1_epi8('\n'));
	_mm512_storeu_si512(low, _mm512_mask_blend_epi8(m.word,
		_mm512_set1_epi8(' '), l));
	return m;
}

WIDEST BODY char *
squeeze_widest(char *to, const char *low, uint64_t keep)
{
	_mm512_storeu_si512(to, _mm512_maskz_compress_epi8(keep,
		_mm512_loadu_si512(low)));
	return to + __builtin_popcountll(keep);
}
#endif

/* What count_signs() found in a chunk. */
struct counted {
	uint64_t part;		/* signs that are parts of words, and ... */
	uint64_t drop;		/* ... spaces between words that are one */
	unsigned n;		/* bytes of the chunk to read */
	bool reopen;		/* the last word continues in this chunk */
	bool back;		/* an address began before the chunk */
};

/*
 * May the sign at s[0] count although the chunk has no digit and no sign of an
 * operator? s[1] is ASCII too, and s[2] is not.
 */
static inline bool
may_count(const char *s)
{
	return s[1] > ' ' || fact[s[0] & 0x7f] != 0;
}

/* Is it a quote, a dash, or an ellipsis: U+20xx? */
static inline bool
is_quote(unsigned char third)
{
	return third == 0x98 || third == 0x99 || third == 0x9c ||
	       third == 0x9d || third == 0xa6;
}

/*
 * Is there a typographic mark at s[at] that separates words, whatever else is
 * around it?  It is a quote before a letter or a space, or a dash between
 * words, so that there is no need to ask sign_verdict().
 */
static inline bool
is_plain_mark(const char *s, unsigned at)
{
	const unsigned char *u = (const unsigned char *)s + at;

	if (u[0] != 0xe2 || u[1] != 0x80)
		return false;
	if (is_quote(u[2]))
		return u[3] <= ' ' || is_ascii_letter(u[3]);
	if ((u[2] != 0x93 && u[2] != 0x94) || at == 0)
		return false;
	return is_ascii_letter(u[3]) ? is_ascii_letter(u[-1]) :
	       u[3] == ' ' && u[-1] == ' ' && is_ascii_letter(u[4]) &&
	       is_ascii_letter(u[5]);
}

/*
 * How many of the first n bytes of a chunk come before one that is not ASCII;
 * the last of these is left out, since the next may change it.  Plain marks on
 * the first line of the chunk are passed over, and set *is_high.
 */
static inline unsigned
plain_bytes(const char *s, unsigned n, struct masks *m, unsigned next,
	    bool *is_high)
{
	unsigned high = n;

	while (m->high != 0) {
		high = (unsigned)__builtin_ctzll(m->high);
		if (high + 6 > n || (m->newline & low_bits(high)) != 0 ||
		    !is_plain_mark(s, high))
			break;
		m->high &= ~((uint64_t)7 << high);
		*is_high = true;
	}
	if (m->high != 0) {
		if (high <= n) {
			n = high - (high > 0);
			m->facts &= low_bits(n + 1);
		}
		if (n > 0 && !(m->word >> (n - 1) & 1))
			m->facts |= may_count(s + n - 1);
	} else if (next >= 0x80 && n == CHUNK) {
		n--;
	}
	return n;
}

/* The byte of the text at p, if it is there. */
static unsigned char
byte_at(const struct reading *r, size_t p)
{
	return p < r->len ? (unsigned char)r->text[p] : 0;
}

/*
 * The places in a chunk at which a sign may count: more than those at which it
 * does, but few in prose.  'word' is as in struct masks; 'last' and 'next' are
 * the bytes before and after the chunk.
 */
static uint64_t
candidates(const struct facts *f, uint64_t word, unsigned char last,
	   unsigned char next)
{
	const uint64_t end = (uint64_t)1 << (CHUNK - 1);
	bool digit = next >= '0' && next <= '9';
	bool letter = (unsigned)((next | 0x20) - 'a') < 26;
	uint64_t sign = f->sign & ~word, space = ~f->sign;
	uint64_t before_digit = f->digit >> 1 | (digit ? end : 0);
	uint64_t before_word = word >> 1 | (digit || letter ? end : 0);
	uint64_t before_space = space >> 1 | (next <= ' ' ? end : 0);
	uint64_t before_sign = ~(before_word | before_space);
	uint64_t before_special = f->special >> 1 |
		(next < 0x80 && fact[next] & IS_SPECIAL ? end : 0);
	/* Signs before one that counts before a digit, or makes an operator. */
	uint64_t sooner = (sign & (before_digit | before_special)) >> 1 |
			  (before_sign & end);
	uint64_t later = f->special << 1 | (f->special << 2 & sign << 1);
	uint64_t begins = f->digit << 1 & (before_sign | before_digit);
	/* An operator may begin before the chunk. */
	uint64_t first = 7;

	if (last < 0x80 && last != ';' && fact[last] == 0)
		first &= before_digit | before_sign | f->ratio;
	return f->special |
	       (sign & (before_special | later | begins | begins << 1 | first |
			(before_digit & ~(word << 1)) |
			(sooner & before_sign))) |
	       (f->ratio & before_space & space << 1 & f->sign << 2) |
	       (f->dash & ((word << 1 & ~before_word) | before_digit |
			   sooner | (f->ratio << 1 & word << 2)));
}

/* Is it the colon or the hyphen of a word, and not the minus of A- ? */
static inline bool
is_mark_of_word(const struct reading *r, size_t p)
{
	unsigned char before = p > 0 ? (unsigned char)r->text[p - 1] : 0;
	unsigned char after = byte_at(r, p + 1);

	return after == ' ' && before >= 'A' && before < 0x80 &&
	       (r->text[p] != '-' || (before >= 'a' && before <= 'z'));
}

/*
 * The signs that count among the first n bytes, all ASCII, of the chunk at
 * text[p].  They are written to 'low' unchanged.  If the slow path has to see a
 * byte, fewer are read.
 */
static void
count_signs(struct sink *k, size_t p, unsigned n, const struct facts *f,
	    uint64_t word, char *low, struct counted *to)
{
	struct counted got = { .n = n };
	uint64_t some = candidates(f, word, p > 0 ? byte_at(&k->r, p - 1) : 0,
				   byte_at(&k->r, p + CHUNK));

	/* A byte that is not ASCII may make these count. */
	if (n < CHUNK)
		some |= f->sign & ~word & (n >= 3 ? (uint64_t)7 << (n - 3) : 7);

	for (; some != 0; some &= some - 1) {
		unsigned i = (unsigned)__builtin_ctzll(some), verdict;
		uint64_t bit = some & -some;
		char c = k->r.text[p + i];
		struct character ch = { c, SEPARATOR | (uint32_t)c, 1, false };
		uint32_t entity;

		if (i >= got.n)
			break;
		if (fact[c & 0x7f] == IS_RATIO && is_mark_of_word(&k->r, p + i))
			continue;
		if (c == '&' && entity_at(k->r.text + p + i,
					  k->r.len - p - i, &entity) > 0) {
			got.n = i;
			break;
		}
		if ((c == '@' || c == '/') && finds_address(k, p + i)) {
			got.back = k->address.from < p;
			got.n = (unsigned)(k->address.from - p);
			break;
		}
		verdict = sign_verdict(&k->r, p + i, &ch);
		if (verdict == SIGN_GAP)
			continue;
		if (verdict & SIGN_JOINS_AFTER) {
			char after = (char)byte_at(&k->r, p + i + 1);

			if (i + 1 >= got.n || after == '&') {
				got.n = i;
				break;
			}
			got.drop |= bit << 1;
		}
		if (verdict & SIGN_JOINS_BEFORE) {
			got.reopen |= i <= 1;
			got.drop |= bit >> 1;
		}
		got.part |= bit;
		low[i] = c;
	}
	*to = got;
}

/* The loop over chunks, for each instruction set. */
#define READ_TEXT read_text
#define LOOK look
#define LOOK_FACTS look_facts
#define SQUEEZE(to, low, keep) squeeze(to, low, keep, copy)
#include "words_loop.h"

#ifdef WIDEST
#define READ_TEXT WIDE read_text_wide
#define LOOK(s, low) look_wide(s, low, constants)
#define CONSTANTS &constants_wide
#define LOOK_FACTS look_facts_wide
#define SQUEEZE(to, low, keep) squeeze(to, low, keep, copy_wide)
#include "words_loop.h"

#define READ_TEXT WIDEST read_text_widest
#define LOOK look_widest
#define LOOK_FACTS look_facts_wide
#define SQUEEZE squeeze_widest
#include "words_loop.h"
#endif

static int
read_text_plain(struct sink *k)
{
	size_t p = 0;

	return k->r.len > 0 ? read_chars(k, &p, true) : 0;
}

/* The fastest that the machine has. */
static int
read_fast(struct sink *k, enum vectors vectors)
{
	switch (vectors) {
#ifdef WIDEST
	case VECTORS_WIDEST:
		return read_text_widest(k);
	case VECTORS_WIDE:
		return read_text_wide(k);
#endif
	default:
		return read_text(k);
	}
}

/*
 * Is the character at s[0..len), of a folded word, a digit of any script?  *n
 * becomes its length in bytes.
 */
static bool
is_digit(struct fold *f, const char *s, size_t len, size_t *n)
{
	utf8proc_int32_t c;

	*n = decode((const unsigned char *)s, len, &c);
	if (*n == 0) {
		*n = 1;
		return false;
	}
	return (fold_info(f, (uint32_t)c) & DIGIT) != 0;
}

/* Where the digit after the signs of a number at norm[from] is, or 'from'. */
static size_t
after_signs(struct fold *f, const char *norm, size_t from, size_t end)
{
	size_t at = from, n;

	for (int i = 0; i < 3 && norm[at] != ' '; i++) {
		if (!loose_is_fact(norm + at, end - at))
			return from;
		is_digit(f, norm + at, end - at, &n);
		at += n;
		if (is_digit(f, norm + at, end - at, &n))
			return at;
	}
	return from;
}

/*
 * Replace every run of numbers on a line, with the signs between digits, by one
 * "0", and move the line's words to 'to'.
 */
static size_t
fold_line(struct fold *f, struct line *l, char *norm, size_t to)
{
	size_t from = l->norm, end = from + l->norm_len;
	bool was_number = false;

	l->norm = (uint32_t)to;
	l->nwords = 0;
	while (from < end) {
		size_t start = to, n;
		bool number, in_number = false;

		for (; norm[from] != ' '; from += n) {
			bool digit = is_digit(f, norm + from, end - from, &n);

			if (!digit && in_number) {
				size_t next = after_signs(f, norm, from, end);

				if (next > from) {
					n = next - from;
					continue;
				}
			}
			if (!digit) {
				memmove(norm + to, norm + from, n);
				to += n;
			} else if (!in_number) {
				norm[to++] = '0';
			}
			in_number = digit;
		}
		number = in_number && to == start + 1;
		if (number && was_number) {
			to = start;	/* 1 204 is one number */
		} else {
			norm[to++] = ' ';
			l->nwords++;
		}
		was_number = number;
		from++;
	}
	l->norm_len = (uint32_t)(to - l->norm);
	l->digits = false;
	return to;
}

/* Fold the digits of the lines from number 'first' on, in place. */
static void
fold_digits(struct fold *f, struct scan *out, size_t first)
{
	size_t to = first < out->nlines ? out->lines[first].norm : 0;

	for (size_t i = first; i < out->nlines; i++) {
		struct line *l = &out->lines[i];

		if (l->digits) {
			to = fold_line(f, l, out->norm, to);
			continue;
		}
		memmove(out->norm + to, out->norm + l->norm, l->norm_len);
		l->norm = (uint32_t)to;
		to += l->norm_len;
	}
	if (first < out->nlines)
		out->norm_len = to;
}

static int
read_with(struct words_reader *w, bool plain, struct scan *out,
	  struct word_spans *spans, const char *text, size_t len,
	  uint64_t off)
{
	size_t nlines = out->nlines, norm_len = out->norm_len;
	struct sink k = {
		.put.out = out, .r = { &w->fold, text, len },
		.off = off, .norm_start = norm_len, .stop = len,
		.bad_norm = SIZE_MAX, .spans = spans,
	};

	if (reserve_norm(out, room_for(len)) != 0 ||
	    (plain ? read_text_plain(&k) : read_fast(&k, w->vectors)) != 0)
		goto fail;
	put_end(&k.put);
	if (k.line < len &&
	    put_line(&k, len, out->norm_len, k.put.nwords, k.put.digits) != 0)
		goto fail;
	if (w->fold_digits)
		fold_digits(&w->fold, out, nlines);
	return 0;
fail:
	out->nlines = nlines;
	out->norm_len = norm_len;
	errno = ENOMEM;
	return -1;
}

int
words_read(struct words_reader *w, struct scan *out, const char *text,
	   size_t len, uint64_t off)
{
	return read_with(w, false, out, NULL, text, len, off);
}

int
words_read_plain(struct words_reader *w, struct scan *out, const char *text,
		 size_t len, uint64_t off)
{
	return read_with(w, true, out, NULL, text, len, off);
}

int
words_read_spans(struct words_reader *w, struct scan *out,
		 struct word_spans *spans, const char *text, size_t len,
		 uint64_t off)
{
	size_t n = spans->n;

	spans->failed = false;
	if (read_with(w, true, out, spans, text, len, off) != 0)
		return -1;
	if (spans->failed) {
		errno = ENOMEM;
		return -1;
	}
	for (; n < spans->n; n++)
		spans->span[n].off += off;
	return 0;
}

int
words_skip(struct scan *out, size_t len, uint64_t off, bool begins)
{
	if (reserve_line(out) != 0)
		return -1;
	out->lines[out->nlines++] = (struct line){
		.off = off,
		.len = (uint32_t)len,
		.norm = (uint32_t)out->norm_len,
		.oversize = true,
		.begins = begins,
	};
	return 0;
}
