/* Where a person should look first. */
#include <inttypes.h>
#include <stdlib.h>

#include "page_parts.h"

#define ONE_TEXT 0.01		/* of all removals, by one text */
#define REMOVALS_LEAST 500	/* ... if there are so many */
#define GENRE_LEAST 0.01	/* of the removals looked at, of one genre ... */
#define GENRE_FEW 3		/* ... and so many */
#define MUCH 0.5
#define NAMED 3			/* sources, texts */

/* So many warnings were put. */
struct warnings {
	struct page *p;
	size_t n;
};

static struct html *
begin_warning(struct warnings *w, bool alarm)
{
	struct html *h = &w->p->h;

	w->n++;
	html_format(h, "<li%s><div><b>", alarm ? " class=\"alarm\"" : "");
	return h;
}

static void
end_warning(struct warnings *w)
{
	html_put(&w->p->h, "</div></li>\n");
}

/* A warning that is a number and words. */
static void
warn_of(struct warnings *w, uint64_t n, const char *what, const char *words)
{
	struct html *h;

	if (n == 0)
		return;
	h = begin_warning(w, false);
	html_number(h, n);
	html_format(h, " %s</b>%s", what, words);
	end_warning(w);
}

static void
warn_of_share(struct warnings *w)
{
	const struct page *p = w->p;
	struct html *h;

	if (p->stats->bytes == 0 ||
	    (double)p->gone <= MUCH * (double)p->stats->bytes)
		return;
	h = begin_warning(w, 10 * p->gone > 9 * p->stats->bytes);
	html_put(h, "More than half of the text was removed</b>Is the input "
		 "what you think it is? The same file given twice, or records "
		 "that all share one text, look like this.");
	end_warning(w);
}

static void
warn_of_documents(struct warnings *w)
{
	const struct losses *l = &w->p->r->losses;
	struct html *h;

	if (l->mostly == 0 || l->documents < 2)
		return;
	h = begin_warning(w, 10 * l->mostly > l->documents);
	html_number(h, l->mostly);
	html_format(h, " document%s lost more than 90 %%</b>The largest are "
		    "under <a href=\"#mostly\">Documents that lost nearly "
		    "all</a>.", l->mostly == 1 ? "" : "s");
	end_warning(w);
}

static void
warn_of_sources(struct warnings *w)
{
	const struct frequent *f = &w->p->r->sources;
	void **rank = page_rank(f, page_by_loss);
	struct html *h = &w->p->h;
	size_t n = 0;

	if (rank == NULL) {
		h->no_memory = true;
		return;
	}
	for (size_t i = 0; i < f->n; i++)
		if (page_source_stands_out(w->p, rank[i]))
			rank[n++] = rank[i];
	if (n > 0) {
		begin_warning(w, false);
		html_number(h, n);
		html_format(h, " source%s lost more than five times the mean"
			    "</b>", n == 1 ? "" : "s");
		for (size_t i = 0; i < n && i < NAMED; i++) {
			const struct report_source *s = rank[i];

			html_put(h, i > 0 ? ", <bdi>" : "<bdi>");
			html_line(h, s->name, s->len, NAME_MOST);
			html_put(h, "</bdi> ");
			html_share(h, s->gone, s->bytes);
		}
		html_put(h, n > NAMED ? ", ..." : "");
		html_put(h, "; see <a href=\"#sources\">Sources</a>.");
		end_warning(w);
	}
	free(rank);
}

static void
warn_of_texts(struct warnings *w)
{
	struct page *p = w->p;
	const struct frequent *f = &p->r->texts;
	struct html *h = &p->h;
	void **rank;
	size_t n = 0;

	if (p->units < REMOVALS_LEAST)
		return;
	rank = page_rank(f, page_by_copies);
	if (rank == NULL) {
		h->no_memory = true;
		return;
	}
	while (n < f->n && (double)((struct repeated *)rank[n])->copies >
			   ONE_TEXT * (double)p->units)
		n++;
	if (n > 0) {
		begin_warning(w, false);
		html_number(h, n);
		html_format(h, " text%s took out more than 1 %% of all "
			    "removals%s</b>", n == 1 ? "" : "s",
			    n == 1 ? "" : " each");
		for (size_t i = 0; i < n && i < NAMED; i++) {
			const struct repeated *t = rank[i];

			html_put(h, i > 0 ? ", " : "");
			html_put(h, "\xe2\x80\x9c<bdi>");
			html_line(h, t->head, t->len, 60);
			html_put(h, "</bdi>\xe2\x80\x9d ");
			html_number(h, t->copies);
			html_put(h, " times");
		}
		html_put(h, n > NAMED ? ", ..." : "");
		html_put(h, "; see <a href=\"#texts\">The most repeated texts"
			 "</a>.");
		end_warning(w);
	}
	free(rank);
}

static void
warn_of_genres(struct warnings *w)
{
	static const char *const what[GENRES] = {
		"", "look like verse", "look like code", "look like tables",
	};
	const struct samples *s = &w->p->r->samples;

	for (int i = GENRE_VERSE; i < GENRES; i++) {
		const struct sample_set *set = &s->set[DEDUP_NREASONS + i];
		struct html *h;

		if (set->seen < GENRE_FEW || (double)set->seen <
				GENRE_LEAST * (double)s->looked_at)
			continue;
		h = begin_warning(w, false);
		html_share(h, set->seen, s->looked_at);
		html_format(h, " of the removals %s</b>A line of these is often "
			    "no copy of the same line elsewhere. Some are under "
			    "<a href=\"#genre-%s\">Samples</a>; <code>-u "
			    "paragraph</code> keeps blocks together.", what[i],
			    genre_name((enum genre)i));
		end_warning(w);
	}
}

/* What the run itself could not do. */
static void
warn_of_run(struct warnings *w)
{
	const struct dedup_stats *s = w->p->stats;

	warn_of(w, w->p->r->reason[DEDUP_SIMILAR].units,
		"removals rest on similarity alone",
		"Their copies may say something else: a name, a number, a "
		"\"not\". The least similar are under <a href=\"#reason-"
		"similar\">Samples</a>, with the words that differ marked.");
	warn_of(w, s->unrecorded, "units were kept but not remembered",
		"Memory was full: later copies of them stayed. See "
		"<code>--memory</code>.");
	if (s->full && s->unrecorded == 0)
		warn_of(w, s->documents, "documents, but not all texts of them "
			"were counted", "Memory was full.");
	warn_of(w, s->oversize + w->p->tally->long_records,
		"units or records were too long to judge",
		"They stay as they are.");
	warn_of(w, w->p->tally->bad_records, "records could not be read",
		"They stay as they are.");
}

void
page_warnings(struct page *p)
{
	struct warnings w = { .p = p };

	html_put(&p->h, "<section id=\"look\"><h2>Look here first</h2>"
		 "<ul class=\"look\">\n");
	warn_of_share(&w);
	warn_of_documents(&w);
	warn_of_sources(&w);
	warn_of_texts(&w);
	warn_of_genres(&w);
	warn_of_run(&w);
	if (w.n == 0)
		html_put(&p->h, "<li class=\"calm\"><div><b>Nothing stands out"
			 "</b>No document of some length lost more than 90 %, no "
			 "source lost far more than the others, no single text "
			 "took out many others, and few removals look like "
			 "verse, code or tables.</div></li>\n");
	html_put(&p->h, "</ul></section>\n");
}
