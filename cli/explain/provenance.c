/* Where documents come from. */
#include "provenance.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "array.h"
#include "print.h"

int
provenance_add(struct provenance *o, const struct origin *origin)
{
	if (array_room(&o->origin, &o->room, o->n + 1,
		       sizeof(*o->origin)) != 0)
		return -1;
	o->origin[o->n++] = *origin;
	return 0;
}

int
provenance_add_table(struct provenance *o, const char *path)
{
	if (array_room(&o->tables, &o->tables_room, o->ntables + 1,
		       sizeof(*o->tables)) != 0)
		return -1;
	o->tables[o->ntables++] = path;
	return 0;
}

void
provenance_free(struct provenance *o)
{
	for (size_t i = 0; i < o->n; i++) {
		free(o->origin[i].id);
		free(o->origin[i].url);
	}
	free(o->origin);
	free(o->tables);
	free(o->label);
	*o = (struct provenance){ .on = false };
}

const char *
provenance_name(const struct origin *o, char *buf, size_t size)
{
	if (o->id != NULL)
		return o->id;
	if (o->section == 0)
		return o->file;
	snprintf(buf, size, "%s#%" PRIu64, o->file, o->section);
	return buf;
}

/*
 * Documents of tables.  A table has a label for each document:
 *
 *	OFFSET LINE SECTION KIND\n  FILE NUL ID NUL URL NUL
 *
 * with numbers as in struct origin, and KIND t for text, r for a record, w for
 * a record of a WARC file.
 */

int
provenance_label(void *arg, uint64_t document, const char **p, size_t *len)
{
	struct provenance *all = arg;
	const struct origin *o;
	const char *id, *url;
	size_t need;
	int n;

	if (document >= all->n) {
		*p = "";
		*len = 0;
		return 0;
	}
	o = &all->origin[document];
	id = o->id != NULL ? o->id : "";
	url = o->url != NULL ? o->url : "";
	need = strlen(o->file) + strlen(id) + strlen(url) + 100;
	if (array_room(&all->label, &all->label_room, need, 1) != 0)
		return -1;
	n = snprintf(all->label, all->label_room, "%" PRIu64 " %" PRIu64
		     " %" PRIu64 " %c\n%s%c%s%c%s", o->offset, o->line,
		     o->section, o->warc ? 'w' : o->id != NULL ? 'r' : 't',
		     o->file, '\0', id, '\0', url);
	*p = all->label;
	*len = (size_t)n + 1;
	return 0;
}

/*
 * Read the number at *p and the space after it.  False if they are not there.
 */
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

/* Read a label into an origin.  False if it is not a label. */
static bool
read_label(const char *p, size_t len, struct origin *o)
{
	const char *id, *url, *end = p + len;
	char kind;

	if (len == 0 || end[-1] != '\0' || !read_number(&p, &o->offset) ||
	    !read_number(&p, &o->line) || !read_number(&p, &o->section) ||
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

bool
provenance_find(const struct provenance *o, const struct dedup_place *at,
		struct origin *found)
{
	const char *p;
	size_t len;

	*found = (struct origin){ .file = "" };
	if (at->table == 0) {
		if (at->document >= o->n)
			return false;
		*found = o->origin[at->document];
		return true;
	}
	return dedup_get_label(o->d, at->table, at->document, &p, &len) ==
	       DEDUP_OK && read_label(p, len, found);
}

const char *
provenance_table(const struct provenance *o, const struct dedup_place *at)
{
	return at->table > 0 ? o->tables[at->table - 1] : "";
}

void
provenance_short_place(const struct provenance *o, const struct dedup_place *at,
		       char *buf, size_t size)
{
	struct origin found;
	char room[4096];

	if (!provenance_find(o, at, &found))
		snprintf(buf, size, "%s", provenance_table(o, at));
	else
		snprintf(buf, size, "%s:%" PRIu64,
			 provenance_name(&found, room, sizeof(room)),
			 at->line + 1 + (found.id == NULL ? found.line : 0));
}

/* JSON. */

int
provenance_put_name(const struct provenance *o, struct writer *w,
		    uint64_t document)
{
	char buf[4096];
	const char *name = provenance_name(&o->origin[document], buf,
					   sizeof(buf));

	return print_quoted(w, name, strlen(name));
}

static int
put_url(struct writer *w, const struct origin *o)
{
	if (o->url == NULL)
		return 0;
	return print_string(w, ",") != 0 ? -1 : print_field(w, "url", o->url);
}

int
provenance_put_url(const struct provenance *o, struct writer *w,
		   uint64_t document)
{
	return put_url(w, &o->origin[document]);
}

int
provenance_put_place(const struct provenance *all, struct writer *w,
		     const struct dedup_place *at)
{
	struct origin o;
	bool known = provenance_find(all, at, &o);
	char buf[4096];

	if (at->table > 0 &&
	    (print_field(w, "table", provenance_table(all, at)) != 0 ||
	     (known && print_string(w, ",") != 0)))
		return -1;
	if (!known)
		return 0;
	if (print_field(w, "file", o.file) != 0 || print_string(w, ",") != 0 ||
	    print_field(w, "document",
			provenance_name(&o, buf, sizeof(buf))) != 0 ||
	    put_url(w, &o) != 0)
		return -1;
	if (o.id != NULL)
		return print_format(w, ",\"%s\":%" PRIu64 ",\"line\":%" PRIu64
				    ",\"offset\":%" PRIu64,
				    o.warc ? "record_at" : "record",
				    o.warc ? o.offset : o.line + 1,
				    at->line + 1, at->offset);
	return print_format(w, ",\"line\":%" PRIu64 ",\"offset\":%" PRIu64,
			    o.line + at->line + 1, o.offset + at->offset);
}
