/* The page as a whole: its head, the first thing to see, its foot. */
#include "page.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "page_files.h"
#include "page_parts.h"

/* Above which shares a page warns, and alarms. */
#define MUCH 0.5
#define ALMOST_ALL 0.9

static const struct {
	const char *name, *title, *words;
} reasons[] = {
	{ "exact", "Exact copies", "an earlier text has the same words" },
	{ "near", "Said in full before",
	  "one earlier text has all of its words, in one piece" },
	{ "similar", "Similar",
	  "like an earlier text, by --threshold; facts may differ" },
	{ "repeat", "Repeats", "says again what stands directly before it" },
	{ "lead", "Teasers and captions", "said in full soon after" },
	{ "contained", "Parts", "part of a longer text" },
	{ "boilerplate", "Boilerplate",
	  "in many documents, and removed from all" },
	{ "listed", "Listed", "in a text of --against" },
	{ "heading", "Headings", "what they stand above was removed" },
	{ "short", "Short documents",
	  "fewer words were left than --min-doc-words" },
};

#define NREASONS (sizeof(reasons) / sizeof(*reasons))

const char *
reason_title(const char *name)
{
	for (size_t i = 0; i < NREASONS; i++)
		if (strcmp(reasons[i].name, name) == 0)
			return reasons[i].title;
	return name;
}

const char *
reason_words(const char *name)
{
	for (size_t i = 0; i < NREASONS; i++)
		if (strcmp(reasons[i].name, name) == 0)
			return reasons[i].words;
	return "";
}

void
page_bar(struct page *p, const char *class, double share)
{
	html_format(&p->h, "<svg class=\"bar\" aria-hidden=\"true\"><rect "
		    "class=\"%s\" width=\"%.2f%%\" height=\"100%%\"/></svg>",
		    class, 100 * (share > 1 ? 1 : share));
}

void
page_name(struct page *p, uint64_t document)
{
	const struct origin *o = &p->r->provenance->origin[document];
	char buf[4096];
	const char *name = provenance_name(o, buf, sizeof(buf));

	if (strcmp(name, "-") == 0)
		name = "standard input";
	html_put(&p->h, "<bdi>");
	html_line(&p->h, name, strlen(name), NAME_MOST);
	html_put(&p->h, "</bdi>");
}

void
page_place(struct page *p, const struct dedup_place *at)
{
	const char *table = provenance_table(p->r->provenance, at);
	char buf[4096];
	const char *name;
	struct origin o;

	if (provenance_find(p->r->provenance, at, &o)) {
		name = provenance_name(&o, buf, sizeof(buf));
		if (strcmp(name, "-") == 0)
			name = "standard input";
		html_put(&p->h, "<bdi>");
		html_line(&p->h, name, strlen(name), NAME_MOST);
		html_format(&p->h, "</bdi>, line %" PRIu64, at->line + 1 +
			    (o.id == NULL ? o.line : 0));
		if (o.url != NULL) {
			html_put(&p->h, ", <bdi>");
			html_line(&p->h, o.url, strlen(o.url), NAME_MOST);
			html_put(&p->h, "</bdi>");
		}
	}
	if (at->table == 0)
		return;
	html_put(&p->h, " of table <bdi>");
	html_line(&p->h, table, strlen(table), NAME_MOST);
	html_put(&p->h, "</bdi>");
}

void **
page_rank(const struct frequent *f, int (*compare)(const void *, const void *))
{
	void **rank = calloc(f->n + 1, sizeof(*rank));

	if (rank == NULL)
		return NULL;
	for (size_t i = 0; i < f->n; i++)
		rank[i] = frequent_at(f, i);
	qsort(rank, f->n, sizeof(*rank), compare);
	return rank;
}

static void
put_head(struct page *p)
{
	struct html *h = &p->h;

	html_put(h, PAGE_HEAD "<html lang=\"en\">\n<head>\n"
		 "<meta charset=\"utf-8\">\n<meta http-equiv=\""
		 "Content-Security-Policy\" content=\"default-src 'none'; "
		 "style-src '" PAGE_STYLE_HASH "'; script-src '"
		 PAGE_SCRIPT_HASH "'; base-uri 'none'; form-action 'none'\">\n"
		 "<meta name=\"viewport\" content=\"width=device-width, "
		 "initial-scale=1\">\n<meta name=\"referrer\" content=\""
		 "no-referrer\">\n<title>What dedup removed</title>\n<style>");
	html_put(h, page_style);
	html_put(h, "</style>\n</head>\n<body>\n"
		 "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n"
		 "<header class=\"top\"><div class=\"name\">"
		 "<h1>What dedup removed</h1><nav aria-label=\"Sections\"><ul>"
		 "<li><a href=\"#look\">Look here first</a></li>"
		 "<li><a href=\"#why\">Why</a></li>");
	if (p->units > 0)
		html_put(h, "<li><a href=\"#texts\">Repeated texts</a></li>");
	if (p->r->losses.documents > 1 && p->r->losses.touched > 0)
		html_put(h, "<li><a href=\"#lost\">Who lost most</a></li>");
	if (p->units > 0)
		html_put(h, "<li><a href=\"#samples\">Samples</a></li>");
	html_put(h, "</ul></nav></div></header>\n<main id=\"main\">\n");
}

/* <div><dt>...</dt><dd>NUMBER<small>of ...</small></dd></div> */
static void
put_tile(struct page *p, const char *what, uint64_t n, uint64_t of,
	 const char *unit)
{
	struct html *h = &p->h;

	html_format(h, "<div><dt>%s</dt><dd>", what);
	html_number(h, n);
	html_put(h, "<small>of ");
	html_number(h, of);
	html_format(h, "%s</small></dd></div>", unit);
}

static void
put_tiles(struct page *p)
{
	const struct losses *l = &p->r->losses;
	struct html *h = &p->h;

	html_put(h, "<dl class=\"tiles\"><div><dt>Text removed</dt><dd>");
	html_bytes(h, p->gone);
	html_put(h, "<small>of ");
	html_bytes(h, p->stats->bytes);
	html_put(h, "</small></dd></div>");
	put_tile(p, "Units removed", p->units, p->stats->units, "");
	put_tile(p, "Documents changed", l->touched, l->documents, "");
	put_tile(p, "Documents emptied", l->whole + p->tally->short_documents,
		 l->documents, "");
	html_put(h, "</dl>");
}

static void
put_hero(struct page *p)
{
	struct html *h = &p->h;
	double share = p->stats->bytes == 0 ? 0 :
		       (double)p->gone / (double)p->stats->bytes;

	html_format(h, "<div class=\"card hero %s\"><div class=\"line\"><div>"
		    "<p class=\"big\">", share > ALMOST_ALL ? "alarm" :
		    share > MUCH ? "warn" : "calm");
	html_share(h, p->gone, p->stats->bytes);
	html_put(h, "</p><p>of the text was removed</p></div>");
	put_tiles(p);
	html_put(h, "</div>");
	page_whole(p);
	html_put(h, "</div>\n");
}

static void
put_foot(struct page *p)
{
	struct html *h = &p->h;

	html_put(h, "</main>\n<footer><p>Shares are of bytes of text. A "
		 "<em>unit</em> is what dedup judges as one: a block between "
		 "blank lines, or a line that can stand alone. The numbers "
		 "above are of the whole run, but where it says \"at least\". "
		 "Samples are drawn evenly from all removals of a reason, "
		 "always the same ones for the same input. To see every "
		 "removal, use <code>--diff</code> or <code>--log</code>."
		 "</p><p>Control characters and marks that turn the line "
		 "round are shown as pictures or by their number. Made by "
		 "dedup " DEDUP_VERSION ".</p></footer>\n<script>");
	html_put(h, page_script);
	html_put(h, "</script>\n</body>\n</html>\n");
}

/* All of it; the foot is made first, to know what is left for samples. */
static int
put_page(struct page *p)
{
	size_t len, foot;

	put_foot(p);
	foot = p->h.len;
	html_back(&p->h, 0);
	put_head(p);
	put_hero(p);
	page_warnings(p);
	page_reasons(p);
	page_charts(p);
	page_texts(p);
	page_documents(p);
	page_sources(p);
	len = p->h.len + foot;
	if (len < PAGE_MOST && page_samples(p, PAGE_MOST - foot) != 0)
		return -1;
	put_foot(p);
	return 0;
}

int
page_write(struct report *r, const struct dedup_stats *stats,
	   const struct tally *tally, struct writer *w)
{
	struct page p = { .r = r, .stats = stats, .tally = tally };
	int got;

	p.gone = r->losses.gone + tally->short_bytes;
	for (size_t i = 0; i < DEDUP_NREASONS; i++)
		p.units += r->reason[i].units;
	if (put_page(&p) != 0 || p.h.no_memory) {
		errno = ENOMEM;
		got = -1;
	} else {
		got = writer_put(w, p.h.buf, p.h.len);
	}
	html_free(&p.h);
	return got;
}
