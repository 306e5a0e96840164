/* Samples: a removal and the copy that stays, side by side. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "page_parts.h"
#include "word_diff.h"

#define LINES_UNIT 18	/* lines shown of a unit */
#define LINES_AROUND 5	/* ... of what stands before it, and after it */
#define STAYS_MOST (SAMPLE_UNIT + SAMPLE_UNIT / 2)	/* bytes of the copy */

struct showing {
	struct page *p;
	struct word_diff diff;
	struct dedup_words *words;
	bool no_memory;
};

/* The first lines of a text. */
static size_t
first_lines(const char *s, size_t len, size_t lines)
{
	size_t n = 0;

	while (n < len && lines > 0)
		lines -= s[n++] == '\n';
	return n;
}

/* Where the last lines of a text begin. */
static size_t
last_lines(const char *s, size_t len, size_t lines)
{
	size_t n = len;

	while (n > 0 && lines + (s[n - 1] != '\n') > 0) {
		lines -= s[n - 1] == '\n';
		n--;
	}
	return n;
}

/* Skip what is left of a character that was cut off. */
static size_t
whole_from(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && n < 3 && ((unsigned char)s[n] & 0xc0) == 0x80)
		n++;
	return n;
}

/* The length of a text without a character that is cut off at its end. */
static size_t
whole_to(const char *s, size_t len)
{
	for (size_t n = 1; n <= 4 && n <= len; n++) {
		unsigned char c = (unsigned char)s[len - n];
		size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

		if ((c & 0xc0) != 0x80)
			return need > n ? len - n : len;
	}
	return len;
}

/* What stands before: from the begin of a word on, if it was cut off. */
static void
put_before(struct html *h, const char *s, size_t len)
{
	size_t from = last_lines(s, len, LINES_AROUND);
	const char *blank = NULL;

	if (from == 0 && len == SAMPLE_AROUND) {
		from = whole_from(s, len);
		blank = memchr(s, ' ', len);
	}
	if (blank != NULL)
		from = (size_t)(blank - s);
	if (from == len)
		return;
	html_put(h, blank != NULL ? "<span>\xe2\x80\xa6" : "<span>");
	html_text(h, s + from, len - from);
	html_put(h, "</span>");
}

static void
put_after(struct html *h, const char *s, size_t len)
{
	len = whole_to(s, first_lines(s, len, LINES_AROUND));
	while (len > 0 && (s[len - 1] == '\n' || s[len - 1] == '\r'))
		len--;
	if (len == 0)
		return;
	html_put(h, "<span>");
	html_text(h, s, len);
	html_put(h, "</span>");
}

/* Text from 'at' up to 'to', of which [off, off + len) is marked: the new 'at'. */
static size_t
put_marked(struct html *h, const char *s, size_t at, size_t off, size_t len,
	   size_t to)
{
	if (off < at || off + len > to || len == 0)
		return at;
	html_text(h, s + at, off - at);
	html_put(h, "<b>");
	html_text(h, s + off, len);
	html_put(h, "</b>");
	return off + len;
}

/* A text with the words that differ marked; 'other': those of the witness. */
static void
put_differing(struct html *h, const struct word_diff *d, bool other,
	      const char *s, size_t len)
{
	size_t at = 0;

	for (size_t i = 0; i < d->n; i++) {
		const struct word_change *c = &d->change[i];

		at = put_marked(h, s, at, other ? c->other_off : c->off,
				other ? c->other_len : c->len, len);
	}
	html_text(h, s + at, len - at);
}

static bool
is_same_words(const struct sample *s)
{
	return s->removal.resemblance >= 1;
}

/* Where the first blank line begins; 'len' if there is none. */
static size_t
before_blank_line(const char *s, size_t len)
{
	size_t end = len;
	bool blank = false;	/* so far in this line, which is not the first */

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\n' && blank)
			return end;
		if (s[i] == '\n') {
			blank = true;
			end = i + 1;
		} else if (s[i] != ' ' && s[i] != '\t' && s[i] != '\r') {
			blank = false;
		}
	}
	return len;
}

/*
 * How much of the text at the witness is the copy: as many words as were
 * removed, and what is left of that line; but not another block.
 */
static size_t
copy_len(struct showing *show, const struct sample *s, const char *text,
	 size_t len)
{
	const char *unit = s->text + s->before;
	const struct dedup_word *words;
	size_t n, most = len < STAYS_MOST ? len : STAYS_MOST, end;

	if (before_blank_line(unit, s->unit) == s->unit)
		most = before_blank_line(text, most);
	if (dedup_words_read(show->words, unit, s->unit, SIZE_MAX, &words,
			     &n) != DEDUP_OK || n == 0)
		return first_lines(text, most, 1);
	end = n;
	if (dedup_words_read(show->words, text, most, end, &words, &n) !=
	    DEDUP_OK || n == 0)
		return first_lines(text, most, 1);
	end = n < end ? n : end;
	end = words[end - 1].off + words[end - 1].len;
	return end + first_lines(text + end, most - end, 1);
}

static void
put_stays(struct showing *show, const struct sample *s)
{
	struct page *p = show->p;
	struct html *h = &p->h;
	struct passage found;
	const char *text;
	size_t len, copy;

	html_put(h, "<div><h4><b>Stays</b> ");
	page_place(p, &s->removal.witness);
	html_put(h, "</h4>");
	show->diff.n = 0;
	if (!company_find(&p->r->company, &s->removal.witness,
			  STAYS_MOST + SAMPLE_AROUND, &found)) {
		html_put(h, "<p class=\"soft\">Its text is no longer at "
			 "hand.</p></div>");
		return;
	}
	text = found.text + found.at;
	len = found.len - found.at;
	copy = copy_len(show, s, text, len);
	if (!is_same_words(s) &&
	    word_diff(&show->diff, s->text + s->before, s->unit, text, copy))
		show->no_memory = true;
	html_put(h, "<p class=\"text\" dir=\"auto\">");
	put_before(h, found.text, found.at);
	html_put(h, "<mark>");
	put_differing(h, &show->diff, true, text,
		      whole_to(text, first_lines(text, copy, LINES_UNIT)));
	html_put(h, "</mark>");
	len -= copy;
	put_after(h, text + copy, len < SAMPLE_AROUND ? len : SAMPLE_AROUND);
	html_put(h, "</p></div>");
}

static void
put_removed(struct showing *show, const struct sample *s)
{
	const char *unit = s->text + s->before, *after = unit + s->unit;
	struct dedup_place at = { .document = s->document,
				  .line = s->removal.line };
	size_t len = first_lines(unit, s->unit, LINES_UNIT);
	struct html *h = &show->p->h;

	html_put(h, "<div><h4><b>Removed</b> ");
	page_place(show->p, &at);
	html_put(h, "</h4><p class=\"text\" dir=\"auto\">");
	put_before(h, s->text, s->before);
	html_put(h, "<del>");
	put_differing(h, &show->diff, false, unit, whole_to(unit, len));
	html_put(h, "</del>");
	if (s->len > len) {
		html_put(h, "<span>\n[\xe2\x80\xa6 ");
		html_bytes(h, s->len - len);
		html_put(h, " more]</span>");
	} else {
		put_after(h, after, s->after);
	}
	html_put(h, "</p></div>");
}

static void
put_facts(struct page *p, const struct sample *s)
{
	const char *name = dedup_reason_name(s->removal.reason);
	struct html *h = &p->h;

	html_format(h, "<article class=\"card sample\" data-kind=\"%s %s\">"
		    "<header><span><span class=\"dot %s\"></span>%s</span>",
		    name, genre_name(s->genre), name, reason_title(name));
	if (!is_same_words(s))
		html_format(h, "<span>similarity %.2f</span>",
			    s->removal.resemblance);
	if (s->removal.documents > 0) {
		html_put(h, "<span>in ");
		html_number(h, s->removal.documents);
		html_put(h, " documents</span>");
	}
	if (s->genre != GENRE_PROSE)
		html_format(h, "<span>looks like %s</span>",
			    genre_name(s->genre));
	html_put(h, "</header><div class=\"pair\">");
}

/*
 * What is removed stands first, but what differs in it is known only once the
 * copy was found: that is put, taken off, and put behind.
 */
static int
put_sample(struct showing *show, const struct sample *s)
{
	struct html *h = &show->p->h;
	size_t begin, len;
	char *stays;

	put_facts(show->p, s);
	begin = h->len;
	put_stays(show, s);
	if (h->no_memory)
		return -1;
	len = h->len - begin;
	stays = malloc(len + 1);
	if (stays == NULL)
		return -1;
	memcpy(stays, h->buf + begin, len);
	stays[len] = '\0';
	html_back(h, begin);
	put_removed(show, s);
	html_put(h, stays);
	free(stays);
	html_put(h, "</div></article>\n");
	return show->no_memory || h->no_memory ? -1 : 0;
}

/* A set under its heading, up to byte 'most' of the page. */
static int
put_set(struct showing *show, const struct sample_set *set, const char *id,
	const char *name, const char *title, size_t most)
{
	struct html *h = &show->p->h;
	size_t begin = h->len, n = 0;

	html_format(h, "<section class=\"group\" id=\"%s-%s\"><h3>", id, name);
	if (*id == 'r')
		html_format(h, "<span class=\"dot %s\"></span>", name);
	html_format(h, "%s <span class=\"soft\">", title);
	html_number(h, set->seen);
	html_put(h, " in all</span></h3>\n");
	for (; n < set->n; n++) {
		size_t before = h->len;

		if (put_sample(show, &set->sample[n]) != 0)
			return -1;
		if (h->len + 100 > most) {
			html_back(h, before);
			break;
		}
	}
	html_put(h, "</section>\n");
	if (n == 0)
		html_back(h, begin);
	return 0;
}

static void
put_filter(struct page *p)
{
	struct html *h = &p->h;

	html_put(h, "<form id=\"filter\" hidden><label>Reason or kind<select "
		 "name=\"kind\"><option value=\"\">all</option>");
	for (unsigned i = 0; i < DEDUP_NREASONS; i++)
		if (p->r->samples.set[i].n > 0)
			html_format(h, "<option value=\"%s\">%s</option>",
				    dedup_reason_name(i),
				    reason_title(dedup_reason_name(i)));
	for (int i = GENRE_VERSE; i < GENRES; i++)
		if (p->r->samples.set[DEDUP_NREASONS + i].n > 0)
			html_format(h, "<option value=\"%s\">looks like %s"
				    "</option>", genre_name((enum genre)i),
				    genre_name((enum genre)i));
	html_put(h, "</select></label><label class=\"grow\">Words in the text, "
		 "or a name<input name=\"words\" type=\"search\" autocomplete="
		 "\"off\"></label><button type=\"reset\">Show all</button>"
		 "<output id=\"shown\" aria-live=\"polite\"></output></form>\n");
}

/* The sets in order; each gets its share of what is left of the page. */
static int
put_sets(struct showing *show, size_t most)
{
	static const char *const titles[GENRES] = {
		"", "Looks like verse", "Looks like code", "Looks like a table",
	};
	const struct samples *s = &show->p->r->samples;
	struct html *h = &show->p->h;
	size_t left = 0;

	for (size_t i = 0; i < SAMPLE_SETS; i++)
		left += i != DEDUP_NREASONS && s->set[i].n > 0;
	for (unsigned i = 0; i < SAMPLE_SETS; i++) {
		unsigned genre = i - DEDUP_NREASONS;
		bool reason = i < DEDUP_NREASONS;
		const char *name = reason ? dedup_reason_name(i) :
				   genre_name((enum genre)genre);

		if (i == DEDUP_NREASONS || s->set[i].n == 0)
			continue;
		if (h->len < most &&
		    put_set(show, &s->set[i], reason ? "reason" : "genre", name,
			    reason ? reason_title(name) : titles[genre],
			    h->len + (most - h->len) / left) != 0)
			return -1;
		left--;
	}
	return 0;
}

int
page_samples(struct page *p, size_t most)
{
	struct showing show = { .p = p };
	int got;

	if (p->units == 0)
		return 0;
	if (dedup_words_new(&show.words) != DEDUP_OK)
		return -1;
	html_put(&p->h, "<section id=\"samples\"><h2>Samples: removed, and what "
		 "stays</h2><p class=\"sub\">What makes a removal wrong is "
		 "mostly its company: read what stands before and after it. "
		 "Of each reason the least similar come first; words that "
		 "differ are underlined.</p>\n");
	put_filter(p);
	got = put_sets(&show, most - 2 * sizeof("</section>"));
	html_put(&p->h, "</section>\n");
	dedup_words_free(show.words);
	word_diff_free(&show.diff);
	return got;
}
