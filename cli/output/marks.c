/* --annotate=text: marks in the text. */
#include "marks.h"

#include <stdio.h>
#include <string.h>

#include "print.h"

#define PLACE_MAX 4200		/* bytes of the place in a mark, with its 0 */
#define MARK_MAX (PLACE_MAX + 300)
#define MARK_END "</dup>"

/* As the value of an attribute; cut off if there is no room. */
static void
escape_attribute(const char *s, char *to, size_t room)
{
	size_t n = 0;

	for (; *s != '\0' && n + 8 < room; s++) {
		unsigned char c = (unsigned char)*s;

		if (c < ' ' || c == '"' || c == '&' || c == '<' || c == '>')
			n += (size_t)sprintf(to + n, "&#%d;", c);
		else
			to[n++] = *s;
	}
	to[n] = '\0';
}

/* The mark before a unit: its length, or -1 with errno. */
static int
format_mark(const struct marks *m, const struct dedup_removal *r,
	    char buf[MARK_MAX])
{
	char raw[PLACE_MAX], place[PLACE_MAX];

	provenance_short_place(m->provenance, &r->witness, raw, sizeof(raw));
	escape_attribute(raw, place, sizeof(place));
	return snprintf(buf, MARK_MAX, "<dup reason=\"%s\" similarity=\"%.4f\" "
			"witness=\"%s\">", dedup_reason_name(r->reason),
			r->resemblance, place);
}

/* Does the body of a JSON string end in this escape, and not in \\ and 'c'? */
static bool
ends_in_escape(const char *raw, size_t len, char c)
{
	size_t n = 0;

	if (len < 2 || raw[len - 1] != c)
		return false;
	while (n + 1 < len && raw[len - 2 - n] == '\\')
		n++;
	return n % 2 == 1;
}

/*
 * How many of a unit's bytes are before the end of its last line, after which
 * no mark is put.
 */
static size_t
before_line_end(const struct range *unit, bool escaped)
{
	const char *raw = unit->raw;
	size_t len = unit->raw_len, body = len;

	if (escaped) {
		if (ends_in_escape(raw, body, 'n'))
			body -= 2;
		if (body < len && ends_in_escape(raw, body, 'r'))
			body -= 2;
	} else {
		if (body > 0 && raw[body - 1] == '\n')
			body--;
		if (body > 0 && body < len && raw[body - 1] == '\r')
			body--;
	}
	return body;
}

static int
put(struct sink *s, const char *bytes, size_t len)
{
	struct body *b = &((struct marks *)s)->clean.body;

	return body_text(b, s->document, bytes, len);
}

/* A mark before the unit and one after it, on its lines. */
static int
put_unit(struct marks *m, const struct dedup_removal *r,
	 const struct range *unit)
{
	bool escaped = m->clean.sink.document->kind == ITEM_RECORD;
	size_t body = before_line_end(unit, escaped);
	char mark[MARK_MAX];
	int n = format_mark(m, r, mark);

	if (n < 0)
		return -1;
	if ((escaped ? print_escaped(m->clean.body.to, mark, (size_t)n) :
		       put(&m->clean.sink, mark, (size_t)n)) != 0 ||
	    put(&m->clean.sink, unit->raw, body) != 0 ||
	    put(&m->clean.sink, MARK_END, strlen(MARK_END)) != 0)
		return -1;
	return put(&m->clean.sink, unit->raw + body, unit->raw_len - body);
}

static int
put_removed(struct sink *s, const struct removed *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (i == r->unit ? put_unit((struct marks *)s, r->removal,
					    &r->range[i])
				 : clean_kept(s, &r->range[i]))
			return -1;
	return 0;
}

const struct sink_ops sink_of_marks = {
	.around = clean_around, .kept = clean_kept, .removed = put_removed,
	.end = clean_end, .pass = clean_pass,
};
