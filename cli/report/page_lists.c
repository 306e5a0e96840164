/* The texts that are repeated most; the documents and sources that lost most. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "page_parts.h"

#define TEXTS_MOST 40
#define TEXTS_ONCE 5		/* with those of which one copy was removed */
#define TEXTS_BYTES 90000	/* of the page, at most */
#define SOURCES_MOST 20
#define DOCUMENTS_MOST 20
#define DOCUMENTS_BYTES 40000
#define SOURCES_BYTES 30000
#define ABOVE_MEAN 5		/* times: a source that needs a look */
#define SOURCE_LEAST 1000	/* ... if it has so many bytes */

int
page_by_copies(const void *a, const void *b)
{
	const struct repeated *x = *(void *const *)a, *y = *(void *const *)b;

	if (x->copies != y->copies)
		return x->copies > y->copies ? -1 : 1;
	if (x->place.table != y->place.table)
		return x->place.table < y->place.table ? -1 : 1;
	if (x->place.document != y->place.document)
		return x->place.document < y->place.document ? -1 : 1;
	return x->place.offset < y->place.offset ? -1 :
	       x->place.offset > y->place.offset;
}

int
page_by_loss(const void *a, const void *b)
{
	const struct report_source *x = *(void *const *)a;
	const struct report_source *y = *(void *const *)b;

	if (x->gone != y->gone)
		return x->gone > y->gone ? -1 : 1;
	if (x->bytes != y->bytes)
		return x->bytes > y->bytes ? -1 : 1;
	return x->entry.key < y->entry.key ? -1 : x->entry.key > y->entry.key;
}

bool
page_source_stands_out(const struct page *p, const struct report_source *s)
{
	const struct losses *l = &p->r->losses;

	return s->bytes >= SOURCE_LEAST && l->bytes > 0 &&
	       (double)s->gone / (double)s->bytes >
	       ABOVE_MEAN * (double)l->gone / (double)l->bytes;
}

static void
put_places(struct page *p, const struct repeated *t)
{
	struct html *h = &p->h;
	bool stays = p->r->opt->dedup.keep != DEDUP_KEEP_NONE && t->told == 0;

	html_put(h, "<ul class=\"places\">");
	if (t->place.table > 0 || t->place.document < p->r->provenance->n) {
		html_put(h, stays ? "<li><b>stays in</b> " :
			 "<li><b>also in</b> ");
		page_place(p, &t->place);
		html_put(h, "</li>");
	}
	for (size_t i = 0; i < t->nat; i++) {
		struct dedup_place at = { .document = t->at[i].document,
					  .line = t->at[i].line };

		html_put(h, "<li>removed from ");
		page_place(p, &at);
		html_put(h, "</li>");
	}
	if (t->documents > t->nat) {
		html_put(h, "<li>and from ");
		html_number(h, t->documents - t->nat);
		html_put(h, " more</li>");
	}
	html_put(h, "</ul>");
}

static void
put_text(struct page *p, const struct repeated *t)
{
	struct html *h = &p->h;
	size_t len = t->len;

	while (len > 0 && (t->head[len - 1] == '\n' || t->head[len - 1] == '\r'))
		len--;
	html_format(h, "<li><details><summary><span class=\"count\">%s",
		    p->r->texts.dropped > 0 ? "<span class=\"hide\">at least "
		    "</span>\xe2\x89\xa5\xc2\xa0" : "");
	html_number(h, t->copies);
	html_format(h, "<small>%s</small></span><span><span class=\"head\" "
		    "dir=\"auto\">", t->copies == 1 ? "copy" : "copies");
	html_line(h, t->head, len, REPORT_HEAD - 4);
	if (len <= REPORT_HEAD - 4 && t->bytes / t->copies > REPORT_HEAD)
		html_put(h, "\xe2\x80\xa6");
	html_put(h, "</span><span class=\"soft\">removed from ");
	html_number(h, t->documents);
	html_format(h, " document%s, ", t->documents == 1 ? "" : "s");
	html_bytes(h, t->bytes);
	if (t->told > 0) {
		html_put(h, "; in ");
		html_number(h, t->told);
		html_put(h, " documents in all");
	}
	html_put(h, "</span></span></summary>");
	put_places(p, t);
	html_put(h, "</details></li>\n");
}

void
page_texts(struct page *p)
{
	struct html *h = &p->h;
	const struct frequent *f = &p->r->texts;
	void **rank;
	size_t begin = h->len;

	if (f->n == 0)
		return;
	rank = page_rank(f, page_by_copies);
	if (rank == NULL) {
		h->no_memory = true;
		return;
	}
	html_put(h, "<section id=\"texts\"><h2>The most repeated texts</h2>"
		 "<p class=\"sub\">Copies that were removed, and from how many "
		 "documents. Open a line to see where. A text here that is no "
		 "boilerplate deserves a look.</p>"
		 "<div class=\"card\"><ul class=\"texts\">\n");
	for (size_t i = 0; i < f->n && i < TEXTS_MOST; i++) {
		const struct repeated *t = rank[i];
		size_t before = h->len;

		if (t->copies == 1 && (i >= TEXTS_ONCE || t->len == 0))
			break;
		put_text(p, rank[i]);
		if (h->len - begin > TEXTS_BYTES) {
			html_back(h, before);
			break;
		}
	}
	html_put(h, "</ul></div></section>\n");
	free(rank);
}

static void
put_document(struct page *p, const struct loss *one)
{
	struct html *h = &p->h;
	double share = (double)one->gone / (double)one->bytes;

	html_put(h, "<tr><th scope=\"row\" class=\"name\">");
	page_name(p, one->document);
	html_put(h, "</th><td class=\"n\">");
	html_bytes(h, one->gone);
	html_put(h, "</td><td class=\"n opt\">");
	html_bytes(h, one->bytes);
	html_put(h, "</td><td class=\"n opt\">");
	html_number(h, one->units);
	html_put(h, "</td><td class=\"n\">");
	html_share(h, one->gone, one->bytes);
	html_put(h, "</td><td>");
	page_bar(p, share > LOSSES_MOSTLY ? "over" : "plain", share);
	html_put(h, "</td></tr>\n");
}

static void
put_table_head(struct page *p, const char *class, const char *what)
{
	html_format(&p->h, "<div class=\"card scroll\" tabindex=\"0\" role="
		    "\"group\" aria-label=\"%s that lost most\"><table class="
		    "\"%s\"><thead><tr><th scope=\"col\">%s</th>"
		    "<th scope=\"col\" class=\"n\">Removed</th>"
		    "<th scope=\"col\" class=\"n opt\">Of</th>"
		    "<th scope=\"col\" class=\"n opt\">Units</th>"
		    "<th scope=\"col\" class=\"n\">Share</th>"
		    "<th scope=\"col\"><span class=\"hide\">Bar</span></th>"
		    "</tr></thead><tbody>\n", what, class, what);
}

/* Is it one of the first of the list, which are shown? */
static bool
is_shown(const struct loss_list *list, uint64_t document)
{
	for (size_t i = 0; i < list->n && i < DOCUMENTS_MOST; i++)
		if (list->loss[i].document == document)
			return true;
	return false;
}

/* The first of a list that another one does not show; NULL: there is none. */
static void
put_documents(struct page *p, const struct loss_list *list,
	      const struct loss_list *shown)
{
	struct html *h = &p->h;
	size_t begin = h->len, n = 0;

	put_table_head(p, "docs", "Documents");
	for (size_t i = 0; i < list->n && n < DOCUMENTS_MOST; i++) {
		size_t before = h->len;

		if (shown != NULL && is_shown(shown, list->loss[i].document))
			continue;
		put_document(p, &list->loss[i]);
		n++;
		if (h->len - begin > DOCUMENTS_BYTES) {
			html_back(h, before);
			break;
		}
	}
	html_put(h, "</tbody></table></div>\n");
	if (n == 0)
		html_back(h, begin);
}

void
page_documents(struct page *p)
{
	const struct losses *l = &p->r->losses;
	struct html *h = &p->h;

	if (l->documents < 2 || l->touched == 0)
		return;
	html_put(h, "<section id=\"lost\"><h2>Documents that lost most</h2>"
		 "<p class=\"sub\">By bytes. Orange: more than 90 % of it was "
		 "removed.</p>\n");
	put_documents(p, &l->most, NULL);
	html_put(h, "</section>\n");
	if (l->mostly == 0)
		return;
	html_put(h, "<section id=\"mostly\"><h2>Documents that lost nearly "
		 "all</h2><p class=\"sub\">");
	html_number(h, l->mostly);
	html_format(h, " of at least %u bytes lost more than 90 %%: those above "
		    "in orange, and the next largest.</p>\n", LOSSES_LEAST);
	put_documents(p, &l->mostly_gone, &l->most);
	html_put(h, "</section>\n");
}

static void
put_source(struct page *p, const struct report_source *s)
{
	struct html *h = &p->h;
	bool out = page_source_stands_out(p, s);

	html_put(h, "<tr><th scope=\"row\" class=\"name\"><bdi>");
	if (s->len == 0)
		html_put(h, "(no name)");
	html_line(h, s->name, s->len, NAME_MOST);
	html_format(h, "</bdi>%s<small>", out ? " <span class=\"flag\">"
		    "far above the mean</span>" : "");
	html_number(h, s->documents);
	html_format(h, " document%s</small></th><td class=\"n\">",
		    s->documents == 1 ? "" : "s");
	html_bytes(h, s->gone);
	html_put(h, "</td><td class=\"n opt\">");
	html_bytes(h, s->bytes);
	html_put(h, "</td><td class=\"n opt\">");
	html_number(h, s->units);
	html_put(h, "</td><td class=\"n\">");
	html_share(h, s->gone, s->bytes);
	html_put(h, "</td><td>");
	page_bar(p, out ? "over" : "plain",
		 (double)s->gone / (double)s->bytes);
	html_put(h, "</td></tr>\n");
}

void
page_sources(struct page *p)
{
	const struct frequent *f = &p->r->sources;
	const struct losses *l = &p->r->losses;
	struct html *h = &p->h;
	void **rank;
	size_t begin;

	if (f->n < 2 || l->gone == 0)
		return;
	rank = page_rank(f, page_by_loss);
	if (rank == NULL) {
		h->no_memory = true;
		return;
	}
	html_put(h, "<section id=\"sources\"><h2>Sources that lost most</h2>"
		 "<p class=\"sub\">The host of a URL, the folder of a file, or "
		 "what the ids of records begin with. Over all, ");
	html_share(h, l->gone, l->bytes);
	html_format(h, " was removed; orange: more than %u times as much.%s</p>"
		    "\n", ABOVE_MEAN, f->dropped > 0 ?
		    " There are too many sources to count all; small ones are "
		    "not here, and figures are at least so much." : "");
	begin = h->len;
	put_table_head(p, "docs", "Sources");
	for (size_t i = 0; i < f->n && i < SOURCES_MOST; i++) {
		const struct report_source *s = rank[i];
		size_t before = h->len;

		if (s->gone == 0)
			break;
		put_source(p, s);
		if (h->len - begin > SOURCES_BYTES) {
			html_back(h, before);
			break;
		}
	}
	html_put(h, "</tbody></table></div></section>\n");
	free(rank);
}
