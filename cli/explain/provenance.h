/*
 * Provenance: where each document comes from.  The library numbers documents;
 * here is the origin that a number has in the input, or in a loaded table.
 */
#ifndef PROVENANCE_H
#define PROVENANCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup.h"
#include "writer.h"

struct origin {
	const char *file;	/* operand */
	uint64_t offset;	/* bytes of the file before the document */
	uint64_t line;		/* lines of the file before it */
	char *id;		/* of a record; NULL for text */
	char *url;		/* of a WARC record; NULL: it has none */
	bool warc;		/* 'offset' is that of the record */
	uint64_t section;	/* text: number in its file, from 1; 0: the
				 * whole file */
};

struct provenance {
	const struct dedup *d;	/* for the names of documents in tables */
	bool on;		/* they are recorded, since an option needs
				 * them */
	struct origin *origin;	/* by document number */
	size_t n, room;
	const char **tables;	/* that were loaded, in order */
	size_t ntables, tables_room;
	char *label;		/* of the last provenance_label() */
	size_t label_room;
};

/*
 * Record the origin of document number o->n; takes ownership of 'id' and 'url'.
 * -1: ENOMEM.
 */
int provenance_add(struct provenance *o, const struct origin *origin);

/* Record that a table was loaded from 'path'.  -1: ENOMEM. */
int provenance_add_table(struct provenance *o, const char *path);

/*
 * The name of a document: its id, its file, or FILE#SECTION, which is put in
 * 'buf'.
 */
const char *provenance_name(const struct origin *o, char *buf, size_t size);

/* Where the document of a place comes from.  False if that is not known. */
bool provenance_find(const struct provenance *o, const struct dedup_place *at,
		     struct origin *found);

/* The table that a place is in; "" if it is in none. */
const char *provenance_table(const struct provenance *o,
			     const struct dedup_place *at);

/* NAME:LINE of a place, or only the table's name if no more is known. */
void provenance_short_place(const struct provenance *o,
			    const struct dedup_place *at, char *buf,
			    size_t size);

/* label() of dedup_save(): 'arg' is the struct provenance. */
int provenance_label(void *arg, uint64_t document, const char **p, size_t *len);

/*
 * As JSON: 0, or -1 with errno.  A document's name, as a string; ,"url":"..."
 * if it has one; the members of a place,
 *
 *	"file":...,"document":...,"line":N,"offset":N
 *
 * A record also has its URL, and its line in the file, or where in the file it
 * begins.  Offset and line are counted in the file for a text, and in the text
 * of a record.  A document of a table begins with "table":...
 */
int provenance_put_name(const struct provenance *o, struct writer *w,
			uint64_t document);
int provenance_put_url(const struct provenance *o, struct writer *w,
		       uint64_t document);
int provenance_put_place(const struct provenance *o, struct writer *w,
			 const struct dedup_place *at);

void provenance_free(struct provenance *o);

#endif
