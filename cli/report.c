/* What was removed and why. */
#include "report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "json.h"

#define RED_STRUCK "\033[31;9m"
#define DIM "\033[2m"
#define BOLD "\033[1m"
#define PLAIN "\033[0m"

int
report_document(struct report *r, const struct origin *o)
{
	if (r->n == r->room) {
		size_t room = 2 * r->room + 16;
		struct origin *p = realloc(r->origins, room * sizeof(*p));

		if (p == NULL)
			return -1;
		r->origins = p;
		r->room = room;
	}
	r->origins[r->n++] = *o;
	return 0;
}

void
report_free(struct report *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->origins[i].id);
		free(r->origins[i].url);
	}
	free(r->origins);
	free(r->tables);
	free(r->label);
	free(r->scratch);
	*r = (struct report){ .on = false };
}

static int
put_string(struct writer *w, const char *s)
{
	return writer_put(w, s, strlen(s));
}

__attribute__((format(printf, 2, 3))) static int
put_format(struct writer *w, const char *format, ...)
{
	char buf[256];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(buf, sizeof(buf), format, args);
	va_end(args);
	return writer_put(w, buf, (size_t)n);
}

static int
need_scratch(struct report *r, size_t room)
{
	char *p;

	if (room <= r->scratch_room)
		return 0;
	p = realloc(r->scratch, room);
	if (p == NULL)
		return -1;
	r->scratch = p;
	r->scratch_room = room;
	return 0;
}

static bool
is_utf8(const char *s, size_t len)
{
	while (len > 0) {
		utf8proc_int32_t c;
		utf8proc_ssize_t n;

		n = utf8proc_iterate((const utf8proc_uint8_t *)s,
				     (utf8proc_ssize_t)len, &c);
		if (n <= 0)
			return false;
		s += n;
		len -= (size_t)n;
	}
	return true;
}

/* "text" */
static int
put_quoted(struct report *r, struct writer *w, const char *s, size_t len)
{
	if (need_scratch(r, 6 * len + 1) != 0)
		return -1;
	len = json_escape(s, len, r->scratch);
	return put_string(w, "\"") != 0 ||
	       writer_put(w, r->scratch, len) != 0 ||
	       put_string(w, "\"") != 0 ? -1 : 0;
}

/* "key":"text" */
static int
put_text(struct report *r, struct writer *w, const char *key, const char *s,
	 size_t len)
{
	return put_format(w, "\"%s\":", key) != 0 ? -1 :
	       put_quoted(r, w, s, len);
}

/* RFC 4648 */
static int
put_base64(struct report *r, const char *s, size_t len)
{
	static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		"abcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t n = 0;

	if (need_scratch(r, len / 3 * 4 + 5) != 0)
		return -1;
	for (size_t i = 0; i < len; i += 3) {
		unsigned long v = 0;

		for (size_t j = 0; j < 3; j++)
			v = v << 8 | (i + j < len ? (unsigned char)s[i + j]
						  : 0);
		for (size_t j = 0; j < 4; j++)
			r->scratch[n++] = i + j <= len ?
				digit[v >> (18 - 6 * j) & 63] : '=';
	}
	return put_string(r->log, "\"base64\":\"") != 0 ||
	       writer_put(r->log, r->scratch, n) != 0 ||
	       put_string(r->log, "\"") != 0 ? -1 : 0;
}

/* What a document is called: its id, or its file, or a part of that. */
static const char *
name_of(const struct origin *o, char *buf, size_t size)
{
	if (o->id != NULL)
		return o->id;
	if (o->part == 0)
		return o->file;
	snprintf(buf, size, "%s#%" PRIu64, o->file, o->part);
	return buf;
}

int
report_name(struct report *r, struct writer *w, uint64_t document)
{
	char buf[4096];
	const char *name = name_of(&r->origins[document], buf, sizeof(buf));

	return put_quoted(r, w, name, strlen(name));
}

/*
 * Documents of tables.  A table has a label for each:
 *
 *	OFFSET LINE PART KIND\n  FILE NUL ID NUL URL NUL
 *
 * with numbers as in struct origin, and KIND t for text, r for a record, w for
 * a record of a WARC file.
 */

int
report_table(struct report *r, const char *path)
{
	const char **p = realloc(r->tables, (r->ntables + 1) * sizeof(*p));

	if (p == NULL)
		return -1;
	r->tables = p;
	p[r->ntables++] = path;
	return 0;
}

int
report_label(void *arg, uint64_t document, const char **p, size_t *len)
{
	struct report *r = arg;
	const struct origin *o;
	const char *id, *url;
	size_t need;
	int n;

	if (document >= r->n) {
		*p = "";
		*len = 0;
		return 0;
	}
	o = &r->origins[document];
	id = o->id != NULL ? o->id : "";
	url = o->url != NULL ? o->url : "";
	need = strlen(o->file) + strlen(id) + strlen(url) + 100;
	if (need > r->label_room) {
		char *more = realloc(r->label, 2 * need);

		if (more == NULL)
			return -1;
		r->label = more;
		r->label_room = 2 * need;
	}
	n = snprintf(r->label, r->label_room, "%" PRIu64 " %" PRIu64 " %" PRIu64
		     " %c\n%s%c%s%c%s", o->offset, o->line, o->part,
		     o->warc ? 'w' : o->id != NULL ? 'r' : 't', o->file, '\0',
		     id, '\0', url);
	*p = r->label;
	*len = (size_t)n + 1;
	return 0;
}

/* The number at *p, and the space after it: whether it is there. */
static bool
read_number(const char **p, uint64_t *n)
{
	char *end;

	if (**p < '0' || **p > '9')
		return false;
	*n = strtoull(*p, &end, 10);
	if (*end != ' ')
		return false;
	*p = end + 1;
	return true;
}

/* The origin that a label tells of: whether it does. */
static bool
read_label(const char *p, size_t len, struct origin *o)
{
	const char *id, *url, *end = p + len;
	char kind;

	if (len == 0 || end[-1] != '\0' || !read_number(&p, &o->offset) ||
	    !read_number(&p, &o->line) || !read_number(&p, &o->part) ||
	    p[0] == '\0' || p[1] != '\n')
		return false;
	kind = p[0];
	o->file = p + 2;
	id = o->file + strlen(o->file) + 1;
	url = id < end ? id + strlen(id) + 1 : end;
	if (url >= end)
		return false;
	o->warc = kind == 'w';
	o->id = kind == 't' ? NULL : (char *)id;
	o->url = *url != '\0' ? (char *)url : NULL;
	return true;
}

/* Where a place's document comes from: whether that is known. */
static bool
origin_of(const struct report *r, const struct dedup_place *at,
	  struct origin *o)
{
	const char *p;
	size_t len;

	*o = (struct origin){ .file = "" };
	if (at->table == 0) {
		if (at->document >= r->n)
			return false;
		*o = r->origins[at->document];
		return true;
	}
	return dedup_get_label(r->d, at->table, at->document, &p, &len) ==
	       DEDUP_OK && read_label(p, len, o);
}

static int
put_url(struct report *r, struct writer *w, const struct origin *o)
{
	if (o->url == NULL)
		return 0;
	return put_string(w, ",") != 0 ? -1 :
	       put_text(r, w, "url", o->url, strlen(o->url));
}

int
report_url(struct report *r, struct writer *w, uint64_t document)
{
	return put_url(r, w, &r->origins[document]);
}

/*
 * "file":...,"document":...,"line":N,"offset":N; of a record also its URL and
 * which line of the file it is, or where in the file it begins.  A text's
 * offset and line are those of its file, a record's those of its text.  Of a
 * table's document, "table":... before that.
 */
static int
put_place(struct report *r, struct writer *w, const struct dedup_place *at)
{
	struct origin o;
	bool known = origin_of(r, at, &o);
	char buf[4096];
	const char *name = known ? name_of(&o, buf, sizeof(buf)) : "";

	if (at->table > 0) {
		const char *table = r->tables[at->table - 1];

		if (put_text(r, w, "table", table, strlen(table)) != 0 ||
		    (known && put_string(w, ",") != 0))
			return -1;
	}
	if (!known)
		return 0;
	if (put_text(r, w, "file", o.file, strlen(o.file)) != 0 ||
	    put_string(w, ",\"document\":") != 0 ||
	    put_quoted(r, w, name, strlen(name)) != 0 ||
	    put_url(r, w, &o) != 0)
		return -1;
	if (o.id != NULL)
		return put_format(w, ",\"%s\":%" PRIu64 ",\"line\":%" PRIu64
				  ",\"offset\":%" PRIu64,
				  o.warc ? "record_at" : "record",
				  o.warc ? o.offset : o.line + 1,
				  at->line + 1, at->offset);
	return put_format(w, ",\"line\":%" PRIu64 ",\"offset\":%" PRIu64,
			  o.line + at->line + 1, o.offset + at->offset);
}

/* "reason":...,"similarity":...,"witness":{...} */
int
report_why(struct report *r, struct writer *w,
	   const struct dedup_removal *removal)
{
	if (put_format(w, "\"reason\":\"%s\",\"similarity\":%.4f,",
		       dedup_reason_name(removal->reason),
		       removal->resemblance) != 0 ||
	    (removal->reason == DEDUP_BOILERPLATE &&
	     put_format(w, "\"documents\":%" PRIu64 ",",
			removal->documents) != 0))
		return -1;
	return put_string(w, "\"witness\":{") != 0 ||
	       put_place(r, w, &removal->witness) != 0 ||
	       put_string(w, "}") != 0 ? -1 : 0;
}

int
report_common(struct report *r, struct writer *w, uint64_t documents,
	      const struct dedup_place *at, const char *text)
{
	return put_format(w, "{\"documents\":%" PRIu64 ",", documents) != 0 ||
	       put_place(r, w, at) != 0 ||
	       put_string(w, ",\"text\":\"") != 0 ||
	       put_string(w, text) != 0 || put_string(w, "\"}\n") != 0 ?
	       -1 : 0;
}

/* NAME:LINE of a place; a table's, if no more is known. */
static void
short_place(const struct report *r, const struct dedup_place *at, char *buf,
	    size_t size)
{
	struct origin o;
	char room[4096];

	if (!origin_of(r, at, &o))
		snprintf(buf, size, "%s", at->table > 0 ?
			 r->tables[at->table - 1] : "");
	else
		snprintf(buf, size, "%s:%" PRIu64,
			 name_of(&o, room, sizeof(room)),
			 at->line + 1 + (o.id == NULL ? o.line : 0));
}

/* As the value of an attribute; what there is no room for is cut off. */
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

int
report_mark(struct report *r, const struct dedup_removal *removal, char *buf,
	    size_t size)
{
	char raw[4200], place[4200];
	int n;

	short_place(r, &removal->witness, raw, sizeof(raw));
	escape_attribute(raw, place, sizeof(place));
	n = snprintf(buf, size, "<dup reason=\"%s\" similarity=\"%.4f\" "
		     "witness=\"%s\">", dedup_reason_name(removal->reason),
		     removal->resemblance, place);
	return n >= 0 && (size_t)n < size ? n : -1;
}

/* ,"removed":[{"at":..,"text":..},..]} */
static int
put_pieces(struct report *r, struct writer *w, const struct piece *pieces,
	   size_t npieces)
{
	if (put_string(w, ",\"removed\":[") != 0)
		return -1;
	for (size_t i = 0; i < npieces; i++) {
		const struct piece *p = &pieces[i];

		if (put_format(w, "%s{\"at\":%" PRIu64 ",", i > 0 ? "," : "",
			       p->at) != 0 ||
		    (is_utf8(p->bytes, p->len) ?
		     put_text(r, w, "text", p->bytes, p->len) :
		     put_base64(r, p->bytes, p->len)) != 0 ||
		    put_string(w, "}") != 0)
			return -1;
	}
	return put_string(w, "]}\n");
}

int
report_short(struct report *r, uint64_t document, uint64_t words,
	     const struct piece *pieces, size_t npieces)
{
	struct dedup_place here = { document, 0, 0, 0 };
	struct writer *w = r->log;

	if (w == NULL)
		return 0;
	return put_string(w, "{") != 0 ||
	       put_place(r, w, &here) != 0 ||
	       put_format(w, ",\"reason\":\"short\",\"words\":%" PRIu64,
			  words) != 0 ||
	       put_pieces(r, w, pieces, npieces) != 0 ? -1 : 0;
}

int
report_removal(struct report *r, uint64_t document,
	       const struct dedup_removal *removal, const struct piece *pieces,
	       size_t npieces)
{
	struct dedup_place here = {
		document, removal->offset, removal->line, 0,
	};
	struct writer *w = r->log;

	if (w == NULL)
		return 0;
	return put_string(w, "{") != 0 ||
	       put_place(r, w, &here) != 0 ||
	       put_format(w, ",\"length\":%" PRIu64 ",",
			  removal->length) != 0 ||
	       report_why(r, w, removal) != 0 ||
	       put_pieces(r, w, pieces, npieces) != 0 ? -1 : 0;
}

/* --diff */

static int
put_color(struct report *r, const char *code)
{
	return r->color ? put_string(r->out, code) : 0;
}

/* Lines of text, each after 'mark' and in 'code'. */
static int
put_lines(struct report *r, const char *mark, const char *code,
	  const char *text, size_t len)
{
	while (len > 0) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl != NULL ? (size_t)(nl - text) : len;

		if (!r->amid_line && put_string(r->out, mark) != 0)
			return -1;
		if ((*code != '\0' && put_color(r, code) != 0) ||
		    writer_put(r->out, text, n) != 0 ||
		    (*code != '\0' && put_color(r, PLAIN) != 0))
			return -1;
		r->amid_line = nl == NULL;
		n += nl != NULL;
		if (nl != NULL && put_string(r->out, "\n") != 0)
			return -1;
		text += n;
		len -= n;
	}
	return 0;
}

static int
end_line(struct report *r)
{
	if (!r->amid_line)
		return 0;
	r->amid_line = false;
	return put_string(r->out, "\n");
}

int
report_kept(struct report *r, const char *text, size_t len)
{
	return put_lines(r, "  ", "", text, len);
}

static int
put_name(struct report *r, const struct origin *o)
{
	if (o->id != NULL)
		return put_format(r->out, "%.200s", o->id);
	if (o->part == 0)
		return put_string(r->out, o->file);
	return put_string(r->out, o->file) != 0 ? -1 :
	       put_format(r->out, "#%" PRIu64, o->part);
}

int
report_title(struct report *r, uint64_t document)
{
	if (end_line(r) != 0 || put_color(r, BOLD) != 0 ||
	    put_string(r->out, "--- ") != 0 ||
	    put_name(r, &r->origins[document]) != 0 ||
	    put_color(r, PLAIN) != 0)
		return -1;
	return put_string(r->out, "\n");
}

/* Where a witness of a document stands, for people. */
static int
put_where(struct report *r, uint64_t document, const struct dedup_place *at)
{
	struct origin o;

	if (!origin_of(r, at, &o))
		return put_format(r->out, "%.200s", at->table > 0 ?
				  r->tables[at->table - 1] : "");
	if (put_format(r->out, "line %" PRIu64, at->line + 1 +
		       (o.id == NULL ? o.line : 0)) != 0)
		return -1;
	if (at->document == document && at->table == 0)
		return 0;
	if (put_string(r->out, " of ") != 0 || put_name(r, &o) != 0)
		return -1;
	return at->table == 0 ? 0 :
	       put_format(r->out, ", by %.200s", r->tables[at->table - 1]);
}

int
report_gone(struct report *r, uint64_t document,
	    const struct dedup_removal *removal, const char *text, size_t len)
{
	static const char *const says[DEDUP_NREASONS] = {
		[DEDUP_EXACT] = "same as", [DEDUP_NEAR] = "all of it in",
		[DEDUP_SIMILAR] = "like",
		[DEDUP_REPEAT] = "repeats", [DEDUP_LEAD] = "in full from",
		[DEDUP_CONTAINED] = "stands in",
		[DEDUP_BOILERPLATE] = "as", [DEDUP_LISTED] = "listed:",
	};

	if (end_line(r) != 0 ||
	    put_lines(r, "- ", RED_STRUCK, text, len) != 0 ||
	    end_line(r) != 0 || put_color(r, DIM) != 0 ||
	    put_string(r->out, "    ") != 0)
		return -1;
	if (removal->resemblance < 1 &&
	    put_format(r->out, "%.2f ", removal->resemblance) != 0)
		return -1;
	if (removal->reason == DEDUP_BOILERPLATE &&
	    put_format(r->out, "in %" PRIu64 " documents, ",
		       removal->documents) != 0)
		return -1;
	if (put_format(r->out, "%s ", says[removal->reason]) != 0 ||
	    put_where(r, document, &removal->witness) != 0)
		return -1;
	return put_color(r, PLAIN) != 0 ? -1 : put_string(r->out, "\n");
}

/* Counts. */

static double
share(uint64_t part, uint64_t whole)
{
	return whole == 0 ? 0 : (double)part / (double)whole;
}

static void
print_json(const struct dedup_stats *s, const struct tally *t)
{
	fprintf(stderr, "{\"documents\":%" PRIu64 ",\"bytes\":%" PRIu64
		",\"bytes_in\":%" PRIu64 ",\"bytes_out\":%" PRIu64
		",\"units\":%" PRIu64 ",\"removed\":{",
		s->documents, s->bytes, t->bytes_in, t->bytes_out, s->units);
	for (int i = 0; i < DEDUP_NREASONS; i++)
		fprintf(stderr, "%s\"%s\":%" PRIu64, i > 0 ? "," : "",
			dedup_reason_name((enum dedup_reason)i), s->removed[i]);
	fprintf(stderr, "},\"removed_bytes\":%" PRIu64 ",\"removed_share\":%.6f,"
		"\"records\":%" PRIu64 ",\"bad_records\":%" PRIu64
		",\"no_text\":%" PRIu64 ",\"oversize\":%" PRIu64
		",\"short_documents\":%" PRIu64 ",\"short_bytes\":%" PRIu64
		",\"unrecorded\":%" PRIu64 ",\"early\":%" PRIu64
		",\"full\":%s,\"memory\":%" PRIu64 "}\n", s->removed_bytes,
		share(s->removed_bytes, s->bytes), t->records, t->bad_records,
		t->no_text, s->oversize + t->long_records, t->short_documents,
		t->short_bytes, s->unrecorded,
		s->early, s->full ? "true" : "false", s->memory);
}

void
report_stats(const struct dedup_stats *s, const struct tally *t, bool json)
{
	uint64_t removed = 0;

	if (json) {
		print_json(s, t);
		return;
	}
	for (int i = 0; i < DEDUP_NREASONS; i++)
		removed += s->removed[i];
	fprintf(stderr, "documents   %" PRIu64 "\nunits       %" PRIu64
		"\nbytes       %" PRIu64 "\nremoved     %" PRIu64
		" units, %" PRIu64 " bytes, %.1f %%\n", s->documents, s->units,
		s->bytes, removed, s->removed_bytes,
		100 * share(s->removed_bytes, s->bytes));
	for (int i = 0; i < DEDUP_NREASONS; i++)
		if (s->removed[i] > 0)
			fprintf(stderr, "  %-9s %" PRIu64 "\n",
				dedup_reason_name((enum dedup_reason)i),
				s->removed[i]);
	if (t->short_documents > 0)
		fprintf(stderr, "too short   %" PRIu64 " documents, %" PRIu64
			" bytes\n", t->short_documents, t->short_bytes);
	if (t->bad_records > 0)
		fprintf(stderr, "bad records %" PRIu64 "\n", t->bad_records);
	if (t->no_text > 0)
		fprintf(stderr, "no text in  %" PRIu64 " records\n",
			t->no_text);
	if (s->oversize + t->long_records > 0)
		fprintf(stderr, "too long    %" PRIu64 ", not judged\n",
			s->oversize + t->long_records);
	if (s->unrecorded > 0)
		fprintf(stderr, "not stored  %" PRIu64 " units: no memory\n",
			s->unrecorded);
	if (s->early > 0)
		fprintf(stderr, "early       %" PRIu64
			" times, as the input paused\n", s->early);
	fprintf(stderr, "memory      %.1f MB%s\n", (double)s->memory / 1e6,
		s->full ? ", full" : "");
}
