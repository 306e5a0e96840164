/* What was removed and why, in figures: the bar of all text, table, charts. */
#include <inttypes.h>
#include <stdio.h>

#include "page_parts.h"

/* A part of the bar, from 'at' on. */
static double
put_part(struct page *p, const char *name, double at, uint64_t bytes)
{
	double wide = p->stats->bytes == 0 ? 0 :
		      100 * (double)bytes / (double)p->stats->bytes;

	if (bytes > 0)
		html_format(&p->h, "<rect class=\"%s\" x=\"%.3f%%\" width="
			    "\"%.3f%%\" height=\"100%%\"/>", name, at, wide);
	return at + wide;
}

void
page_whole(struct page *p)
{
	struct html *h = &p->h;
	double at = 0;

	html_put(h, "<svg class=\"whole\" aria-hidden=\"true\">");
	for (unsigned i = 0; i < DEDUP_NREASONS; i++)
		at = put_part(p, dedup_reason_name(i), at,
			      p->r->reason[i].bytes);
	put_part(p, "short", at, p->tally->short_bytes);
	html_put(h, "</svg><p class=\"ends\"><span>removed, by reason</span>"
		 "<span>kept: ");
	html_bytes(h, p->stats->bytes - p->gone);
	html_put(h, "</span></p>");
}

static void
put_reason(struct page *p, const char *name, uint64_t units, uint64_t bytes,
	   uint64_t documents)
{
	struct html *h = &p->h;

	html_format(h, "<tr><th scope=\"row\"><span class=\"dot %s\"></span>"
		    "<b>%s</b><small>%s</small></th><td class=\"n\">", name,
		    reason_title(name), reason_words(name));
	html_number(h, units);
	html_put(h, "</td><td class=\"n\">");
	html_bytes(h, bytes);
	html_put(h, "</td><td class=\"n opt\">");
	html_number(h, documents);
	html_put(h, "</td><td class=\"n\">");
	html_share(h, bytes, p->stats->bytes);
	html_put(h, "</td><td class=\"opt\">");
	page_bar(p, name, p->gone == 0 ? 0 : (double)bytes / (double)p->gone);
	html_put(h, "</td></tr>\n");
}

void
page_reasons(struct page *p)
{
	struct html *h = &p->h;

	html_put(h, "<section id=\"why\"><h2>What was removed, and why</h2>");
	if (p->gone == 0) {
		html_put(h, "<p>Nothing was removed.</p></section>\n");
		return;
	}
	html_put(h, "<div class=\"card\"><table class=\"why\"><thead><tr>"
		 "<th scope=\"col\">Reason</th><th scope=\"col\" class=\"n\">"
		 "Units</th><th scope=\"col\" class=\"n\">Bytes</th>"
		 "<th scope=\"col\" class=\"n\">Documents</th>"
		 "<th scope=\"col\" class=\"n\">Of all text</th>"
		 "<th scope=\"col\">Of what was removed</th></tr></thead>"
		 "<tbody>\n");
	for (unsigned i = 0; i < DEDUP_NREASONS; i++) {
		const struct report_reason *r = &p->r->reason[i];

		if (r->units > 0)
			put_reason(p, dedup_reason_name(i), r->units, r->bytes,
				   r->documents);
	}
	if (p->tally->short_documents > 0)
		put_reason(p, "short", 0, p->tally->short_bytes,
			   p->tally->short_documents);
	html_put(h, "</tbody></table></div></section>\n");
}

/* Charts: rows with a bar each. */

static uint64_t
most_of(const uint64_t *n, size_t len)
{
	uint64_t most = 1;

	for (size_t i = 0; i < len; i++)
		most = n[i] > most ? n[i] : most;
	return most;
}

static void
begin_chart(struct page *p, const char *title, const char *words)
{
	html_format(&p->h, "<div class=\"card\"><table class=\"bars\"><caption>"
		    "%s<span>%s</span></caption><tbody>\n", title, words);
}

static void
begin_row(struct page *p, const char *label, const char *class, uint64_t n,
	  uint64_t most)
{
	html_format(&p->h, "<tr><th scope=\"row\">%s</th><td class=\"b\">",
		    label);
	page_bar(p, class, (double)n / (double)most);
	html_put(&p->h, "</td><td class=\"n\">");
}

static void
end_chart(struct page *p)
{
	html_put(&p->h, "</tbody></table></div>\n");
}

static void
put_row(struct page *p, const char *label, const char *class, uint64_t n,
	uint64_t most)
{
	begin_row(p, label, class, n, most);
	html_number(&p->h, n);
	html_put(&p->h, "</td></tr>\n");
}

/* Of each document: how much of it? */
static void
put_shares(struct page *p)
{
	const uint64_t *n = p->r->losses.share;
	uint64_t most = most_of(n, LOSSES_SHARES);

	begin_chart(p, "How much of each document",
		    "documents, by the share of their text that was removed");
	put_row(p, "nothing", "plain", n[0], most);
	for (unsigned i = 1; i + 1 < LOSSES_SHARES; i++) {
		char label[40];

		snprintf(label, sizeof(label), "%s%u %%", i == 1 ? "under " :
			 i == 10 ? "over " : "", i == 10 ? 90 : 10 * i);
		if (i > 1 && i < 10)
			snprintf(label, sizeof(label), "%u\xe2\x80\x93%u %%",
				 10 * i - 10, 10 * i);
		put_row(p, label, i == 10 ? "over" : "plain", n[i], most);
	}
	put_row(p, "all of it", "over", n[LOSSES_SHARES - 1], most);
	end_chart(p);
}

/* From the lowest that there is. */
static void
put_similarity(struct page *p)
{
	const uint64_t *n = p->r->similarity;
	uint64_t exact = p->r->reason[DEDUP_EXACT].units;
	uint64_t most = most_of(n, REPORT_BINS);
	unsigned i = 0;

	most = exact > most ? exact : most;
	begin_chart(p, "How similar to the copy that stays",
		    "units; 1 is the same words");
	while (i < REPORT_BINS - 4 && n[i] == 0)
		i++;
	for (; i < REPORT_BINS; i++) {
		char label[40];

		snprintf(label, sizeof(label), "%.2f\xe2\x80\x93%.2f",
			 (double)i / REPORT_BINS,
			 (double)(i + 1) / REPORT_BINS);
		put_row(p, label, "near", n[i], most);
	}
	put_row(p, "exact copies", "exact", exact, most);
	end_chart(p);
}

static void
put_tenths(struct page *p)
{
	const uint64_t *n = p->r->losses.tenth;
	uint64_t most = most_of(n, LOSSES_TENTHS);

	begin_chart(p, "Where in documents",
		    "bytes removed, by their place from beginning to end");
	for (unsigned i = 0; i < LOSSES_TENTHS; i++) {
		char label[40];

		snprintf(label, sizeof(label), i == 0 ? "beginning" :
			 i == LOSSES_TENTHS - 1 ? "end" :
			 "%u\xe2\x80\x93%u %%", 10 * i, 10 * i + 10);
		begin_row(p, label, "plain", n[i], most);
		html_bytes(&p->h, n[i]);
		html_put(&p->h, "</td></tr>\n");
	}
	end_chart(p);
}

void
page_charts(struct page *p)
{
	if (p->units == 0)
		return;
	html_put(&p->h, "<section><h2>Which text it was</h2>"
		 "<div class=\"three\">\n");
	put_similarity(p);
	if (p->r->losses.documents > 1)
		put_shares(p);
	put_tenths(p);
	html_put(&p->h, "</div></section>\n");
}
