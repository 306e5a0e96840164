/*
 * Files through the library: supply of batches -> dedup -> output.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "dedup.h"
#include "destinations.h"
#include "files.h"
#include "format_check.h"
#include "options.h"
#include "output.h"
#include "progress.h"
#include "stats.h"
#include "supply.h"
#include "writer.h"

/* A pass over all files. */
struct pipeline_pass {
	uint64_t documents;	/* begun in it */
	bool silent;		/* nothing leaves: another pass follows, or it
				 * is one over a reference text */
	bool unjudged;		/* nothing is judged or removed: all text is for
				 * the sink */
	bool reference;		/* a reference text is read */
};

/* Bytes of a document of text that are not decided. */
struct held {
	char *buf;
	size_t start, end, room;
	uint64_t off;		/* of buf[start] in the document */
};

/* The document of text that is longer than its batch. */
struct long_text {
	bool open;		/* there is one */
	uint64_t document;	/* its number */
	struct held held;
};

/* The file at hand. */
struct file_at_hand {
	size_t number;
	bool warc;
	uint64_t records, with_text;	/* JSONL and WARC */
	uint64_t with_id;	/* JSONL */
	uint64_t complaints;	/* about bad records */
	char fields[120];	/* of its first record that has no text */
	uint64_t gone_before;	/* output_gone() when it began */
	uint64_t bytes_before, removed_before;	/* --in-place: of text */
	char over[100];		/* why it is not rewritten */
};

/* The batch at hand. */
struct work {
	struct batch *batch;
	size_t item;		/* the next one to be worked off */
	uint64_t raw;		/* bytes of files before it */
	size_t checked;		/* bytes of it when memory was looked at */
	bool failed;		/* it cannot be worked off: that was printed */
	struct dedup_text *texts;	/* documents for one call, */
	size_t *number;		/* ... the numbers of their items, */
	size_t n, texts_room, number_room;
	size_t end;		/* ... and the item that it ends before */
};

struct pipeline {
	const struct options *opt;
	struct files *files;
	struct dedup *d;
	unsigned threads;	/* that it has */
	struct supply *supply;
	struct pipeline_pass pass;
	struct file_at_hand file;
	struct work work;
	struct long_text text;

	struct output out;
	struct destinations destinations;	/* out.to is one of these */
	struct provenance provenance;	/* of documents */
	struct format_check formats;
	struct progress progress;
	struct tally tally;

	uint64_t references;	/* documents of reference texts: the first */
	struct {
		int save, update;	/* locks on tables; -1: none */
	} lock;
	uint64_t aside;		/* bytes that decoding takes, if it is much */
	uint64_t mostly_gone;	/* files of which more than 90 % was removed */
	bool trouble;		/* something was wrong: exit 2 */
	bool damaged;		/* a file could not be read to its end */
	size_t unread;		/* files of which nothing could be read */
};

#define FILES_TOLD 100		/* of which something is said of each */

/*
 * Run all files through once.  0 (p->trouble may be set,
 * and was said), or -1 where no more can be done, which has been said too.
 */
int pipeline_run(struct pipeline *p);

/* The same, but judge nothing: hand all text to this sink. */
int pipeline_show(struct pipeline *p, struct sink *sink);

/*
 * dedup: PATH: WHAT: WHY on standard error; sets trouble.  The path is as in
 * message_name().
 */
void pipeline_complain(struct pipeline *p, const char *path, const char *what,
		       const char *why);

/*
 * The same of why the library cannot go on; 'path' is NULL if at no file: -1.
 */
int pipeline_failed(struct pipeline *p, const char *path,
		    enum dedup_status st);

/* ... or why the output, or the log, cannot be written, by errno: -1. */
int pipeline_output_failed(struct pipeline *p);

/* The path of the file that an item is of. */
static inline const char *
pipeline_path(const struct pipeline *p, const struct item *it)
{
	return p->files->file[it->file].path;
}

/* What became of an output: 0, or -1 where that is the end, which it says. */
int pipeline_take_result(struct pipeline *p, enum destination_result got);

/* Free what it holds beside what was given to it. */
void pipeline_free(struct pipeline *p);

#endif
