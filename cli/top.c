/*
 * --top: the texts that are in most documents.
 *
 * The library has counted them, and knows where each one was first.  A second
 * pass, in which nothing is judged, fetches the beginning of each from there.
 */
#include "top.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"
#include "order.h"
#include "print.h"

#define EXAMPLE 200		/* bytes shown of a text, at most */

struct example {
	struct dedup_common common;
	char text[EXAMPLE];
	size_t len;
	bool whole;		/* no more of it is wanted */
	bool cut;		/* it ends inside a character */
};

struct top {
	struct sink sink;
	struct example *example;	/* by place */
	size_t n;
	size_t at;		/* those before are whole */
};

static int
by_place(const void *a, const void *b)
{
	const struct dedup_place *x = &((const struct example *)a)->common.first;
	const struct dedup_place *y = &((const struct example *)b)->common.first;

	return x->document != y->document ?
	       order_u64(x->document, y->document) :
	       order_u64(x->offset, y->offset);
}

static int
by_frequency(const void *a, const void *b)
{
	const struct example *x = a, *y = b;

	if (x->common.documents != y->common.documents)
		return x->common.documents > y->common.documents ? -1 : 1;
	return by_place(a, b);
}

/* A document's bytes: its part of the examples. */
static void
take(struct top *s, uint64_t document, uint64_t offset, const char *text,
     size_t len)
{
	for (size_t i = s->at; i < s->n; i++) {
		struct example *e = &s->example[i];
		const struct dedup_place *at = &e->common.first;
		uint64_t from = at->offset + e->len;

		if (at->document > document || (at->document == document &&
						from >= offset + len))
			break;
		if (at->document < document)
			e->whole = true;
		while (!e->whole && from < offset + len) {
			char c = text[from++ - offset];

			e->whole = c == '\n' || e->len == EXAMPLE;
			e->cut = e->whole && (c & 0xc0) == 0x80;
			if (!e->whole)
				e->text[e->len++] = c;
		}
	}
	while (s->at < s->n && s->example[s->at].whole)
		s->at++;
}

static int
kept(struct sink *sink, const struct range *r)
{
	take((struct top *)sink, sink->document->number, r->off, r->text,
	     r->len);
	return 0;
}

static const struct sink_ops sink_of_examples = { .kept = kept };

static int
print(struct pipeline *p, const struct example *e)
{
	const struct dedup_place *at = &e->common.first;
	size_t len = e->len;
	struct writer *w = p->out.to;

	/* What there is of the last character goes. */
	if (e->cut) {
		while (len > EXAMPLE - 3 && (e->text[len - 1] & 0xc0) == 0x80)
			len--;
		len--;
	}
	if (len > 0 && len < EXAMPLE && e->text[len - 1] == '\r')
		len--;
	if (!p->opt->json)
		return print_format(w, "%8" PRIu64 "  ",
				    e->common.documents) != 0 ||
		       (p->out.diff.terminal ?
			print_visible(w, e->text, len, true) :
			writer_put(w, e->text, len)) != 0 ||
		       print_string(w, "\n") != 0 ? -1 : 0;
	return print_format(w, "{\"documents\":%" PRIu64 ",",
			    e->common.documents) != 0 ||
	       provenance_put_place(&p->provenance, w, at) != 0 ||
	       print_string(w, ",\"text\":") != 0 ||
	       print_quoted(w, e->text, len) != 0 ||
	       print_string(w, "}\n") != 0 ? -1 : 0;
}

int
top_run(struct pipeline *p)
{
	size_t n = (size_t)p->opt->top;
	struct dedup_common *common = calloc(n, sizeof(*common));
	struct top s = { .sink.ops = &sink_of_examples };
	int got = -1;

	s.example = calloc(n, sizeof(*s.example));
	if (common == NULL || s.example == NULL) {
		message("out of memory");
		goto out;
	}
	s.n = dedup_top(p->d, common, n);
	if (s.n == SIZE_MAX) {
		message("out of memory");
		goto out;
	}
	for (size_t i = 0; i < s.n; i++)
		s.example[i].common = common[i];
	qsort(s.example, s.n, sizeof(*s.example), by_place);
	got = pipeline_show(p, &s.sink);
	qsort(s.example, s.n, sizeof(*s.example), by_frequency);
	for (size_t i = 0; i < s.n && got == 0; i++)
		if (print(p, &s.example[i]) != 0) {
			pipeline_complain(p, p->opt->output, "cannot write",
					  strerror(errno));
			got = -1;
		}
out:
	free(common);
	free(s.example);
	return got;
}
