/* The parts of the page, for page.c; each is in the file of its name. */
#ifndef PAGE_PARTS_H
#define PAGE_PARTS_H

#include "html.h"
#include "report.h"

#define NAME_MOST 160	/* bytes of a name that is not ours */

struct page {
	struct html h;
	struct report *r;
	const struct dedup_stats *stats;
	const struct tally *tally;
	uint64_t gone;		/* bytes removed, short documents included */
	uint64_t units;		/* removed */
};

/* "Exact copies", and a line about them; by their name in dedup(1). */
const char *reason_title(const char *name);
const char *reason_words(const char *name);

/* page_warnings.c, page_figures.c, page_lists.c, page_samples.c */
void page_warnings(struct page *p);
void page_whole(struct page *p);	/* the bar of all text */
void page_reasons(struct page *p);
void page_charts(struct page *p);
void page_texts(struct page *p);
void page_documents(struct page *p);
void page_sources(struct page *p);
/* As many samples as fit; -1 with ENOMEM. */
int page_samples(struct page *p, size_t most);

/* What several of them put: a bar that is so long; a document's name. */
void page_bar(struct page *p, const char *class, double share);
void page_name(struct page *p, uint64_t document);
/* ... and its line; 'line' is of the document, from 0. */
void page_place(struct page *p, const struct dedup_place *at);

/* Those that weigh most, by what 'less' compares: how many, in an array of its
 * own, or NULL with ENOMEM. */
void **page_rank(const struct frequent *f,
		 int (*compare)(const void *, const void *));

/* The sources, by bytes removed. */
int page_by_loss(const void *a, const void *b);
bool page_source_stands_out(const struct page *p,
			    const struct report_source *s);

/* The texts, by copies. */
int page_by_copies(const void *a, const void *b);

#endif
