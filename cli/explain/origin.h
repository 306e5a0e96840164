/*
 * Which document stands where: what the numbers that the library gives to
 * documents are in the input, or in the tables that were loaded.
 */
#ifndef ORIGIN_H
#define ORIGIN_H

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
	bool warc;		/* 'offset' is where the record is */
	uint64_t part;		/* text: number in its file, from 1; 0: it is
				 * the file */
};

struct origins {
	const struct dedup *d;	/* for the names of tables' documents */
	bool on;		/* they are recorded: somebody wants them */
	struct origin *origin;	/* by document number */
	size_t n, room;
	const char **tables;	/* that were loaded, in order */
	size_t ntables, tables_room;
	char *label;		/* of the last origins_label() */
	size_t label_room;
};

/*
 * Document number o->n comes from here.  'id' and 'url' are taken over.  -1:
 * ENOMEM.
 */
int origins_add(struct origins *o, const struct origin *origin);

/* A table was loaded from here.  -1: ENOMEM. */
int origins_add_table(struct origins *o, const char *path);

/*
 * What to call a document: its id, its file, or FILE#PART, for which 'buf' is
 * used.
 */
const char *origin_name(const struct origin *o, char *buf, size_t size);

/* Where a place's document comes from: whether that is known. */
bool origins_find(const struct origins *o, const struct dedup_place *at,
		  struct origin *found);

/* The table that a place is in; "" where it is in none. */
const char *origins_table(const struct origins *o,
			  const struct dedup_place *at);

/* NAME:LINE of a place; the table's name, if no more is known. */
void origins_short_place(const struct origins *o, const struct dedup_place *at,
			 char *buf, size_t size);

/* A dedup_label, for dedup_save(): 'arg' is the struct origins. */
int origins_label(void *arg, uint64_t document, const char **p, size_t *len);

/*
 * As JSON: 0, or -1 with errno.  A document's name, a string; ,"url":"..." of
 * one that has it; the members of a place,
 *
 *	"file":...,"document":...,"line":N,"offset":N
 *
 * A record also has its URL, and which line of the file it is, or where in the
 * file it begins.  A text's offset and line are those of its file, a record's
 * those of its text.  A table's document begins with "table":...
 */
int origins_put_name(const struct origins *o, struct writer *w,
		     uint64_t document);
int origins_put_url(const struct origins *o, struct writer *w,
		    uint64_t document);
int origins_put_place(const struct origins *o, struct writer *w,
		      const struct dedup_place *at);

void origins_free(struct origins *o);

#endif
