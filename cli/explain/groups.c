/* Collects removals by their witness. */
#include "groups.h"

#include <inttypes.h>
#include <stdlib.h>

#include "array.h"
#include "order.h"
#include "print.h"

struct group_member {
	struct dedup_place stays, was;
	unsigned reason;
};

int
groups_add(struct groups *g, uint64_t document, const struct dedup_removal *r)
{
	if (g->to == NULL)
		return 0;
	if (array_room(&g->member, &g->room, g->n + 1,
		       sizeof(*g->member)) != 0)
		return -1;
	g->member[g->n++] = (struct group_member){
		.stays = r->witness, .reason = r->reason,
		.was = { document, r->unit_begin, r->line, 0 },
	};
	return 0;
}

/* Texts of tables first, which are before all others. */
static int
by_place(const struct dedup_place *a, const struct dedup_place *b)
{
	int order = order_u64(a->table == 0 ? UINT64_MAX : a->table,
			    b->table == 0 ? UINT64_MAX : b->table);

	if (order == 0)
		order = order_u64(a->document, b->document);
	return order != 0 ? order : order_u64(a->offset, b->offset);
}

static int
by_group(const void *a, const void *b)
{
	const struct group_member *x = a, *y = b;
	int order = by_place(&x->stays, &y->stays);

	return order != 0 ? order : by_place(&x->was, &y->was);
}

/* A text and its n copies. */
static int
write_one(const struct groups *g, const struct provenance *names,
	  const struct group_member *m, size_t n)
{
	struct writer *w = g->to;

	if (print_format(w, "{\"texts\":%zu,\"stays\":{", n + 1) != 0 ||
	    provenance_put_place(names, w, &m->stays) != 0 ||
	    print_string(w, "},\"copies\":[") != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (print_format(w, "%s{\"reason\":\"%s\",", i > 0 ? "," : "",
				 dedup_reason_name(m[i].reason)) != 0 ||
		    provenance_put_place(names, w, &m[i].was) != 0 ||
		    print_string(w, "}") != 0)
			return -1;
	return print_string(w, "]}\n");
}

int
groups_write(struct groups *g, const struct provenance *names)
{
	if (g->n > 0)
		qsort(g->member, g->n, sizeof(*g->member), by_group);
	for (size_t i = 0, end; i < g->n; i = end) {
		for (end = i + 1; end < g->n &&
		     by_place(&g->member[i].stays, &g->member[end].stays) == 0;
		     end++)
			;
		if (write_one(g, names, &g->member[i], end - i) != 0)
			return -1;
	}
	return 0;
}

void
groups_free(struct groups *g)
{
	free(g->member);
	g->member = NULL;
	g->n = g->room = 0;
}
