/*
 * --diff: the text for people to read, with marks on what is removed, and why.
 */
#include "diff.h"

#include <inttypes.h>
#include <string.h>

#include "print.h"

#define RED_STRUCK "\033[31;9m"
#define BOLD_RED_STRUCK "\033[1;31;9m"
#define GREEN "\033[32m"
#define DIM "\033[2m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

#define GONE "- "		/* before a removed line */
#define LABEL_MAX 200		/* bytes of an id, or of a table's name */

static int
put_color(struct diff *d, const char *code)
{
	return d->color ? print_string(d->to, code) : 0;
}

/* Put the text of a line; its newline, if any, is not part of it. */
static int
put_text(struct diff *d, const char *text, size_t len, bool ends)
{
	size_t cr = ends && len > 0 && text[len - 1] == '\r';

	if (!d->terminal)
		return writer_put(d->to, text, len);
	return print_visible(d->to, text, len - cr, true) != 0 ? -1 :
	       writer_put(d->to, "\r", cr);
}

/* Put lines of text, each after 'mark' and in colour 'code'. */
static int
put_lines(struct diff *d, const char *mark, const char *code,
	  const char *text, size_t len)
{
	while (len > 0) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl != NULL ? (size_t)(nl - text) : len;

		if (!d->in_line && print_string(d->to, mark) != 0)
			return -1;
		if ((*code != '\0' && put_color(d, code) != 0) ||
		    put_text(d, text, n, nl != NULL) != 0 ||
		    (*code != '\0' && put_color(d, PLAIN) != 0))
			return -1;
		d->in_line = nl == NULL;
		n += nl != NULL;
		if (nl != NULL && print_string(d->to, "\n") != 0)
			return -1;
		text += n;
		len -= n;
	}
	return 0;
}

static int
end_line(struct diff *d)
{
	if (!d->in_line)
		return 0;
	d->in_line = false;
	return print_string(d->to, "\n");
}

/* Put words that the witness lacks: [-these-], or in a colour. */
static int
put_lacking(struct diff *d, const char *text, size_t len)
{
	if (d->color)
		return put_lines(d, GONE, BOLD_RED_STRUCK, text, len);
	return put_lines(d, GONE, "", "[-", 2) != 0 ||
	       put_lines(d, GONE, "", text, len) != 0 ||
	       put_lines(d, GONE, "", "-]", 2) != 0 ? -1 : 0;
}

/* Put what the witness has instead: {+this+}, or in a colour; on one line. */
static int
put_instead(struct diff *d, const char *text, size_t len)
{
	if (!d->color && put_lines(d, GONE, "", "{+", 2) != 0)
		return -1;
	while (len > 0) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl != NULL ? (size_t)(nl - text) : len;
		size_t cr = nl != NULL && n > 0 && text[n - 1] == '\r';

		if (put_lines(d, GONE, GREEN, text, n - cr) != 0 ||
		    (nl != NULL && put_lines(d, GONE, GREEN, " ", 1) != 0))
			return -1;
		n += nl != NULL;
		text += n;
		len -= n;
	}
	return d->color ? 0 : put_lines(d, GONE, "", "+}", 2);
}

/*
 * Find the words that differ; none if the witness contains all, or is not
 * available.
 */
static int
compare(struct diff *d, const struct dedup_removal *r, const char *text,
	size_t len, const char **witness)
{
	size_t witness_len;

	d->words.n = 0;
	if ((r->reason != DEDUP_SIMILAR && r->reason != DEDUP_LISTED) ||
	    r->witness.table != 0 ||
	    !text_cache_find(&d->cache, r->witness.document, r->witness.offset,
			     witness, &witness_len))
		return 0;
	return word_diff(&d->words, text, len, *witness, witness_len);
}

/* Put a removed unit, with marks on the words that differ. */
static int
put_gone(struct diff *d, const struct dedup_removal *r, const char *text,
	 size_t len)
{
	const char *witness = NULL;
	size_t at = 0;

	if (compare(d, r, text, len, &witness) != 0)
		return -1;
	for (size_t i = 0; i < d->words.n; i++) {
		const struct word_change *c = &d->words.change[i];

		if (put_lines(d, GONE, RED_STRUCK, text + at,
			      c->off - at) != 0 ||
		    (c->len > 0 &&
		     put_lacking(d, text + c->off, c->len) != 0) ||
		    (c->other_len > 0 &&
		     put_instead(d, witness + c->other_off,
				 c->other_len) != 0))
			return -1;
		at = c->off + c->len;
	}
	return put_lines(d, GONE, RED_STRUCK, text + at, len - at);
}

/* Put a name that is not ours, at most 'most' bytes of it. */
static int
put_label(struct diff *d, const char *s, size_t most)
{
	size_t n = strnlen(s, most);

	while (n == most && n > 0 && (s[n] & 0xc0) == 0x80)
		n--;	/* not inside a character */
	return print_visible(d->to, s, n, false);
}

static int
put_name(struct diff *d, const struct origin *o)
{
	if (o->id != NULL)
		return put_label(d, o->id, LABEL_MAX);
	if (put_label(d, o->file, SIZE_MAX) != 0)
		return -1;
	return o->section == 0 ? 0 :
	       print_format(d->to, "#%" PRIu64, o->section);
}

/* A line that names the document. */
static int
put_title(struct diff *d, uint64_t document)
{
	if (end_line(d) != 0 || put_color(d, BOLD) != 0 ||
	    print_string(d->to, "--- ") != 0 ||
	    put_name(d, &d->provenance->origin[document]) != 0 ||
	    put_color(d, PLAIN) != 0)
		return -1;
	return print_string(d->to, "\n");
}

/* Put where a witness of a document is, for people to read. */
static int
put_where(struct diff *d, uint64_t document, const struct dedup_place *at)
{
	const char *table = provenance_table(d->provenance, at);
	struct origin o;

	if (!provenance_find(d->provenance, at, &o))
		return put_label(d, table, LABEL_MAX);
	if (print_format(d->to, "line %" PRIu64, at->line + 1 +
			 (o.id == NULL ? o.line : 0)) != 0)
		return -1;
	if (at->document == document && at->table == 0)
		return 0;
	if (print_string(d->to, " of ") != 0 || put_name(d, &o) != 0)
		return -1;
	if (at->table == 0)
		return 0;
	return print_string(d->to, ", by ") != 0 ? -1 :
	       put_label(d, table, LABEL_MAX);
}

/* The words for a reason, before the place; by its name, as in dedup(1). */
static const char *
words_for(enum dedup_reason reason)
{
	static const struct {
		const char *name, *words;
	} says[] = {
		{ "exact", "same as" }, { "near", "all of it in" },
		{ "similar", "like" }, { "repeat", "repeats" },
		{ "lead", "in full from" }, { "contained", "part of" },
		{ "boilerplate", "as" }, { "listed", "listed:" },
		{ "heading", "heading of removed text, as at" },
	};
	const char *name = dedup_reason_name(reason);

	for (size_t i = 0; i < sizeof(says) / sizeof(*says); i++)
		if (strcmp(name, says[i].name) == 0)
			return says[i].words;
	return name;
}

static int
put_removal(struct diff *d, uint64_t document,
	    const struct dedup_removal *removal, const struct range *unit)
{
	if (end_line(d) != 0 ||
	    put_gone(d, removal, unit->text, unit->len) != 0 ||
	    end_line(d) != 0 || put_color(d, DIM) != 0 ||
	    print_string(d->to, "    ") != 0)
		return -1;
	if (removal->reason == DEDUP_SIMILAR &&
	    print_format(d->to, "%.2f ", removal->resemblance) != 0)
		return -1;
	if (removal->reason == DEDUP_BOILERPLATE &&
	    print_format(d->to, "in %" PRIu64 " documents, ",
			 removal->documents) != 0)
		return -1;
	if (print_format(d->to, "%s ", words_for(removal->reason)) != 0 ||
	    put_where(d, document, &removal->witness) != 0)
		return -1;
	return put_color(d, PLAIN) != 0 ? -1 : print_string(d->to, "\n");
}

/* The sink. */

static struct diff *
diff_of(struct sink *s)
{
	return (struct diff *)s;
}

static int
begin(struct sink *s)
{
	return s->document->titled ?
	       put_title(diff_of(s), s->document->number) : 0;
}

/* A unit that follows may resemble it.  What does not fit is not marked. */
static int
remember(struct sink *s, const struct range *text)
{
	struct diff *d = diff_of(s);

	if (d->apart && text->off == 0)
		text_cache_clear(&d->cache);
	d->cache.most = TEXT_CACHE_MOST;
	text_cache_add(&d->cache, s->document->number, text->off, text->text,
		       text->len);
	return 0;
}

static int
kept(struct sink *s, const struct range *r)
{
	return put_lines(diff_of(s), "  ", "", r->text, r->len);
}

static int
removed(struct sink *s, const struct removed *r)
{
	return put_removal(diff_of(s), s->document->number, r->removal,
			   &r->range[r->unit]);
}

static int
end(struct sink *s)
{
	return s->document->kind == ITEM_TEXT ? 0 : end_line(diff_of(s));
}

static int
pass(struct sink *s, enum item_kind kind, const char *bytes, size_t len,
     bool ends)
{
	(void)ends;
	return kind == ITEM_TEXT ?
	       put_lines(diff_of(s), "  ", "", bytes, len) : 0;
}

const struct sink_ops sink_of_diff = {
	.begin = begin, .decided = remember, .kept = kept, .removed = removed,
	.end = end, .pass = pass,
};

const struct sink_ops sink_of_memory = { .decided = remember };

void
diff_free(struct diff *d)
{
	text_cache_free(&d->cache);
	word_diff_free(&d->words);
}
