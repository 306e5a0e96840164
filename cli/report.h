/* What was removed and why: the log, the diff for people, the counts. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dedup.h"
#include "options.h"
#include "writer.h"

/* What a document of the library is in the input. */
struct origin {
	const char *file;	/* operand */
	uint64_t offset;	/* bytes of the file before the document */
	uint64_t line;		/* lines of the file before it */
	char *id;		/* of a record; NULL for text */
	char *url;		/* of a WARC record; NULL: it has none */
	bool warc;		/* 'offset' tells where the record is */
	uint64_t part;		/* text: number in its file, from 1; 0: it is
				 * the file */
};

struct report {
	const struct dedup *d;	/* for the names of tables' documents */
	const char **tables;	/* that were loaded, in order */
	unsigned ntables;
	char *label;		/* of the last report_label() */
	size_t label_room;
	bool on;		/* origins are kept: witnesses are told of */
	bool color;
	struct writer *out;	/* of --diff */
	struct writer *log;	/* NULL: none */
	struct origin *origins;	/* by document number */
	size_t n, room;
	char *scratch;
	size_t scratch_room;
	bool amid_line;		/* --diff: the output stands in a line */
};

/* Bytes that leave the input. */
struct piece {
	uint64_t at;		/* where in the file */
	const char *bytes;
	size_t len;
};

/*
 * Document number d->n comes from here.  'id' and 'url' are taken over.  -1:
 * ENOMEM.
 */
int report_document(struct report *r, const struct origin *o);

/* A line of the log.  -1 with errno. */
int report_removal(struct report *r, uint64_t document,
		   const struct dedup_removal *removal,
		   const struct piece *pieces, size_t npieces);

/* The same of a document with so few words left that it goes whole. */
int report_short(struct report *r, uint64_t document, uint64_t words,
		 const struct piece *pieces, size_t npieces);

/* For --annotate: "reason":...,"similarity":...,"witness":{...} */
int report_why(struct report *r, struct writer *w,
	       const struct dedup_removal *removal);

/* A table was loaded from here.  -1: ENOMEM. */
int report_table(struct report *r, const char *path);

/* A dedup_label, for dedup_save(): 'arg' is the report. */
int report_label(void *arg, uint64_t document, const char **p, size_t *len);

/* --top --json: a line. 'text' is the body of a JSON string. */
int report_common(struct report *r, struct writer *w, uint64_t documents,
		  const struct dedup_place *at, const char *text);

/* A document's name as a JSON string. */
int report_name(struct report *r, struct writer *w, uint64_t document);

/* ,"url":"..." of a document that has one. */
int report_url(struct report *r, struct writer *w, uint64_t document);

/* The mark before a unit that would go, and its length; -1: no room. */
int report_mark(struct report *r, const struct dedup_removal *removal,
		char *buf, size_t size);

/* --diff: text that stays; a unit that goes.  -1 with errno. */
int report_kept(struct report *r, const char *text, size_t len);
int report_gone(struct report *r, uint64_t document,
		const struct dedup_removal *removal, const char *text,
		size_t len);
int report_title(struct report *r, uint64_t document);

/* Things the command counts beside the library. */
struct tally {
	uint64_t bytes_in, bytes_out;	/* of the files */
	uint64_t records, bad_records, no_text, long_records;
	uint64_t short_documents, short_bytes;	/* dropped whole; bytes that
						 * were left of them */
};

/* The counts on standard error. */
void report_stats(const struct dedup_stats *s, const struct tally *t,
		  bool json);

void report_free(struct report *r);

#endif
